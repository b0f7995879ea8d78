"""Runs of functions that are known: their results, what they read, and what they noted, kept from round to round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from statelint.project.flow_events import Event
from statelint.project.flow_values import Value
from statelint.project.scopes import Scope


@dataclass(slots=True, eq=False)
class Done:
    """One run of a function. `read` names what outlives functions and was looked at; `inner` the runs below it."""

    scope: Scope
    result: Value
    read: frozenset[object]
    events: tuple[Event, ...]
    inner: tuple[Done, ...]
    round: int


class Memo:
    """The runs of all rounds. A run whose reads have grown since is forgotten at the next round."""

    def __init__(self) -> None:
        self.done: dict[tuple[Any, ...], Done] = {}
        self.grew: set[object] = set()
        """Attributes, globals and files that hold more than when the round began."""
        self._round = 0
        self._reading: list[set[object]] = [set()]
        self._below: list[list[Done]] = [[]]

    def begin_round(self) -> None:
        self._round += 1
        if self.grew:
            self.done = {key: done for key, done in self.done.items() if self.grew.isdisjoint(done.read)}
        self.grew = set()
        self._reading = [set()]
        self._below = [[]]

    def note(self, key: object) -> None:
        """Something that outlives functions is looked at."""
        self._reading[-1].add(key)

    def note_all(self, keys: frozenset[object]) -> None:
        self._reading[-1] |= keys

    def begin(self) -> None:
        """From here on until `end`, reads are collected."""
        self._reading.append(set())
        self._below.append([])

    def end(self) -> frozenset[object]:
        """What was read since `begin`."""
        read = self._reading.pop()
        self._reading[-1] |= read
        self._inner = self._below.pop()
        self._below[-1] += self._inner
        return frozenset(read)

    def get(self, key: tuple[Any, ...]) -> Done | None:
        found = self.done.get(key)
        if found is not None:
            self._reading[-1] |= found.read
        return found

    def put(
        self, key: tuple[Any, ...], scope: Scope, result: Value, read: frozenset[object], events: tuple[Event, ...]
    ) -> None:
        """Keep a run that just came to its `end`."""
        done = Done(scope, result, read, events, tuple(self._inner), self._round)
        self.done[key] = done
        self._below[-1].append(done)

    def current(self, done: Done) -> list[Done]:
        """The run and those below it that are met for the first time in this round; none when it was met before."""
        if done.round == self._round:
            return []
        fresh = [done, *done.inner]
        for run in fresh:
            run.round = self._round
        self._below[-1] += fresh
        return fresh
