"""The ways in of the abstract run: which functions are run, until they have seen what others left behind for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from statelint import facts as f
from statelint.project.flow.events import Events, Landing
from statelint.project.flow.run import Run
from statelint.project.flow.values import Handle, Value, taints
from statelint.project.resolution.scopes import Scope

ROUNDS = 6
BUDGET = 400_000
"""Evaluated expressions for all ways in and rounds, so that a generated code base cannot hold up a run."""
SHARE = 100_000
"""Evaluated expressions for one way in."""
OWN_BUDGET = 60_000
"""Evaluated expressions kept back for files of the service's own making."""


class Way(NamedTuple):
    """What one way in has come to: what it noted, which kept places it has read, which functions it has seen."""

    events: Events
    read: Sequence[int]
    visited: frozenset[Scope]


class Ways:
    """Runs functions that the outside calls, each with all that it calls."""

    def __init__(self, run: Run, every: Iterable[Scope], removes: Callable[[Scope], bool]) -> None:
        self._run = run
        self._every = tuple(every)
        self._removes = removes
        self._ways: dict[Scope, Way] = {}
        self._seen: set[Scope] = set()
        self._former: dict[Scope, Way] = {}
        """What the ways in that are run again had come to."""
        self.cut_short = False
        """Whether a way in needs more than its share, or all together more than there is."""

    def follow(self, first: Iterable[Scope], beside: Iterable[Scope], sourced: set[Scope]) -> None:
        """Run functions, and those that read what they leave behind, until nothing new is left behind."""
        run = self._run
        run.left = BUDGET
        for number in range(ROUNDS):
            if number:
                self._outdated()
            self._each(first)
            self._each(self._consumers(sourced))
            self._fill(beside)
            if not run.kept.telling:
                break

    def own(self, scopes: Iterable[Scope]) -> None:
        """Run functions that may make files of the service's own."""
        cut = self.cut_short
        self._run.left = OWN_BUDGET
        self._each(scopes)
        self.cut_short = cut

    def events(self) -> Events:
        """All that was noted, in the order of the runs."""
        return Events.together(way.events for way in self._ways.values())

    def _outdated(self) -> None:
        """Forget the ways in that have read what was changed since, so that they are run again."""
        changed = self._run.kept.changed
        self._former = {scope: way for scope, way in self._ways.items() if not changed.isdisjoint(way.read)}
        self._ways = {scope: way for scope, way in self._ways.items() if scope not in self._former}
        self._seen = {scope for way in self._ways.values() for scope in way.visited}
        for scope in self._former:
            changed.add(self._run.kept.number(("way", scope)))
        self._run.results.outdate(changed)
        self._run.kept.begin()

    def _each(self, scopes: Iterable[Scope]) -> None:
        """Run those of the functions that were not seen on the way from another one."""
        for scope in scopes:
            if scope not in self._seen and scope.kind != "class":
                self._ways[scope] = way = self._way(scope)
                self._seen |= way.visited

    def _fill(self, scopes: Iterable[Scope]) -> None:
        """Run methods for what they put into their objects alone: who calls them is not in sight."""
        run = self._run
        for scope in scopes:
            if scope not in self._seen and scope not in self._ways:
                known = len(run.results.functions)
                self._ways[scope] = Way(Events(), self._way(scope).read, frozenset())
                run.results.forget(known)

    def _way(self, scope: Scope) -> Way:
        """Run one function with its share of evaluated expressions.

        Who has not seen all of a function cannot tell whether it removes its files. Of what a run cut short has noted
        only that is kept which comes from functions that remove no files.
        """
        run = self._run
        left = max(0, run.left - SHARE)
        run.left -= left
        run.visited = set()
        run.events = Events()
        run.way = run.kept.number(("way", scope))
        run.kept.read = {run.way}
        if scope.kind == "module":
            run.body(scope)
        elif scope.kind == "function":
            run.way_in(scope)
        if run.left <= 0:
            self.cut_short = True
            if scope in self._former:
                run.events = self._former[scope].events  # cut short it says less than before
            else:
                run.events = Events(landings=list(self._sure(run.events.landings)))
        run.left = max(run.left, 0) + left
        known = self._former[scope].visited if scope in self._former else frozenset()
        return Way(run.events, tuple(run.kept.read), frozenset(run.visited) | known)

    def _sure(self, landings: Iterable[Landing]) -> Iterator[Landing]:
        for landing in landings:
            if not any(self._removes(frame.scope) for frame in landing.frames):
                yield landing

    # ── who reads what was left behind ──

    def _shared(self, sourced: set[Scope]) -> set[str]:
        """Module-level names that hold request data."""
        found = set()
        for top in sourced:
            if top.kind == "module":
                for name in top.bindings:
                    if any(taints(self._run.variable(top, name))):
                        found.add(name)
        return found

    def _consumers(self, sourced: set[Scope]) -> list[Scope]:
        """Functions that read an attribute or a shared container in which request data or an open file was put."""
        attributes = self._run.kept.attributes
        held = [key for key, value in attributes.items() if self._run.kept.told(key) or _open(value)]
        names = {name for of, name in held if isinstance(of, Scope)} | self._shared(sourced)
        names |= {name.rpartition(".")[2] for of, name in held if of == "path"}
        if not names:
            return []
        found = []
        for scope in self._every:
            if scope.kind == "function" and scope.module.in_service and (scope in self._run.touching or scope.stores):
                reads = {read.name for read, _ in scope.reads} & names
                reads |= {read.of.id for read, _ in scope.reads if isinstance(read.of, f.Name)} & names
                used = {c.func.of.id for s in scope.calls if isinstance((c := s.call).func, f.Attr)
                        and isinstance(c.func.of, f.Name)} & names  # fmt: skip
                if reads or used:
                    found.append(scope)
        return found


def _open(value: Value) -> bool:
    """Whether a value is a file on the disk that stays open."""
    return any(isinstance(atom, Handle) and atom.where == "local" for atom in value)
