"""Where the service mentions a home: each statement that does, with the function that it stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import NamedTuple

from statelint import facts as f
from statelint.project.homes import Home
from statelint.project.importers import importing
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted
from statelint.project.resolution.scopes import Scope, blocks_in
from statelint.project.resolution.values import Cls, Func, Mod, Obj
from statelint.project.walking import walk
from statelint.project.writes import class_around


class Mention(NamedTuple):
    """A statement that names a home in its own expressions, not only in its inner blocks; and these names."""

    scope: Scope
    statement: f.Stmt
    names: tuple[f.Expr, ...]

    @property
    def is_test(self) -> bool:
        return isinstance(self.statement, f.If)

    @property
    def is_store(self) -> bool:
        """Whether the statement does no more than give the home itself another value or take one away."""
        targets = self.statement.targets if isinstance(self.statement, f.Bind | f.Delete) else ()
        single = [e for t in targets for e in (t.items if isinstance(t, f.Group) else (t,))]
        return bool(single) and all(any(e is target for target in single) for e in self.names)

    def is_change(self, methods: AbstractSet[str]) -> bool:
        """Whether the statement does no more than put something into what the home holds, or take something out, by
        one of these methods or under a key, and nothing gets what was there."""
        s = self.statement
        if isinstance(s, f.Do) and isinstance(s.value, f.Call):
            func = s.value.func
            changed = [func.of] if isinstance(func, f.Attr) and func.name in methods else []
        else:
            targets = s.targets if isinstance(s, f.Bind | f.Delete) else ()
            single = [e for t in targets for e in (t.items if isinstance(t, f.Group) else (t,))]
            changed = [e for t in single for e in ((t, t.of) if isinstance(t, f.Item) else (t,))]
        return all(any(e is c for c in changed) for e in self.names)


class Mentions:
    """Look-up by home. What defines a variable or class attribute and where a constructor sets one up are left out."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[Home, tuple[Mention, ...] | None] = {}

    def of(self, home: Home) -> tuple[Mention, ...] | None:
        """All mentions but for what defines it; None where some may be missed: another module imports it under another
        name, or it is none of a module, class or function."""
        if home not in self._known:
            by_kind = {"module-variable": self._variable, "function-attribute": self._of_functions}
            found = by_kind.get(home.kind, self._attribute)(home)
            self._known[home] = None if found is None else tuple(found)
        return self._known[home]

    def _variable(self, home: Home) -> list[Mention] | None:
        name, top = home.short, self._names.top(home.scope)
        found = [m for m in _in(top, lambda e: isinstance(e, f.Name) and e.id == name) if not m.is_store]
        for scope in top.descendants():
            if scope.kind == "function" and not _is_shadowed(name, scope):
                found += list(_in(scope, lambda e: isinstance(e, f.Name) and e.id == name))
        for other in self._imported.get(name, ()):
            if name not in other.bindings or other.kind == "class":
                return None
            for scope in (other, *other.descendants()):
                if scope.kind == "function":
                    found += list(_in(scope, lambda e: isinstance(e, f.Name) and e.id == name))
        for scope in self._naming.get(name, ()):
            found += list(_in(scope, lambda e, at=scope: self._is_of_module(e, name, at, top)))  # type: ignore[misc]
        return found

    def _is_of_module(self, e: f.Expr, name: str, scope: Scope, top: Scope) -> bool:
        if not isinstance(e, f.Attr) or e.name != name:
            return False
        owners = self._names.denote(e.of, scope)
        return any(isinstance(v, Mod) and v.module.path == top.path for v in owners)

    def _attribute(self, home: Home) -> list[Mention] | None:
        cls = home.scope if home.scope.kind == "class" else class_around(home.scope)
        if home.kind not in ("instance-attribute", "class-attribute") or cls is None:
            return None
        name = home.short.rpartition(".")[2]
        kin = {item.scope for item in self._names.classes.lineage(cls) if isinstance(item, Cls)}
        kin.update(self._names.classes.subclasses(cls))
        found = []
        for scope in self._naming.get(name, ()):
            here = _in(scope, lambda e, at=scope: self._is_of_class(e, name, at, kin))  # type: ignore[misc]
            sets_up = scope.name in CONSTRUCTORS and scope.owner in kin
            found += [m for m in here if not (sets_up and m.is_store)]
        return found

    def _of_functions(self, home: Home) -> list[Mention] | None:
        """Mentions of an attribute of a function, or of what may be that function."""
        owner, _, name = home.name.rpartition(".")
        found: list[Mention] = []
        for scope in self._naming.get(name, ()):
            found += _in(scope, lambda e, at=scope: self._is_of_function(e, name, at, owner))  # type: ignore[misc]
        return found

    def _is_of_function(self, e: f.Expr, name: str, scope: Scope, owner: str) -> bool:
        if not isinstance(e, f.Attr) or e.name != name:
            return False
        owners = self._names.denote(e.of, scope)
        return not owners or any(isinstance(v, Func) and v.scope.full_name == owner for v in owners)

    def _is_of_class(self, e: f.Expr, name: str, scope: Scope, kin: AbstractSet[Scope]) -> bool:
        """Whether an expression is the attribute, as far as the object is known; of an unknown one a common name is."""
        if not isinstance(e, f.Attr) or e.name != name:
            return False
        if isinstance(e.of, f.Name) and receiver_rooted(e.of, scope):
            return class_around(scope) in kin
        owners = [v.cls if isinstance(v, Obj) else v for v in self._names.denote(e.of, scope)]
        return any(isinstance(v, Cls) and v.scope in kin for v in owners) or not (owners or name.startswith("_"))

    @cached_property
    def _naming(self) -> Mapping[str, list[Scope]]:
        """Attribute → the functions of the service that read or set one of that name."""
        found: dict[str, list[Scope]] = defaultdict(list)
        for scope in self._names.every:
            if scope.kind == "function" and scope.module.in_service:
                read = {read.name for read, _ in scope.reads}
                for name in read | {s.target.name for s in scope.stores if isinstance(s.target, f.Attr)}:
                    found[name].append(scope)
        return found

    @cached_property
    def _imported(self) -> Mapping[str, list[Scope]]:
        return importing(self._names)


