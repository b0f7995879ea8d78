"""Threads that are ways in: they take in messages or the items of a queue, or do something again and again.

Any other thread that start-up code starts is part of the start. One that a request starts is part of that request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.asked import leaves
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Cls, Heap, Value
from statelint.project.walking import walk

PAUSES: Final = frozenset({"sleep", "wait"})
"""Calls that make a timer of an endless loop."""
DEPTH: Final = 3
"""Calls between a thread's function and the one that takes in."""


class Arrivals:
    """Which functions of threads are ways in, by themselves or through what they call."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge) -> None:
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._receives = knowledge.words.get("receives", frozenset())

    def by(self, function: Scope) -> bool:
        sites = tuple(self._sites(function))
        return any(map(self._takes, sites)) or _paces(sites)

    def takes_in(self, function: Scope) -> bool:
        """Whether it takes in messages or items, so that it does not go on by the clock alone."""
        return any(map(self._takes, self._sites(function)))

    def _sites(self, function: Scope) -> Iterator[CallSite]:
        """The calls in a function and in what it calls, the nearest first."""
        seen, level = {function}, [function]
        for _ in range(DEPTH):
            for scope in level:
                yield from scope.calls
            level = [e.callee for scope in level for e in self._calls.out.get(scope, ()) if e.callee not in seen]
            seen.update(level)

    def threads_made(self, maker: Scope, runs: AbstractSet[Scope]) -> Iterator[Edge]:
        """From a function to those of `runs` that are methods of the thread classes whose objects it makes."""
        for site in maker.calls if runs else ():
            for value in self._names.denote(site.call.func, maker):
                if isinstance(value, Cls):
                    for run in runs:
                        if self._names.classes.method(value.scope, run.name) is run:
                            yield Edge(maker, run, site.call.where, "construct", None, site)

    def _takes(self, site: CallSite) -> bool:
        func = site.call.func
        if not isinstance(func, f.Attr):
            return False
        if func.name in self._receives:
            caught = site.scope.bindings.get(func.of.id, ()) if isinstance(func.of, f.Name) else ()
            return not caught or any(b.kind != "except" for b in caught)  # the message of an error
        return func.name == "get" and any(self._is_queue(value) for value in self._names.denote(func.of, site.scope))

    def _is_queue(self, value: Value) -> bool:
        """Whether taking an item changes the container, as it does for queues alone."""
        row = self._knowledge.find("containers", value.type) if isinstance(value, Heap) else None
        return row is not None and "get" in row[1].mutates


def _paces(sites: Sequence[CallSite]) -> bool:
    """Whether a loop pauses again and again: it is a timer. What stands behind one that only waits runs once."""
    pauses = [i for i, site in enumerate(sites) if _pauses(site) and not _ends(site)]
    if not pauses or not all(_waits(sites[i]) for i in pauses):
        return bool(pauses)
    above = {site.scope for site in sites[: pauses[-1] + 1]}
    return any(loop.kind == "while" for scope in above for loop in _loops(scope))


def _waits(site: CallSite) -> bool:
    """Whether all loops around a call try something so many times and leave off once it went well."""
    around = [loop for loop in _loops(site.scope) if any(call is site.call for call in walk(loop.body))]
    return bool(around) and all(
        (isinstance(loop.source, f.Group) or _is_counted(loop.source))
        and any(isinstance(s, f.Return) or (isinstance(s, f.Jump) and s.kind == "break") for s in walk(loop.body))
        for loop in around
    )


def _is_counted(e: f.Expr) -> bool:
    return isinstance(e, f.Call) and isinstance(e.func, f.Name) and e.func.id == "range"


def _loops(function: Scope) -> list[f.Loop]:
    body = function.node.body if isinstance(function.node, f.Function) else ()
    return [fact for fact in walk(body) if isinstance(fact, f.Loop)]


def _pauses(site: CallSite) -> bool:
    return site.context.in_loop and last_name(site.call.func) in PAUSES


def _ends(site: CallSite) -> bool:
    """Whether a loop waits here for a word to stop: `if self.stopped.wait(5): return`, like `while not ….wait(5)`."""
    node = site.scope.node
    tests = (s for s in walk(node.body) if isinstance(s, f.If)) if isinstance(node, f.Function) else ()
    return any(s.test is site.call and leaves(s.then) and not _goes_on(s.then) for s in tests)


def _goes_on(body: tuple[f.Stmt, ...]) -> bool:
    return isinstance(body[-1], f.Jump) and body[-1].kind == "continue"
