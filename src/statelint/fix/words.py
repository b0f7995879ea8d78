"""Words replaced inside a value, each by itself, so that the rest of the value stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from statelint.fix.text import Piece


def swapped(text: str, start: int, end: int, wanted: Mapping[str, str]) -> tuple[Piece, ...] | None:
    """The pieces between two offsets that regular expressions find, with what takes their place; None for none."""
    found = [
        Piece(start + m.start(), start + m.end(), m.expand(new))
        for pattern, new in wanted.items()
        for m in re.finditer(pattern, text[start:end])
    ]
    found.sort()
    apart = all(a.end <= b.start for a, b in pairwise(found))
    return tuple(found) if found and apart else None