def own_parts(s: f.Stmt) -> tuple[f.Expr | None, ...]:
    """The expressions of a statement, without those of its inner blocks."""
    if isinstance(s, f.If):
        return (s.test,)
    if isinstance(s, f.Loop):
        return (s.target, s.source)
    if isinstance(s, f.With):
        return tuple(part for item in s.items for part in item)
    if isinstance(s, f.Match):
        return (s.subject, *(case.guard for case in s.cases))
    if isinstance(s, f.Bind):
        return (*s.targets, s.value)
    if isinstance(s, f.Delete):
        return s.targets
    return (s.value,) if isinstance(s, f.Do | f.Return | f.Raise) else ()


def statements(block: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """All statements of a block, also nested ones, but for those of functions and classes in there."""
    for s in block:
        yield s
        for inner in blocks_in(s):
            yield from statements(inner)


def whole(scope: Scope) -> Scope:
    """The function in which the functions stand that a function makes: they share its names."""
    while scope.parent is not None and scope.parent.kind == "function":
        scope = scope.parent
    return scope


def _in(scope: Scope, is_it: Callable[[f.Expr], bool]) -> Iterator[Mention]:
    body = scope.node.body if isinstance(scope.node, f.Function) else scope.module.facts.body
    for s in statements(body):
        names = tuple(e for part in own_parts(s) if part is not None for e in walk(part) if is_it(e))
        if names:
            yield Mention(scope, s, names)


def _is_shadowed(name: str, scope: Scope | None) -> bool:
    """Whether a name means a local of a function or of one around it."""
    while scope is not None and scope.kind != "module":
        if name in scope.bindings and scope.outer.get(name) != "global" and scope.kind == "function":
            return True
        if scope.outer.get(name) == "global":
            return False
        scope = scope.parent
    return False
