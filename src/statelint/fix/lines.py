"""Edits of directives: lines of their own, or statements that a semicolon ends, and the attributes of markup."""

from __future__ import annotations

import re

from statelint.findings import Edit
from statelint.fix.text import Piece, Text
from statelint.fix.words import swapped

SEMICOLONS = frozenset({"nginx"})
CONTINUED = frozenset({"httpd", "script", "properties", "squid"})
WORDS = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$\{[^}\n]*\}|[^;{}"'#]|(?<=\S)\#)*""")
LINE = re.compile(r"(?:(?!\s#)[^\n])*")
KEY = re.compile(r"[^\s=:]+\s*[=:]?\s*")


def pieces(text: Text, look: str, at: int, name: str, edit: Edit) -> tuple[Piece, ...] | None:
    """What to change for the directive that begins at an offset; None when that is not plain.

    `look` is the kind of file as its extractor names it, `name` the last part of the setting's path.
    """
    seen = text.seen
    if look == "markup":
        return _attribute(seen, at, name, edit)
    pattern = WORDS if look in SEMICOLONS else LINE
    found = pattern.match(seen, at)
    end = len(seen[: found.end()].rstrip()) if found else at
    if look in SEMICOLONS:
        if seen[end:].lstrip()[:1] != ";":
            return None
    elif seen[:end].endswith("{") or (look in CONTINUED and seen[:end].endswith("\\")):
        return None
    over = seen.index(";", end) + 1 if look in SEMICOLONS else end
    if edit.delete == 0:
        return _deleted(text, at, over)
    key = KEY.match(seen, at, end)
    value = key.end() if key else at
    if edit.swap:
        made = swapped(seen, at, end, edit.swap)
        gone = made and all(piece.new == "" for piece in made) and made[0].start <= value and made[-1].end == end
        return _deleted(text, at, over) if gone and len(made or ()) == 1 else made
    old = seen[value:end]
    if edit.set is None or not old or "\n" in old:
        return None
    quoted = re.fullmatch(r"(['\"])[^'\"]*\1,?", old)
    return (Piece(value + 1, value + old.rindex(old[0]), edit.set) if quoted else Piece(value, end, edit.set),)


def _deleted(text: Text, start: int, end: int) -> tuple[Piece, ...] | None:
    rest = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)").match(text.seen, end)
    first = text.seen.rfind("\n", 0, start) + 1
    if text.seen[first:start].strip():
        follows = re.compile(r"[ \t]*").match(text.seen, end)
        return (Piece(start, follows.end() if follows else end, ""),)
    if rest is None:
        return None
    return (Piece(first, rest.end(), ""),)


def _attribute(seen: str, at: int, name: str, edit: Edit) -> tuple[Piece, ...] | None:
    tag = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>").match(seen, at)
    found = re.compile(rf"\s{re.escape(name)}\s*=\s*([\"'])(.*?)\1", re.DOTALL).search(tag.group()) if tag else None
    if tag and edit.write and not found:
        head = re.match(r"<[\w.:-]+", tag.group())
        new = "".join(f' {key}="{value}"' for key, value in edit.write.items())
        return (Piece(at + head.end(), at + head.end(), new),) if head else None
    if not found or edit.set is None:
        return None
    return (Piece(at + found.start(2), at + found.end(2), edit.set),)
