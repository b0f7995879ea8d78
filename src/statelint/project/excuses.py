"""What else makes a state that requests write less than definite: who it belongs to, how long it matters, who sees it.

The reasons are asked in this order, and the first that holds is the one that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.findings import Verdict
from statelint.knowledge import Knowledge
from statelint.project.ends import Ends, only_says
from statelint.project.entry import NEARBY
from statelint.project.fixed import Fixed
from statelint.project.homes import Home, Homes
from statelint.project.kinds import Kinds, words
from statelint.project.logins import LOGIN, Logins
from statelint.project.mentions import Mentions
from statelint.project.own_entries import asks_in_vain, told_their_keys
from statelint.project.own_loops import OwnLoops
from statelint.project.probed import remembers_a_probe, remembers_probes
from statelint.project.purity import Purity
from statelint.project.reach import Chain, Reach
from statelint.project.readings import Readings
from statelint.project.registered_once import says_that_it_is_registered
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.running import Running
from statelint.project.same_again import SameAgain
from statelint.project.set_first import SetFirst
from statelint.project.time_limits import TimeLimits
from statelint.project.verdicts import Verdicts
from statelint.project.versioned import Versioned
from statelint.project.weakly import only_asked, only_ends, only_listed
from statelint.project.writes import Write

ORIGIN: Final = frozenset({"__author__", "__version__", "__license__"})


class Seen(NamedTuple):
    """A home with its writes, what kind of state it is, and the ways by which requests come to the writes."""

    home: Home
    writes: Sequence[Write]
    kind: str
    ways: AbstractSet[str]
    chains: Sequence[Chain]
    types: tuple[str, ...]


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
        mentions: Mentions,
        ends: Ends,
        knowledge: Knowledge,
    ) -> None:
        self._names = names
        self._kinds = kinds
        self._verdicts = verdicts
        self._stand_ins = knowledge.words.get("stand-in", frozenset())
        self._mentions = mentions
        self._purity = purity
        self._reach = reach
        self._health = knowledge.words.get("health", frozenset())
        self._says = knowledge.words.get("says", frozenset())
        self._ends = ends
        self._vendored = knowledge.words.get("vendored", frozenset())
        self.same_again = SameAgain(names, homes, purity, mentions)
        set_first = SetFirst(names, calls, homes, reach)
        running = Running(names, reach)
        versioned = Versioned(names, calls, homes, purity)
        fixed = Fixed(names, calls, reach, purity)
        logins = Logins(names, purity, verdicts, self._ends, fixed, knowledge)
        weak = knowledge.words.get("weak", frozenset())
        weak_values = knowledge.words.get("weak-values", frozenset())
        readings = Readings(self._ends, purity, self._says)
        limits = TimeLimits(self._ends, purity, self._says, knowledge.words.get("empties", frozenset()))
        benign, arguable = Verdict.BENIGN, Verdict.ARGUABLE
        self._table: tuple[tuple[Callable[[Excuses, Seen], bool], Verdict, str], ...] = (
            (Excuses._is_carried_along, arguable, "it belongs to a library that the project carries along"),
            (Excuses._is_stand_in, arguable, "its class stands in for another one in tests"),
            (Excuses._is_upkeep, arguable, "it says when the process last looked after its own things"),
            (lambda _, s: s.kind == "lock", arguable, "a lock of one process"),
            (
                lambda _, s: kinds.is_pool(s.home, s.ways),
                benign,
                "a pool of connections, which each replica opens for itself",
            ),
            (lambda _, s: set_first.covers(s.home, s.writes), benign, "each request sets it before it reads it"),
            (lambda _, s: running.covers(s.home, s.writes), benign, "it keeps what belongs to one job while that runs"),
            (
                lambda _, s: versioned.covers(s.writes),
                arguable,
                "it is read again when what all replicas share says that it changed",
            ),
            (lambda own, s: own.same_again.covers(s.writes), benign, "each request gives it the same entries again"),
            (
                lambda _, s: told_their_keys(s.writes) and all(map(verdicts.is_guarded, s.writes)),
                benign,
                "each entry is told the key that it has",
            ),
            (lambda _, s: asks_in_vain(s.writes), benign, "no entry has the word that it is changed for"),
            (lambda _, s: remembers_probes(s.writes, purity), arguable, "it remembers for what a probe went well"),
            (
                lambda _, s: remembers_a_probe(s.writes, purity) and all(map(verdicts.is_guarded, s.writes)),
                arguable,
                "it remembers how a probe went, made once",
            ),
            (lambda _, s: logins.covers(s.home, s.writes), benign, LOGIN),
            (
                lambda _, s: (
                    all(map(verdicts.is_guarded, s.writes))
                    and says_that_it_is_registered(s.home, s.writes, mentions, names)
                ),
                benign,
                "it only says that the process has registered functions of the code",
            ),
            (
                lambda _, s: bool(s.types) and weak.issuperset(s.types) and only_asked(s.home, mentions),
                benign,
                "it only tells the process's own live objects apart",
            ),
            (
                lambda own, s: bool(s.types) and weak_values.issuperset(s.types) and own._is_kept_elsewhere(s),
                arguable,
                "it only leads to what others keep, for the end of the process",
            ),
            (Excuses._is_work_to_be_ended, benign, "only the end of the process asks for the work that it keeps"),
            (
                lambda _, s: readings.of_itself(s.home, s.writes),
                benign,
                "it only tells whether something else just changed",
            ),
            (
                lambda _, s: readings.of_what_is_shared(s.home, s.writes),
                arguable,
                "it is the last that the process saw of what all replicas share",
            ),
            (
                lambda _, s: verdicts.is_time(s.writes) and limits.covers(s.home),
                benign,
                "it only says when a memo is emptied next",
            ),
            (
                lambda _, s: verdicts.is_time(s.writes) and own_loops.only_timers_read(s.home),
                arguable,
                "it says to a timer of the process when something was last used",
            ),
            (Excuses._is_of_its_health, arguable, "only a check of the process's own health asks for it"),
            (Excuses._is_only_said, arguable, "only the log shows it"),
            (lambda _, s: own_loops.covers(s.home, s.writes), arguable, "only a loop of the process itself sees it"),
            (lambda _, s: bool(s.chains) and all(c.entry.near for c in s.chains), arguable, NEARBY),
        )
        """Functions, not methods of this object: it would be kept for good, with all that it asks, since it led to
        itself by them and nothing looks for cycles."""

    def of(self, seen: Seen) -> tuple[Verdict, str] | None:
        """The verdict that the first reason that holds leaves, with the reason; None where none does."""
        return next(((verdict, reason) for holds, verdict, reason in self._table if holds(self, seen)), None)

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

    def _is_only_said(self, seen: Seen) -> bool:
        """Whether it is counted, or says when something was, and nothing but words for a log are made of that."""
        counts = all(w.how == "augment" or isinstance(w.value, f.Const) for w in seen.writes)
        counts = counts or self._verdicts.is_time(seen.writes)
        read = any(not m.is_store for m in self._mentions.of(seen.home) or ()) if counts else False
        return read and self._ends.all(seen.home, lambda m: only_says(m, self._says, self._is_time))

    def _is_kept_elsewhere(self, seen: Seen) -> bool:
        return only_ends(seen.home, seen.writes, self._mentions, self._names, self._reach.runs)

    def _is_work_to_be_ended(self, seen: Seen) -> bool:
        def begins(write: Write) -> bool:
            return all(self._kinds.begins_work(e, scope) for e, scope in self._verdicts.given(write))

        return only_listed(seen.home, seen.writes, self._mentions, begins, self._reach.runs)

    def _is_time(self, e: f.Expr | None, scope: Scope) -> bool:
        """Whether a value is a number or a point in time, and nothing that is asked of others."""
        return (isinstance(e, f.Const) and e.kind in ("int", "float")) or self._purity.of(e, scope) == {"clock"}

    def _is_of_its_health(self, seen: Seen) -> bool:
        """Whether it is a point in time that only those ways in mention that ask how the process itself is."""
        found = self._mentions.of(seen.home) if self._verdicts.is_time(seen.writes) else None
        if not found:
            return False
        chains = [self._reach.chain(m.scope) for m in found]
        return all(c is not None and not self._health.isdisjoint(words(c.entry.scope.name)) for c in chains)
