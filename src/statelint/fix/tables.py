"""Edits of tables with `key = value` lines: a line or a whole table taken away, or another value."""

from __future__ import annotations

import re

from statelint.findings import Edit
from statelint.fix.text import Piece, Text

TABLE = re.compile(r"^[ \t]*\[[^\n]*\n?", re.MULTILINE)
LINE = re.compile(
    r"""([\w.\- "']+?)([ \t]*=[ \t]*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[\w.+:-]+)[ \t]*(?:\#[^\n]*)?(?:\n|\Z)"""
)


def pieces(text: Text, at: int, edit: Edit) -> tuple[Piece, ...] | None:
    """What to change for the key, or the heading of a table, at an offset; None when that is not plain."""
    seen = text.seen
    start = seen.rfind("\n", 0, at) + 1
    if seen[start:at].strip() == "[":
        return _table(text, at) if edit.delete == 0 else None
    found = LINE.match(seen, at)
    if not found or seen[start:at].strip():
        return None
    if edit.delete is not None:
        dotted = len(re.findall(r"\"[^\"]*\"|'[^']*'|[\w-]+", found[1])) > 1
        return (Piece(start, found.end(), ""),) if dotted or not edit.delete else _table(text, at)
    if edit.set is None:
        return None
    old, begin = found[3], found.start(3)
    if old[0] in "\"'":
        return (Piece(begin + 1, begin + len(old) - 1, edit.set),)
    return (Piece(begin, begin + len(old), edit.set),)


def _table(text: Text, at: int) -> tuple[Piece, ...] | None:
    """The table around a key, up to the comments and blank lines before the next."""
    heads = [m for m in TABLE.finditer(text.seen) if m.start() < at]
    if not heads or heads[-1].group().lstrip().startswith("[["):
        return None
    after = TABLE.search(text.seen, heads[-1].end())
    body = text.seen[heads[-1].end() : after.start() if after else len(text.seen)]
    kept = re.search(r"(?:^[ \t]*(?:#[^\n]*)?\n)*\Z", body, re.MULTILINE)
    size = kept.start() if kept else len(body)
    if body[:size] and not body[:size].endswith("\n"):
        size = len(body)
    return (Piece(heads[-1].start(), heads[-1].end() + size, ""),)
