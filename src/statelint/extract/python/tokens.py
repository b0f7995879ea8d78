"""Tokens of Python text: just enough to give places to syntax that carries none, and to measure depth before parsing.

LibCST nodes have no positions, and computing them from whitespace costs more than the parse. Names, numbers, strings
and brackets come in the same order in the text and in the tree, so a cursor over these tokens gives every node its
place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from statelint.spans import Place

TOKEN = re.compile(
    r"""
    (?P<space>[ \t\f\r\n\\]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<string>(?i:[rbu]|br|rb)?(?:'''(?:[^\\']|\\.|'(?!''))*'''|\"\"\"(?:[^\\"]|\\.|"(?!""))*\"\"\"
        |'(?:[^\\'\r\n]|\\(?:\r\n|.))*'|"(?:[^\\"\r\n]|\\(?:\r\n|.))*"))
  | (?P<format>(?i:f|t|fr|rf|tr|rt)(?:'''|\"\"\"|'|"))
  | (?P<name>[^\W\d]\w*)
  | (?P<number>(?:\d|\.\d)(?:[eE][+-]?\d|[\w.])*)
  | (?P<open>[\[({])
  | (?P<close>[\])}])
  | (?P<other>\.\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
DEEPEST_BRACKETS = 200
"""CPython refuses more; LibCST's parser dies of a stack overflow at some thousands."""
LONGEST_RUN = 2500
"""Tokens without a comma, a colon or a line's end between them: each may nest the tree by one level."""


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class TooDeep(Exception):
    """The text nests deeper than a parser can be trusted with. Carries the line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Tokens:
    """The tokens of a text, the partner of each bracket, and the comments.

    Raises TooDeep. Never fails otherwise: text that is no Python gives tokens all the same.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [0]
        self._lines.extend(m.end() for m in re.finditer(r"\r\n|\r|\n", text))
        self.all: list[Token] = []
        self.partner: dict[int, int] = {}
        self.comments: list[Token] = []
        self._read()

    def _read(self) -> None:
        text, position, size = self.text, 0, len(self.text)
        match, found, run = TOKEN.match, self.all, 0
        stack: list[int] = []
        lambdas: list[int] = []  # bracket depths of lambdas whose colon is still to come
        while position < size:
            m = match(text, position)
            assert m is not None
            kind, end = str(m.lastgroup), m.end()
            if kind == "space":
                if not stack and "\n" in m.group():
                    run = 0
                    lambdas.clear()
            elif kind == "comment":
                self.comments.append(Token(kind, m.group(), position, end))
            else:
                if kind == "format":
                    end = _format_end(text, end, m.group().lstrip("fFrRtT"))
                    kind = "string"
                elif kind == "open":
                    stack.append(len(found))
                    if len(stack) > DEEPEST_BRACKETS:
                        raise TooDeep(self.line(position))
                elif kind == "close" and stack:
                    self.partner[stack.pop()] = len(found)
                run += 1
                if kind == "name" and m.group() == "lambda":
                    lambdas.append(len(stack))
                if kind == "other" and text[position] in ",:;=":
                    # what ends a piece of code does not within a lambda's head, and what follows its colon is nested
                    if not lambdas or lambdas[-1] != len(stack):
                        run = 0
                    elif text[position] == ":":
                        lambdas.pop()
                elif run > LONGEST_RUN:
                    raise TooDeep(self.line(position))
                if kind != "other" or end - position == 3:
                    found.append(Token(kind, text[position:end], position, end))
            position = end

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._lines, offset)

    def place(self, start: int, end: int) -> Place:
        """The place between two offsets."""
        first, last = self.line(start), self.line(end)
        return Place(first, start - self._lines[first - 1] + 1, last, end - self._lines[last - 1] + 1)

    def alone(self, token: Token) -> bool:
        """Whether nothing stands before a token on its line."""
        return not self.text[self._lines[self.line(token.start) - 1] : token.start].strip()

    @property
    def lines(self) -> int:
        return len(self._lines)


def _format_end(text: str, position: int, quote: str) -> int:
    """The end of a format string whose opening quote ends at `position`; nested strings and braces are followed."""
    depth, size = 0, len(text)
    while position < size:
        char = text[position]
        if depth == 0:
            if text.startswith(quote, position):
                return position + len(quote)
            if char == "\\":
                position += 2
                continue
            if char in "{}" and text[position : position + 2] in ("{{", "}}"):
                position += 2
                continue
            if len(quote) == 1 and char in "\r\n":
                return position
        elif char in "\"'" and not text.startswith(quote, position):
            m = TOKEN.match(text, position)
            if m is not None and m.lastgroup == "string":
                position = m.end()
                continue
        elif text.startswith(quote, position) and _nested(text, position, quote):
            position = _string_end(text, position, quote)
            continue
        elif text.startswith(quote, position):
            return position + len(quote)
        depth += (char == "{") - (char == "}" and depth > 0)
        position += 1
    return size


def _nested(text: str, position: int, quote: str) -> bool:
    """Whether a quote inside braces opens a string of its own, as Python 3.12 allows."""
    end = text.find(quote, position + len(quote))
    line_end = text.find("\n", position)
    return (
        end != -1
        and (len(quote) == 3 or line_end == -1 or end < line_end)
        and "}" in text[end : line_end if line_end > 0 else None]
    )


def _string_end(text: str, position: int, quote: str) -> int:
    return text.find(quote, position + len(quote)) + len(quote)
