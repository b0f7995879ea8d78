"""The line hash that GitHub's upload action adds to results: a rolling hash over 100 characters from a line's start.

Blanks and tabs do not count, every line end is a line feed, and equal hashes within a file are numbered. Characters are
UTF-16 units, and sums wrap at 64 bits.
"""

from __future__ import annotations

from collections import Counter

WINDOW = 100
FACTOR = 37
END = 0xFFFF
WRAP = (1 << 64) - 1
LINE_FEED, RETURN = 10, 13
LEAVING = pow(FACTOR, WINDOW, 1 << 64)


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-le", "surrogatepass")
    units = [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]
    counted = []
    previous = 0
    for unit in units:
        if unit not in (32, 9) and not (previous == RETURN and unit == LINE_FEED):
            counted.append(LINE_FEED if unit == RETURN else unit)
        previous = unit
    return [*counted, END]


def line_hashes(text: str) -> dict[int, str]:
    """The hash of each line, as `hex:number`, by line from 1."""
    units = _units(text)
    starts = [0, *(i + 1 for i, unit in enumerate(units[:-1]) if unit == LINE_FEED)]
    hashes: dict[int, str] = {}
    seen: Counter[str] = Counter()
    value, end = 0, 0
    for line, start in enumerate(starts, 1):
        while end < start + WINDOW:
            entering = units[end] if end < len(units) else 0
            leaving = units[end - WINDOW] if end >= WINDOW else 0
            value = (FACTOR * value + entering - LEAVING * leaving) & WRAP
            end += 1
        name = f"{value:x}"
        seen[name] += 1
        hashes[line] = f"{name}:{seen[name]}"
    return hashes
