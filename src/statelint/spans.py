"""Where something stands in a source: lines and columns count from 1, the end is exclusive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple, TypeAlias, cast


class Place(NamedTuple):
    """An extent inside one source. Columns count characters (code points), not bytes."""

    line: int
    column: int
    end_line: int
    end_column: int


class Span(NamedTuple):
    """An extent in a named source; `path` is relative to the project root and uses `/`."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def at(cls, path: str, place: Place) -> Span:
        return cls(path, *place)


place: Final = cast(Callable[[tuple[int, int, int, int]], Place], partial(tuple.__new__, Place))
"""A Place of (line, column, end line, end column), in a third of the time."""
NOWHERE = Place(1, 1, 1, 1)
Where: TypeAlias = int | Place
"""A place as facts keep it: in one integer, if it is not too long or too far to the right for that.

Its bits are, from the lowest, 12 of the last column, 12 of the lines between the first and the last, 12 of the column
and all others of the line, so that packed places have the order of places.
"""


def packed(line: int, column: int, end_line: int, end_column: int) -> Where:
    """What facts keep of a place."""
    if 0 <= (column | end_line - line | end_column) < 4096:
        return line << 36 | column << 24 | end_line - line << 12 | end_column
    return Place(line, column, end_line, end_column)


def unpacked(where: Where) -> Place:
    """The place that facts keep."""
    if isinstance(where, Place):
        return where
    line = where >> 36
    return place((line, where >> 24 & 4095, line + (where >> 12 & 4095), where & 4095))
