"""Where the time of a run goes. Nothing of it reaches the report, which is the same for the same input."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds by phase, in the order in which the phases came up, and counts of what was done."""

    def __init__(self) -> None:
        self._spent: dict[str, tuple[float, float]] = {}
        self._counts: dict[str, int] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add what the block takes to a phase."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            known = self._spent.get(name, (0.0, 0.0))
            self._spent[name] = known[0] + time.perf_counter() - wall, known[1] + time.process_time() - cpu

    def count(self, what: str, number: int) -> None:
        self._counts[what] = self._counts.get(what, 0) + number

    def lines(self) -> Iterator[str]:
        """A table for people: a line a phase, then the counts."""
        yield f"{'':<28}{'wall s':>8}{'CPU s':>8}"
        for name, (wall, cpu) in self._spent.items():
            yield f"{name:<28}{wall:>8.2f}{cpu:>8.2f}"
        yield ", ".join(f"{number} {what}" for what, number in self._counts.items())
