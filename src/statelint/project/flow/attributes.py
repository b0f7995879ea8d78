"""Attributes: members of request data, of files and paths, of the project's own objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from statelint import facts as f
from statelint.project.flow.events import Activation
from statelint.project.flow.values import (
    BYTES,
    NONE,
    STREAM,
    TOLD,
    Atom,
    Handle,
    Inst,
    Loc,
    Many,
    Origin,
    Taint,
    Tup,
    Value,
    below,
    both,
    classes,
    join,
    lasting,
    shape,
    taints,
    tells,
)
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Mod, Obj, qualified

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


HANDLES: dict[str, Value] = {where: frozenset({Handle(where)}) for where in ("nowhere", "memory")}
"""What objects are that take data and bring it to no disk."""


class Owners(NamedTuple):
    """A module or a class whose objects an expression denotes."""

    module: Scope | None
    line: Sequence[Scope]
    """The class and those above it."""
    every: Sequence[Scope]
    """These, and the first ones below it."""


class Attribution:
    """What reading an attribute gives, and under which key assigning one is kept."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._of: dict[Scope, dict[int, Sequence[Owners]]] = defaultdict(dict)
        self._members: dict[Scope, dict[int, dict[tuple[str, ...], tuple[Sequence[str], Value]]]] = defaultdict(dict)
        self._said: dict[tuple[Scope, str], Sequence[tuple[Value, bool, Scope | None]]] = {}

    def keys(self, act: Activation, target: f.Attr) -> list[tuple[object, str]]:
        """Under which keys the values of an attribute are kept: its class, its module, or its qualified name."""
        keys: list[tuple[object, str]] = []
        for value in self._run.names.denote(target.of, act.scope):
            if isinstance(value, Obj) and isinstance(value.cls, Cls):
                keys.append((value.cls.scope, target.name))
            elif isinstance(value, Cls):
                keys.append((value.scope, target.name))
            elif isinstance(value, Mod) and value.module.path in self._run.names.scopes:
                keys.append((self._run.names.scopes[value.module.path], target.name))
            else:
                name = qualified(value)
                if name:
                    keys.append(("path", f"{name}.{target.name}"))
        if not keys:
            for atom in act.lookup(target.of.id) or NONE if isinstance(target.of, f.Name) else NONE:
                if isinstance(atom, Inst):
                    keys.append(("path", f"{atom.cls}.{target.name}"))
        return keys

    def as_long(self, owner: object, scope: Scope, value: Value) -> Value:
        """A value that becomes an attribute: what the constructor of an object that lasts makes lasts as long."""
        if isinstance(owner, Scope) and owner.kind == "class" and scope.name == "__init__" and _temporary(value):
            return lasting(value) if self._run.outlives(owner) else value
        return value

    def attribute(self, act: Activation, e: f.Attr, base: Value) -> Value:
        """What `e` holds when the object before the dot holds `base`."""
        names, said = self._of_class(act.scope, e, tuple(classes(base)))
        found = [said]
        found += [told for atom in base if (told := self._of_atom(atom, e.name, base))]
        found.append(self._own_attribute(act, e))
        for name in names:
            found.append(self._run.kept.attribute(("path", name)))
        row = self._run.sources.loose(e.name, act.scope)
        plain = row is not None and not any(t.level != "text" for part in found for t in taints(part))
        if row is not None and plain and not tells(base, text=False) and self._unresolved(e, act.scope):
            origin = Origin(act.scope.span(e.at), f"`{shape(e)[:40]}`")
            found.append(self._run.sources.value(row, origin))
        return both(join(found), self._run.evaluator.statics_of(e, act.scope))

    def _of_atom(self, atom: Atom, name: str, base: Value) -> Value:
        """What an attribute of something is, other than by the classes of `base`, of which it is one possibility."""
        if isinstance(atom, Taint):
            return self.member_of(atom, name)
        if isinstance(atom, Tup):
            return atom.entry(name)
        if isinstance(atom, Many):
            return atom.inner if atom.by_attribute else NONE
        if isinstance(atom, Handle):
            if name in ("name", "path", "filename"):
                return frozenset(atom.locs)
            return frozenset({atom}) if name in ("buffer", "raw", "file", "fileobj", "stream") else NONE
        if isinstance(atom, Loc):
            if name in ("parent", "parents"):
                return frozenset({Loc(f"{atom.site}^", True, atom.temp, atom.shared), *below(base)})
            return frozenset({atom}) if name == "path" else NONE
        is_path = name in ("parent", "parents") and isinstance(atom, Inst) and self._run.library.is_path(atom.cls)
        return frozenset({atom}) if is_path else NONE

    def _unresolved(self, e: f.Attr, scope: Scope) -> bool:
        """Whether no project class defines the attribute, so that it can be the one that knowledge speaks of."""
        classes = self._run.names.classes
        for value in self._run.names.denote(e.of, scope):
            if isinstance(value, Obj) and isinstance(value.cls, Cls):
                for item in classes.lineage(value.cls.scope):
                    if isinstance(item, Cls) and e.name in item.scope.bindings:
                        return False
                    if isinstance(item, Cls) and classes.assigned(item.scope, e.name):
                        return False
        return True

    def _of_class(self, scope: Scope, e: f.Attr, classes: tuple[str, ...]) -> tuple[Sequence[str], Value]:
        """The qualified names of an attribute of objects of some classes, and what knowledge says of these."""
        by_classes = self._members[scope].get(id(e))
        if by_classes is None:
            by_classes = self._members[scope][id(e)] = {}
        known = by_classes.get(classes)
        if known is None:
            names = self._run.evaluator.qualified_names(e, scope, classes)
            known = by_classes[classes] = names, join([self.named(scope, name, e) for name in names])
        return known

    def named(self, scope: Scope, name: str, e: f.Expr) -> Value:
        """What knowledge says of an outside object by its qualified name."""
        row, where = self._run.sources.member(name), self._run.library.where(name)
        if row is None:
            return HANDLES.get(where, NONE)
        told = self._run.sources.value(row, Origin(scope.span(e.at), f"`{shape(e)[:40]}`"))
        return both(told, HANDLES.get(where, NONE))

    def member_of(self, taint: Taint, name: str) -> Value:
        """A member of request data, read or called."""
        if taint.level in ("upload", "field"):
            row = self._run.sources.upload_type(taint.type)
            if row is None:
                return frozenset({taint}) if taint.level == "upload" else NONE
            if name in row.content:
                told = BYTES if self._run.library.passes(f"content.{name}") == "read" else ""
                return frozenset({Taint("content", STREAM if name in row.streams else told, taint.origin, taint.via)})
            if name in row.paths:
                # the framework removes what it made itself, also when code writes over it
                own = Loc(f"{taint.type}.{name}", temp="scoped")
                return frozenset({Taint("copy", "", taint.origin, taint.via), own})
            if name in row.items:
                return frozenset({Taint("upload", row.item_type or taint.type, taint.origin, taint.via)})
            if row.proxies and name not in row.metadata and not any(s.method == name for s in row.saves):
                # of what may be a file or text, the same holds for what stands in it
                level, cls = ("field", taint.type) if taint.level == "field" else ("content", "")
                return frozenset({Taint(level, cls, taint.origin, taint.via)})
            return NONE
        if taint.level == "copy":
            return frozenset({taint}) if name in ("name", "path") else NONE
        if self._run.library.passes(f"{taint.level}.{name}") == "clean":
            return NONE
        plain = taint.level == "derived" or taint.type in TOLD
        return frozenset({Taint(taint.level, "", taint.origin, taint.via) if plain else taint})

    def _own_attribute(self, act: Activation, e: f.Attr) -> Value:
        known = self._of[act.scope].get(id(e.of))
        if known is None:
            known = self._of[act.scope][id(e.of)] = tuple(self._owners(e.of, act.scope))
        found: list[Value] = []
        for owners in known:
            if owners.module is not None:
                found.append(self._run.variable(owners.module, e.name))
                continue
            found += [self._run.kept.attribute((owner, e.name)) for owner in owners.every]
            found += [self._declared(owner, e.name) for owner in owners.line]
        return join(found)

    def _owners(self, of: f.Expr, scope: Scope) -> Iterator[Owners]:
        names = self._run.names
        for value in names.denote(of, scope):
            if type(value) is Mod and value.module.path in names.scopes:
                yield Owners(names.scopes[value.module.path], (), ())
            cls = value.cls.scope if type(value) is Obj and type(value.cls) is Cls else None
            cls = value.scope if type(value) is Cls else cls
            if cls is not None:
                line = [item.scope for item in names.classes.lineage(cls) if type(item) is Cls]
                yield Owners(None, line, [*line, *names.classes.subclasses(cls)[:6]])

    def _written(self, owner: Scope, name: str) -> Iterator[tuple[Value, bool, Scope | None]]:
        """What a class body says of an attribute: its annotation, whether it has a value, the property that it is."""
        for b in owner.bindings.get(name, ()):
            if b.kind in ("annotate", "assign"):
                origin = Origin(owner.span(b.at), f"field `{name}`")
                yield self._run.sources.annotated_value(b.annotation, owner, origin), b.value is not None, None
            elif b.kind == "function" and "property" in "".join(_decorators(b.node)):
                yield NONE, False, owner.by_node.get(id(b.node))

    def _declared(self, owner: Scope, name: str) -> Value:
        """What the class body, or an assignment in a method not yet run, says of an attribute."""
        key = (owner, name)
        known = self._said.get(key)
        if known is None:
            known = self._said[key] = tuple(self._written(owner, name))
        found: list[Value] = []
        for said, has_value, getter in known:
            found.append(said)
            if has_value:
                found.append(self._run.variable(owner, name))
            if getter is not None:
                found.append(self._run.read(getter))
        if any(found) or self._run.kept.attribute(key):
            return join(found)
        for assigned in self._run.names.classes.assigned(owner, name)[:4]:
            method = assigned.store.scope
            if assigned.value is not None and first_parameter(method):
                value = self._run.once((method, f"self.{name}"), assigned.value, method)
                found.append(self.as_long(owner, method, value))
        return join(found)


def _temporary(value: Value) -> bool:
    return any(
        (isinstance(a, Loc) and bool(a.temp)) or (isinstance(a, Handle) and any(loc.temp for loc in a.locs))
        for a in value
    )


def _decorators(node: object) -> list[str]:
    from statelint.project.resolution.classes import decorator_names

    return list(decorator_names(node)) if isinstance(node, f.Function) else []
