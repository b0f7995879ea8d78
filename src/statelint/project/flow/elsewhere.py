"""Which removals stand in another request than the one that writes a file, so that they are no clean-up of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from functools import cached_property

from statelint.project.entries import Entries
from statelint.project.entry import Entry
from statelint.project.flow.events import Landing, Removal
from statelint.project.resolution.labels import VERBS
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope

ASKED = frozenset({"route", "rpc"})
"""Kinds of ways in that are a request each."""
BEGUN = ASKED | {"task", "message", "timer", "lambda"}
"""Kinds of ways in that end before others begin."""


class Elsewhere:
    """Compares the ways in above a removal with those above a landing, where both were not come to on one."""

    def __init__(
        self,
        names: Names,
        entries: Entries,
        above: Callable[[Scope], AbstractSet[Scope]],
        uncalled: Callable[[Scope], bool],
    ) -> None:
        """`above` gives a function with all that call it, `uncalled` says that nothing does, a library included."""
        self._names, self._above, self._uncalled = names, above, uncalled
        self._startup = entries.startup | entries.commands
        self._entries: dict[Scope, list[Entry]] = defaultdict(list)
        for entry in entries.all:
            self._entries[entry.scope].append(entry)
        self._known: dict[tuple[Scope, Scope], bool] = {}

    def without(self, landing: Landing, removals: Iterable[Removal]) -> list[Removal]:
        """The removals that can be the clean-up of what lands."""
        return [r for r in removals if not self._is_elsewhere(r.frames[0].scope, landing.frames[0].scope)]

    def _is_elsewhere(self, removing: Scope, writing: Scope) -> bool:
        if removing is writing:
            return False
        key = (removing, writing)
        if key not in self._known:
            self._known[key] = self._never_runs(removing) or self._are_two_requests(removing, writing)
        return self._known[key]

    def _are_two_requests(self, removing: Scope, writing: Scope) -> bool:
        """Whether only requests of their own lead to a removal, and other ones to what is written."""
        ours, theirs = self._ways(writing), self._ways(removing)
        if not ours or not theirs or ours & theirs or not self._startup.isdisjoint(self._above(removing)):
            return False
        return all(e.kind in BEGUN and _is_whole(e) for s in ours for e in self._entries[s]) and all(
            e.kind in ASKED and _is_whole(e) for s in theirs for e in self._entries[s]
        )

    def _ways(self, scope: Scope) -> set[Scope]:
        return {s for s in self._above(scope) if s in self._entries}

    def _never_runs(self, method: Scope) -> bool:
        """Whether nothing calls a method, nor even speaks of one of its name."""
        special = method.name.startswith("__")
        return not special and self._uncalled(method) and method.name not in self._mentioned

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        return frozenset(read.name for scope in self._names.every for read, _ in scope.reads)


def _is_whole(entry: Entry) -> bool:
    """Whether a way in is all of a request, and no step of one, such as a method that ends what another began."""
    if entry.kind not in ASKED or entry.scope.owner is None or entry.scope.name in VERBS:
        return True
    return entry.label.partition(" ")[0].lower() in VERBS
