"""Which paths lead to files that ship with the code: those that start at `__file__`, however they came there."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.reach import Reach
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls

DEPTH: Final = 7
OTHER: Final = f.Const("", "str", 0)
"""Stands for whatever else there is."""


class BesideCode:
    """Look-up of such paths, through local names, parameters and attributes that only ever get one."""

    def __init__(self, names: Names, reach: Reach) -> None:
        self._names = names
        self._reach = reach
        self._known: dict[tuple[int, Scope], tuple[f.Call, bool]] = {}

    def reads(self, call: f.Call, scope: Scope, depth: int = 0) -> bool:
        """Whether a call is about a file beside the code."""
        key = (id(call), scope)
        if key not in self._known or depth:
            parts = (*call.args[:1], call.func.of) if isinstance(call.func, f.Attr) else call.args[:1]
            found = any(self._starts_there(part, scope, depth) for part in parts)
            if depth:
                return found
            self._known[key] = (call, found)
        return self._known[key][1]

    def _starts_there(self, e: f.Expr | None, scope: Scope, depth: int) -> bool:
        if depth > DEPTH:
            return False
        if isinstance(e, f.Name):
            return e.id == "__file__" or self._name(e.id, scope, depth + 1)
        if isinstance(e, f.Call):
            return self.reads(e, scope, depth + 1)
        if isinstance(e, f.Attr) and isinstance(e.of, f.Name) and receiver_rooted(e, scope) and scope.owner is not None:
            return self._attribute(e.name, scope.owner, depth + 1)
        if isinstance(e, f.Attr | f.Item):
            return self._starts_there(e.of, scope, depth)
        return isinstance(e, f.Op) and self._starts_there(e.operands[0], scope, depth)

    def _name(self, name: str, scope: Scope, depth: int) -> bool:
        inside: Scope | None = scope
        while inside is not None and name not in inside.bindings:
            inside = inside.parent
        bindings = inside.bindings[name] if inside else ()
        if inside is None or len(bindings) != 1:
            return False
        if bindings[0].kind != "param":
            return self._starts_there(bindings[0].value, bindings[0].scope, depth)
        default = bindings[0].node.default if isinstance(bindings[0].node, f.Param) else None
        given = [*self._handed(inside, name), (default, inside.parent or inside)]
        return not self._reach.is_entry(inside) and self._all(given, depth)

    def _attribute(self, name: str, cls: Scope, depth: int) -> bool:
        """Whether an attribute of the receiver only ever gets such a path, in its class and those above it."""
        accessor = self._names.classes.accessor(cls, name)
        if accessor is not None and accessor.getter is not None:
            return self._all([(e, accessor.getter) for e in accessor.getter.returns], depth)
        lines = [item.scope for item in self._names.classes.lineage(cls) if isinstance(item, Cls)]
        given = [(a.store.value, a.store.scope) for c in lines for a in self._names.classes.assigned(c, name)]
        given += [(b.value, b.scope) for c in lines for b in c.bindings.get(name, ()) if b.value is not None]
        given += [pair for c in lines for pair in self._handed(c, name)]
        return self._all(given, depth)

    def _handed(self, to: Scope, name: str) -> list[tuple[f.Expr | None, Scope]]:
        """What calls hand to a parameter, or to a field of a class; a constant where these may not be all."""
        given = self._names.given()
        if given is None or (to, name) in given.more:
            return [(OTHER, to)]
        return list(given.arguments.get((to, name), ()))

    def _all(self, given: list[tuple[f.Expr | None, Scope]], depth: int) -> bool:
        """Whether each of these values is such a path, but for None."""
        found = [(e, scope) for e, scope in given if e is not None and getattr(e, "kind", "") != "none"]
        return bool(found) and all(self._starts_there(e, scope, depth) for e, scope in found)
