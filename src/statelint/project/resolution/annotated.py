"""What annotations denote: objects of the classes that they name, and those classes themselves for `type[X]`."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.resolution.aliases import type_meant
from statelint.project.resolution.annotations import (
    COLLECTIONS,
    META,
    annotation_types,
    forward,
    held_types,
    parameters,
)
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Ext, Obj, Value, Values, union

ALIASES: Final = 6
"""Names of types that stand for each other, beyond which nothing is said."""


def annotated(names: Resolver, annotation: f.Expr, scope: Scope, depth: int = 0) -> Values:
    """What a thing with this annotation can be; of a container, its objects remember what it says that they hold."""
    found: list[Value] = []
    for named in annotation_types(annotation):
        where, written = type_meant(names, named, scope) if depth < ALIASES else (scope, named)
        if written is not named:
            found.extend(annotated(names, written, where, depth + 1))
            continue
        head = named.of if type(named) is f.Item else named
        if type(named) is f.Item and last_name(head) in META:
            found.extend(v.cls for v in annotated(names, named.key, scope, depth) if type(v) is Obj)
            continue
        for value in names.denote(head, scope):
            if type(value) is Cls:
                found.extend(Obj(v) for v in (value, *map(Cls, names.protocols.kept_by(value.scope))))
            elif type(value) is Ext:
                holds = type(named) is f.Item and held_types(named)
                if not value.name.startswith("typing.") or (holds and last_name(head) in COLLECTIONS):
                    found.append(Obj(value, None, names.site(named, scope) if holds else None))
    return union(found)


def fitting(names: Resolver, values: Values, annotation: f.Expr, scope: Scope, here: Scope) -> Values:
    """The values without classes, and objects of classes of the project that are no kin of those which an annotation
    names, such as what else a look-up by key can give, unless they are made `here`; objects of these classes in their
    place."""
    if not any(type(v) is Obj and type(v.cls) is Cls for v in values) or not _is_plain(annotation):
        return values
    named = [annotated(names, part, scope) for part in annotation_types(annotation)]
    wanted = [v.cls.scope for part in named for v in part if type(v) is Obj and type(v.cls) is Cls]
    if not all(named) or len(wanted) < sum(map(len, named)) or any(map(names.protocols.is_protocol, wanted)):
        return values
    of_classes = any(Ext("builtins.type") in names.classes.lineage(cls) for cls in wanted)
    fit = tuple(
        v
        for v in values
        if (type(v) is not Obj and (of_classes or type(v) is not Cls))
        or (type(v) is Obj and v.site is not None and v.site.scope is here)
        or (type(v) is Obj and any(_are_kin(names, v.cls, cls) for cls in wanted))
    )
    return values if len(fit) == len(values) else union(fit, *named)


def _is_plain(annotation: f.Expr) -> bool:
    """Whether an annotation only names classes, of which the thing is one."""
    if type(annotation) is f.Const and annotation.kind == "str":
        written = forward(str(annotation.value))
        return written is not None and _is_plain(written)
    if type(annotation) is f.Op:
        return all(map(_is_plain, annotation.operands))
    if type(annotation) is f.Item and last_name(annotation.of) in ("Optional", "Union"):
        return all(map(_is_plain, parameters(annotation)))
    return isinstance(annotation, f.Name | f.Attr | f.Const)


def _are_kin(names: Resolver, cls: Cls | Ext, other: Scope) -> bool:
    """Whether an object of one class can be one of another."""
    if isinstance(cls, Ext):
        return True
    lineage, subclasses = names.classes.lineage, names.classes.subclasses
    below = {cls.scope, *subclasses(cls.scope)}
    return Cls(other) in lineage(cls.scope) or not below.isdisjoint((other, *subclasses(other)))


def metadata(annotation: f.Expr | None) -> tuple[f.Expr, ...]:
    """What stands beside the type in `Annotated[X, …]`."""
    if isinstance(annotation, f.Item) and isinstance(annotation.key, f.Group):
        return annotation.key.items[1:]
    return ()
