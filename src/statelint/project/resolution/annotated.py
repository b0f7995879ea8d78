"""What annotations denote: objects of the classes that they name, and those classes themselves for `type[X]`."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.resolution.aliases import type_meant
from statelint.project.resolution.annotations import COLLECTIONS, META, annotation_types, held_types
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


def metadata(annotation: f.Expr | None) -> tuple[f.Expr, ...]:
    """What stands beside the type in `Annotated[X, …]`."""
    if isinstance(annotation, f.Item) and isinstance(annotation.key, f.Group):
        return annotation.key.items[1:]
    return ()
