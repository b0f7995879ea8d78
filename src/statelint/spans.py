"""Where something stands in a source: lines and columns count from 1, the end is exclusive."""

from __future__ import annotations

from typing import NamedTuple


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


NOWHERE = Place(1, 1, 1, 1)
