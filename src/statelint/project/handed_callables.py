"""Functions that others hand to the function which calls them: one runs only in a call by who hands it over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, Generic, TypeVar

from statelint import facts as f
from statelint.project.resolution.calls import Edge
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Func

From = TypeVar("From")
NOBODY: Final[frozenset[Scope]] = frozenset()
"""What most edges are told, each of which would else keep an empty set of its own."""


class HandedCallables(Generic[From]):
    """Keeps the edges back that a search comes to before it comes to who hands the callable over."""

    def __init__(self, names: Names, at_start: AbstractSet[Scope]) -> None:
        """`at_start` are the functions that the start alone runs: of others nobody can tell when they run."""
        self._names = names
        self._at_start = at_start
        self._reached: set[Scope] = set()
        self._waiting: dict[Scope, list[tuple[From, Edge]]] = defaultdict(list)
        self._known: dict[tuple[Scope, str, Scope], frozenset[Scope]] = {}

    def waits(self, start: From, edge: Edge) -> bool:
        """Whether an edge is one to go on by only later; `start` is handed back along with it then."""
        givers = self._givers(edge)
        if not givers or not givers.isdisjoint(self._reached):
            return False
        for giver in givers:
            self._waiting[giver].append((start, edge))
        return True

    def reached(self, scope: Scope) -> Iterator[tuple[From, Edge]]:
        """The edges that have waited for this function."""
        self._reached.add(scope)
        yield from self._waiting.pop(scope, ())

    def _givers(self, edge: Edge) -> frozenset[Scope]:
        """The functions whose calls of the caller hand over what it calls here; none where others may do so too."""
        func = edge.site.call.func if edge.site is not None and edge.how == "call" else None
        if not isinstance(func, f.Name) or edge.caller.kind != "function" or edge.caller.yields:
            return NOBODY
        key = (edge.caller, func.id, edge.callee)
        if key not in self._known:
            self._known[key] = frozenset(self._collect(*key)) or NOBODY
        return self._known[key]

    def _collect(self, function: Scope, name: str, callee: Scope) -> set[Scope]:
        bindings = function.bindings.get(name, ())
        given = self._names.given()
        if given is None or (function, name) in given.more or [b.kind for b in bindings] != ["param"]:
            return set()
        mine = [
            (e, at)
            for e, at in given.arguments.get((function, name), ())
            if any(isinstance(v, Func | Bound) and v.scope is callee for v in self._names.denote(e, at))
        ]
        known = all(at.kind != "function" or at in self._at_start for _, at in mine)
        return {at for _, at in mine} if known and all(self._calls_it(e, at, function) for e, at in mine) else set()

    def _calls_it(self, e: f.Expr, caller: Scope, function: Scope) -> bool:
        """Whether `e` is handed over by a call that runs the function then and there."""
        calls = (site.call for site in caller.calls)
        handing = [c for c in calls if any(e is a for a in (*c.args, *(value for _, value in c.keywords)))]
        values = [v for c in handing for v in self._names.denote(c.func, caller)]
        return bool(values) and all(isinstance(v, Func | Bound) and v.scope is function for v in values)
