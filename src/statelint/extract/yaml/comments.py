"""Comments in YAML that address statelint, with the lines that each covers."""

from __future__ import annotations

import re

from statelint.facts import Comment
from statelint.spans import Place

MARK = re.compile(r"(?:^|(?<=\s))#\s*statelint:\s*(?P<text>.*)$")
HELM = re.compile(r"\{\{-?\s*/\*\s*statelint:\s*(?P<text>.*?)\s*\*/\s*-?\}\}")


def comments(text: str) -> tuple[Comment, ...]:
    """All comments for statelint, in order."""
    if "statelint:" not in text:
        return ()
    lines = text.split("\n")
    found = []
    for number, line in enumerate(lines, 1):
        mark = MARK.search(line) or HELM.search(line)
        if mark:
            alone = not line[: mark.start()].strip()
            covers = _next_node(lines, number) if alone else (number, number)
            place = Place(number, mark.start() + 1, number, mark.end() + 1)
            found.append(Comment(mark["text"].strip(), alone, covers, place))
    return tuple(found)


def _next_node(lines: list[str], number: int) -> tuple[int, int]:
    """The first and last line of the node that begins after line `number`: it and what is indented below it."""
    first = next((n for n in range(number + 1, len(lines) + 1) if _counts(lines[n - 1])), number)
    indent = _indent(lines[first - 1])
    last = first
    for n in range(first + 1, len(lines) + 1):
        if _counts(lines[n - 1]):
            if _indent(lines[n - 1]) <= indent:
                break
            last = n
    return first, last


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
