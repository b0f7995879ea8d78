"""Which functions and classes of the project a call means, found out once where it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.project.resolution.callees import MANY, run_by
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Cls, Func, Obj

if TYPE_CHECKING:
    from statelint.project.flow.run import Run

Target = tuple[Scope, int, bool]


def by_call(calls: Calls) -> Mapping[int, list[Edge]]:
    """The edges that stand for what a call as written runs, by its identity."""
    found: dict[int, list[Edge]] = defaultdict(list)
    for edges in calls.out.values():
        for edge in edges:
            if edge.site is not None and edge.how in ("call", "construct", "guess"):
                found[id(edge.site.call)].append(edge)
    return found


class Targets:
    """Looks at each call and each class once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._known: dict[Scope, dict[int, list[Target]]] = defaultdict(dict)
        """The targets of calls as written, which are the same for each run of the function around."""
        self._made: dict[Scope, dict[int, tuple[Scope, ...]]] = defaultdict(dict)

    def of(self, func: f.Expr, call: f.Expr, scope: Scope, direct: bool) -> list[Target]:
        """What a call runs: each with how many parameters it does not fill, and whether it makes an object."""
        known = self._known[scope]
        first = known.get(id(call)) if direct else None
        if first is None:
            first = self._first(func, call, scope, direct)
            if direct:
                known[id(call)] = first
        if first or type(func) is not f.Name:
            return first
        inside = list(dict.fromkeys(self._decorated(func.id, scope)))[:MANY]
        return [(inner, 1 if first_parameter(inner) else 0, False) for inner in inside]

    def _first(self, func: f.Expr, call: f.Expr, scope: Scope, direct: bool) -> list[Target]:
        """What is known of it without a look at what is being decorated."""
        found: dict[Scope, Target] = {}
        if direct:
            for edge in self._run.edges.get(id(call), ()):
                offset = self._offset(edge.callee, func, scope)
                found[edge.callee] = (edge.callee, offset, edge.how == "construct")
        if not found:
            for value in run_by(self._run.names, func, scope):
                if isinstance(value, Func | Bound):
                    offset = self._offset(value.scope, func, scope)
                    found[value.scope] = (value.scope, offset, False)
                elif type(value) is Obj and type(value.cls) is Cls:
                    method = self._run.names.classes.method(value.cls.scope, "__call__")
                    if method:
                        found[method] = (method, 1, False)
                elif type(value) is Cls:
                    method = self._run.names.classes.method(value.scope, "__init__")
                    if method:
                        found[method] = (method, 1, True)
        return list(found.values())[:MANY]

    def _offset(self, callee: Scope, func: f.Expr, scope: Scope) -> int:
        """How many parameters the call does not fill: the receiver, unless a method is called on its class."""
        receiver = first_parameter(callee)
        if receiver is None:
            return 0
        if receiver[1] == "self" and type(func) is f.Attr:
            of = self._run.names.denote(func.of, scope)
            if of and all(type(v) is Cls for v in of):
                return 0
        return 1

    def _decorated(self, name: str, scope: Scope) -> list[Scope]:
        """Where `name` is the parameter of a decorator around the scope, the functions that it decorates."""
        current = scope.parent
        while current is not None and current.kind == "function":
            if any(b.kind == "param" for b in current.bindings.get(name, ())):
                return self._run.decorated.get(current, [])
            current = current.parent
        return []

    def classes(self, func: f.Expr, scope: Scope) -> tuple[Scope, ...]:
        """The classes of the project that an expression denotes."""
        made = self._made[scope]
        known = made.get(id(func))
        if known is None:
            known = made[id(func)] = tuple(v.scope for v in self._run.names.denote(func, scope) if type(v) is Cls)
        return known
