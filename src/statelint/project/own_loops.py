"""What only the loops of a process see: timers and threads that pause and go on, while nothing that arrives asks.

Each process has such a loop of its own, and what the loop notes for itself is arguable. A thread that takes in messages
or the items of a queue is no such loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from statelint.project.arrivals import Arrivals
from statelint.project.entries import Entries
from statelint.project.homes import Home
from statelint.project.reach import Reach
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.set_first import ATTRIBUTES
from statelint.project.writes import Write


class OwnLoops:
    """Look-up of such attributes. What else runs is looked for once, and only where a loop writes something."""

    def __init__(self, names: Names, calls: Calls, entries: Entries, reach: Reach, arrivals: Arrivals) -> None:
        self._names = names
        self._calls = calls
        self._entries = entries
        self._reach = reach
        self._arrivals = arrivals

    def covers(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether loops write an attribute, and all functions that read one of its name run by loops alone."""
        if home.kind not in ATTRIBUTES or not self._loops or any(w.scope in self._arrived for w in writes):
            return False
        readers = self._readers[home.short.rpartition(".")[2]]
        return readers.isdisjoint(self._arrived) and readers <= self._looping

    def only_timers_read(self, home: Home) -> bool:
        """Whether only functions read an attribute that timers run and nothing calls."""
        readers = self._readers[home.short.rpartition(".")[2]] if home.kind in ATTRIBUTES else set()
        edges = (edge for reader in readers for edge in self._calls.into.get(reader, ()))
        return bool(readers & self._timed) and readers <= self._timed and all(map(self._hands_over, edges))

    def _hands_over(self, edge: Edge) -> bool:
        """Whether a function is only handed to something, or run by what a decorator leaves in its place."""
        return edge.how in ("passed", "decorator") or self._calls.runs_what_it_wraps(edge)

    @cached_property
    def _timed(self) -> frozenset[Scope]:
        return frozenset(e.scope for e in self._entries.all if e.kind == "timer")

    @cached_property
    def _loops(self) -> frozenset[Scope]:
        """The functions that loops run first."""
        return frozenset(
            e.scope
            for e in self._entries.all
            if e.kind == "timer" or (e.kind == "thread" and not self._arrivals.takes_in(e.scope))
        )

    @cached_property
    def _arrived(self) -> AbstractSet[Scope]:
        """The functions that run because something else arrived."""
        entered = (e.scope for e in self._entries.all if e.scope not in self._loops)
        return self._below(scope for scope in entered if self._reach.is_entry(scope))

    @cached_property
    def _looping(self) -> AbstractSet[Scope]:
        """The functions that loops run."""
        return self._below(self._loops)

    def _below(self, first: Iterable[Scope]) -> AbstractSet[Scope]:
        """Functions with all on the request path that they call or start."""
        threads = frozenset(e.scope for e in self._entries.all if e.kind == "thread")
        found = set(first)
        todo = list(found)
        while todo:
            scope = todo.pop()
            edges = (*self._calls.out.get(scope, ()), *self._arrivals.threads_made(scope, threads))
            for callee in (*(edge.callee for edge in edges), *scope.children):
                if callee not in found and callee.kind == "function" and self._reach.runs(callee):
                    found.add(callee)
                    todo.append(callee)
        return found

    @cached_property
    def _readers(self) -> dict[str, set[Scope]]:
        """Attribute → the functions that read one of that name."""
        found: dict[str, set[Scope]] = defaultdict(set)
        for scope in self._names.every:
            for read, _ in scope.reads if scope.name not in CONSTRUCTORS else ():
                found[read.name].add(scope)
        return found
