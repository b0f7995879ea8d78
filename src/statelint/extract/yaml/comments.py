"""Comments in YAML: those that address statelint, with the lines that each covers, and those that explain a one."""

from __future__ import annotations

import re

import msgspec

from statelint.facts import Comment, Document, Setting
from statelint.spans import Place

MARK = re.compile(r"(?:^|(?<=\s))#\s*statelint:\s*(?P<text>.*)$")
REMARK = re.compile(r"#.*\n(?:[ \t]*#.*\n)*[^\n#]*:[ \t]+1[ \t]*$|:[ \t]+1[ \t]*#", re.MULTILINE)
"""A one with a comment beside it or above it."""
SAID = re.compile(r"(?:^|\s)#\s*(?P<text>.*)$")
ABOVE = 2
"""Lines of a comment above a setting that may explain it."""
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


def explained(document: Document, lines: list[str], first_line: int) -> Document:
    """The document with a setting `#`, below each one, for what a comment says about why it is one."""
    found: list[Setting] = []
    for s in document.settings:
        found.append(s)
        if s.form == "plain" and s.value == "1":
            text = _remark(lines, s.at.line - first_line - 1)
            if text:
                found.append(Setting((*s.path, "#"), text, "comment", s.at, s.key_at, s.guarded))
    return msgspec.structs.replace(document, settings=tuple(found))


def _remark(lines: list[str], index: int) -> str:
    """What the comment at the end of a line and the lines above it say."""
    said: list[str] = []
    for above in range(1, ABOVE + 1):
        line = lines[index - above].strip() if index >= above else ""
        if not line.startswith("#"):
            break
        said.insert(0, line.lstrip("# "))
    beside = SAID.search(lines[index]) if index < len(lines) else None
    return " ".join([*said, beside["text"]] if beside else said)


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
