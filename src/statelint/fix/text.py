"""A source as its readers see it, with line feeds alone, and the way back to the text as it is written.

Edits are pieces of the text that readers see; every other character of the written text stays, line ends included.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from statelint.findings import TextEdit
from statelint.spans import Span

BREAK = re.compile(r"\r\n|\r|\n")
LAST = re.compile(r"(?:\r\n|\r|\n)\Z")


class Piece(NamedTuple):
    """The characters from `start` to `end` (exclusive), and what takes their place."""

    start: int
    end: int
    new: str


class Text:
    """One source: `seen` is what readers see, places count lines and columns from 1."""

    def __init__(self, written: str) -> None:
        self.written = written
        self.seen = BREAK.sub("\n", written)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.seen))]

    @cached_property
    def _written_starts(self) -> list[int]:
        return [0, *(m.end() for m in BREAK.finditer(self.written))]

    @cached_property
    def _line_end(self) -> str:
        ends = BREAK.findall(self.written)
        return max(set(ends), key=lambda end: (ends.count(end), end)) if ends else "\n"

    def offset(self, line: int, column: int) -> int | None:
        """Where a place is in what readers see; None when there is no such place."""
        if not 0 < line <= len(self._starts):
            return None
        offset = self._starts[line - 1] + column - 1
        return offset if 0 <= offset <= len(self.seen) else None

    def point(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """One line without its end."""
        start = self._starts[number - 1]
        end = self.seen.find("\n", start)
        return self.seen[start : end if end != -1 else len(self.seen)]

    def lines_of(self, start: int, end: int) -> range:
        """The numbers of the lines that a piece of text touches."""
        return range(self.point(start)[0], self.point(max(start, end - 1))[0] + 1)

    def edited(self, pieces: Sequence[Piece]) -> str:
        """The written text with some pieces replaced. They must not overlap. Raises ValueError when they do."""
        parts, before = [], 0
        for piece in sorted(pieces):
            start, end = self._back(piece.start), self._back(piece.end)
            if start < before:
                raise ValueError("edits overlap")
            parts += [self.written[before:start], piece.new.replace("\n", self._line_end)]
            before = end
        new = "".join([*parts, self.written[before:]])
        if pieces and not LAST.search(self.written):
            new = LAST.sub("", new)  # as it was written: no end after the last line
        return new

    def _back(self, offset: int) -> int:
        line, column = self.point(offset)
        return self._written_starts[line - 1] + column - 1

    def as_edits(self, path: str, pieces: Sequence[Piece]) -> tuple[TextEdit, ...]:
        """The pieces as edits of a named source."""
        return tuple(
            TextEdit(Span(path, *self.point(piece.start), *self.point(piece.end)), piece.new)
            for piece in sorted(pieces)
        )
