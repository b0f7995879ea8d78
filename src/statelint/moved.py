"""What an edit does to places where it changes nothing else: which line is which one now, and a report with these."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeVar, cast

import msgspec
from msgspec.structs import replace

from statelint.facts import Const, Do, Facts
from statelint.findings import Problem, Report, Rule
from statelint.spans import Place, Span, unpacked

Moves = Mapping[str, Mapping[int, int]]
"""By path, where each line stands now that anything stands in."""
T = TypeVar("T")
PLACES = frozenset({"where", "name_where", "at", "key_at"})
"""The fields of facts that say where something stands."""


def moved(before: Facts, now: Facts) -> dict[int, int] | None:
    """The line of now for each line in which something stood; None where the two say different things.

    What stands in one line stays beside each other, and nothing passes or stretches: only whole lines go up or down.
    """
    lines: dict[int, int] = {}
    todo: list[tuple[object, object]] = [
        (getattr(before, name), getattr(now, name)) for name in before.__struct_fields__ if name != "lines"
    ]
    while todo:
        one, other = todo.pop()
        if type(one) is not type(other):
            return None
        if _is_text(one) and _is_text(other):
            continue
        if isinstance(one, msgspec.Struct):
            for name in one.__struct_fields__:
                pair = getattr(one, name), getattr(other, name)
                if name in PLACES:
                    if not _goes_along(unpacked(pair[0]), unpacked(pair[1]), lines):
                        return None
                elif name == "end":
                    if lines.setdefault(*pair) != pair[1]:
                        return None
                else:
                    todo.append(pair)
        elif isinstance(one, tuple):
            if len(one) != len(cast("tuple[object, ...]", other)):
                return None
            todo.extend(zip(one, cast("tuple[object, ...]", other), strict=True))
        elif one != other:
            return None
    kept_in_order = all(lines[a] < lines[b] for a, b in pairwise(sorted(lines)))
    return lines if kept_in_order else None


def _is_text(value: object) -> bool:
    """Whether it is a string that stands alone, such as a docstring: nothing asks what it says, or where."""
    return isinstance(value, Do) and isinstance(value.value, Const) and value.value.kind == "str"


def _goes_along(before: Place, now: Place, lines: dict[int, int]) -> bool:
    """Whether something stands in the same columns of as many lines, which are those of what stood beside it."""
    if before.column != now.column or before.end_column != now.end_column:
        return False
    if before.end_line - before.line != now.end_line - now.line:
        return False
    ends = ((before.line, now.line), (before.end_line, now.end_line))
    return all(lines.setdefault(old, new) == new for old, new in ends)


def is_still(lines: Mapping[int, int]) -> bool:
    """Whether everything stands where it stood."""
    return all(old == new for old, new in lines.items())


def with_lines(report: Report, moves: Moves) -> Report:
    """A report with the lines of now; raises LookupError for a place in which nothing stood."""
    return _with(report, moves) if moves else report


def _with(value: T, moves: Moves) -> T:
    if isinstance(value, Span):
        lines = moves.get(value.path)
        if lines is None:
            return value
        return cast(T, value._replace(line=lines[value.line], end_line=lines[value.end_line]))
    if isinstance(value, Problem):
        lines = moves.get(value.path)
        return cast(T, value if lines is None else value._replace(line=lines[value.line]))
    if isinstance(value, tuple):
        inner = [_with(item, moves) for item in value]
        return cast(T, type(value)._make(inner) if hasattr(value, "_make") else tuple(inner))
    if isinstance(value, msgspec.Struct) and not isinstance(value, Rule):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return replace(value, **{name: _with(held, moves) for name, held in fields.items()})
    return value
