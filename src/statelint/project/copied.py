"""Objects that were copied with all that is in them: what is set on such a copy is no change of what it was made of."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.homes import Homes
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted, taken_from_receiver
from statelint.project.resolution.scopes import Scope, still_current, visible
from statelint.project.resolution.values import Bound, Func, Heap, Obj, Value, qualified

DEEP: Final = "copy.deepcopy"


class Copied:
    """Look-up of such copies, by the paths that lead to them."""

    def __init__(self, names: Names, homes: Homes) -> None:
        self._names = names
        self._homes = homes

    def covers(self, e: f.Expr, scope: Scope) -> bool:
        """Whether a path leads to or through a deep copy."""
        return self.by_the_function(e, scope) or self._by_a_request(e, scope)

    def by_the_function(self, e: f.Expr, scope: Scope, depth: int = 0) -> bool:
        """Whether a path starts at a local name for what this call of the function copied with all that is in it, or
        for what a method of that copy gives of it."""
        start = e
        while isinstance(start, f.Attr | f.Item):
            start = start.of
        bindings = scope.bindings.get(start.id, ()) if isinstance(start, f.Name) and scope.kind == "function" else ()
        current = still_current(visible(bindings, start.at), start.at)
        return bool(current) and all(
            isinstance(b.value, f.Call)
            and (
                DEEP in map(qualified, self._names.denote(b.value.func, scope))
                or (depth < 3 and self._gives_of_a_copy(b.value, scope, depth))
            )
            for b in current
        )

    def _by_a_request(self, e: f.Expr, scope: Scope) -> bool:
        """Whether a path leads through what can only be a deep copy that requests make, wherever that was handed on."""
        while isinstance(e, f.Attr | f.Item):
            e = e.of
            values = self._names.denote(e, scope)
            if values and all(map(self._is_copied, values)):
                return True
        return False

    def _is_copied(self, value: Value) -> bool:
        """Whether a value is a deep copy that does not last, or only in what a container keeps: it goes with that."""
        site = value.site if isinstance(value, Obj | Heap) else None
        if site is None or not isinstance(site.expr, f.Call):
            return False
        if site.scope.kind != "function" or DEEP not in map(qualified, self._names.denote(site.expr.func, site.scope)):
            return False
        if not self._homes.lasts(value):
            return True
        homes = self._homes.of_site(site)
        return (
            bool(homes)
            and site.scope not in self._homes.at_start
            and all(h.kind == "instance-attribute" and h.scope in self._homes.keepers for h in homes)
        )

    def _gives_of_a_copy(self, call: f.Call, scope: Scope, depth: int) -> bool:
        """Whether a call is of methods of a deep copy that give nothing but what their receiver holds."""
        if not isinstance(call.func, f.Attr) or not self.by_the_function(call.func.of, scope, depth + 1):
            return False
        methods = [v.scope for v in self._names.denote(call.func, scope) if isinstance(v, Bound)]
        given = [(e, method) for method in methods for e in method.returns if not isinstance(e, f.Const)]
        return bool(given) and all(self._is_of_receiver(e, method) for e, method in given)

    def _is_of_receiver(self, e: f.Expr, method: Scope) -> bool:
        """Whether a path starts at the receiver, or at a local name for something of it, and asks no code of ours."""
        if receiver_rooted(e, method) != "self" and not taken_from_receiver(e, method):
            return False
        while isinstance(e, f.Attr | f.Item | f.Call):
            if isinstance(e, f.Call) and any(isinstance(v, Func | Bound) for v in self._names.denote(e.func, method)):
                return False
            e = e.func if isinstance(e, f.Call) else e.of
        return True
