"""What functions were found to give, so that each is run once for like arguments.

At first a function is run anew for each way to it and for all that is known of its arguments: the paths that it makes
are those of its caller then, and what one caller removes is not taken for what another one keeps. A function that has
cost its allowance is run once for arguments of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint.project.flow.values import Bind, Handle, Value, locs, mode, taints
from statelint.project.resolution.scopes import Scope

ALLOWANCE = 300
"""Evaluated expressions for one function with all that it calls, after which it is run for kinds of arguments only."""


class Result(NamedTuple):
    """What a function gives.

    read: the numbers of the kept places that were read for it, and of the ways in on which it or a part of it was
    found out, where its events are noted. deep: how deep it was called where its own calls went too deep to be
    followed, or 0.
    """

    value: Value
    read: Sequence[int]
    deep: int = 0


class Results:
    """The results of functions and variables."""

    def __init__(self) -> None:
        self.functions: dict[object, Result] = {}
        self.variables: dict[tuple[Scope, str], Result] = {}
        self._spent: dict[Scope, int] = {}

    def find(self, key: object) -> Result | None:
        """The result for the very same arguments."""
        return self.functions.get(key) if key is not None else None

    def find_like(self, scope: Scope, alike: object, depth: int) -> Result | None:
        """The result for like arguments, of a function that costs much."""
        if alike is None or self._spent.get(scope, 0) <= ALLOWANCE:
            return None
        found = self.functions.get(alike)
        return None if found is not None and found.deep > depth else found

    def put(self, key: object, alike: object, result: Result) -> None:
        """Note a result."""
        if key is not None:
            self.functions[key] = result
        if alike is not None:
            known = self.functions.get(alike)
            if known is None or known.deep > result.deep:
                self.functions.pop(alike, None)  # it is to stand behind those that were found before
                self.functions[alike] = result

    def spend(self, scope: Scope, steps: int) -> None:
        """Note what a run of a function has cost, all that it called included."""
        self._spent[scope] = self._spent.get(scope, 0) + steps

    def outdate(self, changed: AbstractSet[int]) -> None:
        """Drop what comes of places that hold more now, or of ways in that are run again."""
        for key in [key for key, found in self.functions.items() if not changed.isdisjoint(found.read)]:
            del self.functions[key]
        for name in [name for name, found in self.variables.items() if not changed.isdisjoint(found.read)]:
            del self.variables[name]

    def forget(self, known: int) -> None:
        """Drop the results of functions since there were so many. Mostly there are no more."""
        if len(self.functions) == known:
            return
        for key in list(self.functions)[known:]:
            del self.functions[key]


def gist(values: Mapping[str, Value], marked: Callable[[str], bool]) -> frozenset[object]:
    """What of some variables can make a difference to where data lands: kinds of data, files that hold some.

    marked: whether data was written to a site.
    """
    found = ((name, _kinds(value, marked)) for name, value in values.items() if value)
    return frozenset((name, kinds) for name, kinds in found if kinds)


def _kinds(value: Value, marked: Callable[[str], bool]) -> frozenset[object]:
    kinds: set[object] = {(t.level, t.type) for t in taints(value)}
    for loc in locs(value):
        if loc.temp or marked(loc.site):
            kinds.add(loc.site)
        if opened := mode(loc.site):
            kinds.add(opened)
    kinds.update(atom for atom in value if isinstance(atom, Handle | Bind))
    return frozenset(kinds)
