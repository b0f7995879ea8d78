"""What else makes a state that requests write less than definite: who it belongs to, how long it matters, who sees it.

The reasons are asked in this order, and the first that holds is the one that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from statelint.findings import Verdict
from statelint.knowledge import Knowledge
from statelint.project.entry import NEARBY
from statelint.project.homes import Home, Homes
from statelint.project.kinds import Kinds, words
from statelint.project.own_loops import OwnLoops
from statelint.project.probed import remembers_probes
from statelint.project.purity import Purity
from statelint.project.reach import Chain, Reach
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.running import Running
from statelint.project.same_again import SameAgain
from statelint.project.set_first import SetFirst
from statelint.project.verdicts import Verdicts
from statelint.project.versioned import Versioned
from statelint.project.writes import Write

ORIGIN: Final = frozenset({"__author__", "__version__", "__license__"})


class Seen(NamedTuple):
    """A home with its writes, what kind of state it is, and the ways by which requests come to the writes."""

    home: Home
    writes: Sequence[Write]
    kind: str
    ways: AbstractSet[str]
    chains: Sequence[Chain]


class Excuses:
    """The table of these reasons."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        homes: Homes,
        reach: Reach,
        purity: Purity,
        kinds: Kinds,
        verdicts: Verdicts,
        own_loops: OwnLoops,
        knowledge: Knowledge,
    ) -> None:
        self._names = names
        self._kinds = kinds
        self._verdicts = verdicts
        self._stand_ins = knowledge.words.get("stand-in", frozenset())
        self._vendored = knowledge.words.get("vendored", frozenset())
        self.same_again = SameAgain(names, homes, purity)
        set_first = SetFirst(names, calls, reach)
        running = Running(names, reach)
        versioned = Versioned(names, calls, homes, purity)
        benign, arguable = Verdict.BENIGN, Verdict.ARGUABLE
        self._table: tuple[tuple[Callable[[Seen], bool], Verdict, str], ...] = (
            (self._is_carried_along, arguable, "it belongs to a library that the project carries along"),
            (self._is_stand_in, arguable, "its class stands in for another one in tests"),
            (self._is_upkeep, arguable, "it says when the process last looked after its own things"),
            (lambda s: s.kind == "lock", arguable, "a lock of one process"),
            (
                lambda s: kinds.is_pool(s.home, s.ways),
                benign,
                "a pool of connections, which each replica opens for itself",
            ),
            (lambda s: set_first.covers(s.home, s.writes), benign, "each request sets it before it reads it"),
            (lambda s: running.covers(s.home, s.writes), benign, "it keeps what belongs to one job while that runs"),
            (
                lambda s: versioned.covers(s.writes),
                arguable,
                "it is read again when what all replicas share says that it changed",
            ),
            (lambda s: self.same_again.covers(s.writes), benign, "each request gives it the same entries again"),
            (lambda s: remembers_probes(s.writes, purity), arguable, "it remembers for what a probe went well"),
            (lambda s: own_loops.covers(s.home, s.writes), arguable, "only a loop of the process itself sees it"),
            (lambda s: bool(s.chains) and all(c.entry.near for c in s.chains), arguable, NEARBY),
        )

    def of(self, seen: Seen) -> tuple[Verdict, str] | None:
        """The verdict that the first reason that holds leaves, with the reason; None where none does."""
        return next(((verdict, reason) for holds, verdict, reason in self._table if holds(seen)), None)

    def _is_carried_along(self, seen: Seen) -> bool:
        """Whether code belongs to a library that the project carries along: by its folder, or since its module names
        author, version and license for itself, as libraries of one file do."""
        module = seen.home.scope.module
        if not self._vendored.isdisjoint(module.dotted):
            return True
        return (
            not module.is_package
            and len(module.dotted) > 1
            and self._names.scopes[module.path].bindings.keys() >= ORIGIN
        )

    def _is_stand_in(self, seen: Seen) -> bool:
        """Whether a class around says by its name that it takes the place of another one in tests."""
        scope: Scope | None = seen.home.scope
        while scope is not None:
            if scope.kind == "class" and not self._stand_ins.isdisjoint(words(scope.name)[:1]):
                return True
            scope = scope.parent
        return False

    def _is_upkeep(self, seen: Seen) -> bool:
        return self._kinds.is_upkeep(seen.home) and self._verdicts.is_time(seen.writes)
