"""Which functions and classes of the project a call means, found out once where it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

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


class Called(NamedTuple):
    """What of the project a callable means where it is written."""

    targets: Sequence[Target]
    """What a call of it runs: each with how many parameters that does not fill, and whether it makes an object."""
    classes: Sequence[Scope]
    """The classes that it denotes."""
    decorator: Scope | None
    """Where it is the parameter of a decorator around and nothing else is known of it, that decorator."""


class Targets:
    """Looks at each call and each callable once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._written: dict[Scope, dict[int, Called]] = defaultdict(dict)
        """By the `id` of the call as written."""
        self._handed: dict[Scope, dict[int, Called]] = defaultdict(dict)
        """By the `id` of a callable that another call is given."""

    def of(self, func: f.Expr, call: f.Expr, scope: Scope, direct: bool) -> Called:
        """What is known of a callable; `direct` says that `call` is the call of it as written."""
        known, key = (self._written[scope], id(call)) if direct else (self._handed[scope], id(func))
        found = known.get(key)
        if found is None:
            targets = self._targets(func, call, scope, direct)
            decorator = self._decorator(func.id, scope) if not targets and type(func) is f.Name else None
            found = known[key] = Called(targets, self.classes(func, scope), decorator)
        return found

    def decorated(self, decorator: Scope) -> Sequence[Target]:
        """The functions that a decorator decorates, as targets of a call of its parameter."""
        inside = list(dict.fromkeys(self._run.decorated.get(decorator, ())))[:MANY]
        return [(inner, 1 if first_parameter(inner) else 0, False) for inner in inside]

    def classes(self, func: f.Expr, scope: Scope) -> Sequence[Scope]:
        """The classes of the project that an expression denotes."""
        return tuple(v.scope for v in self._run.names.denote(func, scope) if type(v) is Cls)

    def _targets(self, func: f.Expr, call: f.Expr, scope: Scope, direct: bool) -> Sequence[Target]:
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
        return tuple(found.values())[:MANY]

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

    @staticmethod
    def _decorator(name: str, scope: Scope) -> Scope | None:
        """The function around a scope, nearest first, whose parameter `name` is."""
        current = scope.parent
        while current is not None and current.kind == "function":
            if any(b.kind == "param" for b in current.bindings.get(name, ())):
                return current
            current = current.parent
        return None
