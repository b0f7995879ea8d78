"""Versions of distributions, as lock files, requirements files and project files of the repository say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from statelint.project.packaging import Required

NUMBER = re.compile(r"\d+")
CLAUSE = re.compile(r"(===?|~=|>=|<=|<|>)([^,]+)")
Version = tuple[int, ...]
Range = tuple[Version | None, Version | None]


def version(text: str) -> Version:
    """The release numbers of a version without the zeros at its end: `5.1rc1` is (5, 1), and `5.0` is (5,)."""
    return _trimmed(_numbers(text))


def _numbers(text: str) -> Version:
    return tuple(int(n) for part in text.split(".")[:4] if (n := (NUMBER.match(part) or [""])[0]))


def _trimmed(numbers: Version) -> Version:
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


class Versions:
    """The range of each distribution: from (inclusive) and below (exclusive), where known.

    Locks go before pins, and pins before bounds; of the same sort the first one counts.
    """

    def __init__(self, required: Iterable[Required]) -> None:
        self._ranges: dict[str, Range] = {}
        ordered = sorted(required, key=lambda r: (not r.locked, not r.spec.startswith("==")))
        for one in ordered:
            found = _range(one.spec)
            if found != (None, None):
                self._ranges.setdefault(one.name, found)

    def fits(self, distribution: str, wanted: str) -> bool:
        """Whether a distribution is known to be in a range such as `<3` or `>=5.1`; what is not known does not fit."""
        low, high = self._ranges.get(distribution, (None, None))
        bound = version(wanted.lstrip("<>="))
        if wanted.startswith("<"):
            return high is not None and high <= bound
        return low is not None and low >= bound


def _range(spec: str) -> Range:
    low: Version | None = None
    high: Version | None = None
    for sign, text in CLAUSE.findall(spec):
        numbers = _numbers(text)
        if not numbers:
            continue
        if sign in ("==", "===", ">=", "~=", ">"):
            low = _trimmed(numbers)
        if sign in ("==", "===", "<="):
            high = (*numbers[:-1], numbers[-1] + 1)
        elif sign == "~=":
            high = (*numbers[:-2], numbers[-2] + 1) if len(numbers) > 1 else (numbers[0] + 1,)
        elif sign == "<":
            high = _trimmed(numbers)
    return low, high
