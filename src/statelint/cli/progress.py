"""A line on stderr that says how far the analysis is; it shows up late, and is gone at the end."""

from __future__ import annotations

import sys
import time

PATIENCE = 0.5
"""Seconds before anything is shown."""


class Progress:
    """Called with how many files, or what else is done, are done and how many there are."""

    def __init__(self, doing: str = "reading", what: str = "files") -> None:
        self._doing, self._what = doing, what
        self._start = time.monotonic()
        self._last = 0.0
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._start < PATIENCE or now - self._last < 0.1:
            return
        self._last, self._shown = now, True
        sys.stderr.write(f"\r\x1b[K{self._doing} {done} of {total} {self._what}")
        sys.stderr.flush()

    def done(self) -> None:
        """Wipe the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
