"""Directives in nested blocks with braces, each ended by a semicolon or by the end of its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint.facts import Setting
from statelint.spans import Place

TOKEN = re.compile(
    r"(?P<comment>(?<!\S)#[^\n]*|^\s*![^\n]*)|(?P<space>[ \t\r]+|\\\n)|(?P<line>\n)"
    r"|(?P<word>(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|\$\{[^}\n]*\}|\{[\w.$>|-]+\}|[^\s{};\"'`])+)"
    r"|(?P<mark>[{};])",
    re.MULTILINE,
)
DEEPEST = 100


def blocks(text: str, semicolons: bool) -> Iterator[Setting]:
    """A setting for each directive and each block; a block's path ends with its number among those of its name."""
    path: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    words: list[str] = []
    first: Place | None = None
    line, start = 1, 0
    for token in TOKEN.finditer(text):
        kind, body = token.lastgroup, token.group()
        if kind == "word":
            if first is None:
                column = token.start() - start + 1
                first = Place(line, column, line, column + len(body))
            words.append(body[1:-1] if body[:1] in "\"'`" and body[-1:] == body[:1] and len(body) > 1 else body)
        elif kind == "mark" and body == "{":
            name = words[0] if words else ""
            inner = (*path, name)
            number = counts[inner] = counts.get(inner, -1) + 1
            path = (*inner, str(number)) if len(path) < 2 * DEEPEST else path
            at = first or Place(line, token.start() - start + 1, line, token.start() - start + 2)
            yield Setting(path, " ".join(words[1:]), "map", at, at)
            words, first = [], None
        elif words and first and (body == ";" or body == "}" or (kind == "line" and not semicolons)):
            yield Setting((*path, words[0]), " ".join(words[1:]), "plain", first, first)
            words, first = [], None
        if kind == "mark" and body == "}":
            path = path[:-2]
        newlines = body.count("\n")
        if newlines:
            line += newlines
            start = token.start() + body.rindex("\n") + 1
    if words and first:
        yield Setting((*path, words[0]), " ".join(words[1:]), "plain", first, first)
