"""Tokens of Python text: just enough to give places to syntax that carries none, and to measure depth before parsing.

LibCST nodes have no positions, and computing them from whitespace costs more than the parse. Names, numbers, strings
and brackets come in the same order in the text and in the tree, so a cursor over these tokens gives every node its
place. The depth is measured because LibCST's parser recurses on the machine's stack: where that is used up, the process
dies.
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
  | (?P<dots>\.\.\.)
  | (?P<other>[=!<>:]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
MOST_TOKENS = 250_000
FIRST_WORD = re.compile(r"^([ \t]*)([^\s#]\w*)", re.MULTILINE)
DEEPEST_BRACKETS = 200
"""CPython refuses more; LibCST's parser dies of a stack overflow at some thousands."""
DEEPEST_PATTERN = 10
"""Brackets inside one `case`; the parser's time doubles with each."""
LONGEST_RUN = 1000
"""Tokens between two separators at one level of brackets: each may nest the tree by one level."""
LONGEST_LADDER = 150
"""`lambda` in `lambda`, `elif` after `elif`: each is one level."""
LONG_FORMAT = 500
"""Characters of a format string, or of one field in it, that are taken without a look at the depth of the fields."""


class Comment(NamedTuple):
    text: str
    start: int
    end: int


class TooDeep(Exception):
    """The text nests deeper than a parser can be trusted with. Carries the line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Level:
    """What may nest at one level of brackets: tokens since a separator, lambdas whose colon came or has yet to come."""

    __slots__ = ("ladder", "pending", "run")

    def __init__(self) -> None:
        self.run = self.pending = self.ladder = 0

    def separate(self) -> None:
        self.run = 0
        if not self.pending:
            self.ladder = 0

    def colon(self) -> None:
        self.run = 0
        if self.pending:
            self.pending -= 1


class Tokens:
    """Parallel lists of the tokens of a text, the partner of each bracket, and the comments.

    Raises TooDeep. Never fails otherwise: text that is no Python gives tokens all the same.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [0]
        self._lines.extend(m.end() for m in re.finditer(r"\r\n|\r|\n", text))
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.formats: list[int] = []
        """Numbers of the tokens that are format strings."""
        self.partner: dict[int, int] = {}
        self.comments: list[Comment] = []
        self._read()
        if text.count("elif") > LONGEST_LADDER:
            self._measure_elif()

    def _read(self) -> None:
        text, position, size, match = self.text, 0, len(self.text), TOKEN.match
        texts, starts, ends = self.texts, self.starts, self.ends
        stack: list[tuple[int, _Level]] = []
        level, in_case, fresh = _Level(), False, True
        while position < size:
            m = match(text, position)
            assert m is not None
            kind, end = m.lastgroup, m.end()
            if kind == "space":
                if not stack and "\n" in m.group():
                    level, in_case, fresh = _Level(), False, True
                position = end
                continue
            if kind == "comment":
                self.comments.append(Comment(m.group(), position, end))
                position = end
                continue
            word = m.group()
            if kind == "other":
                level.run += 1
                if word == ":":
                    level.colon()
                elif word in (",", ";", "="):
                    level.separate()
                fresh, position = False, end
                if level.run > LONGEST_RUN:
                    raise TooDeep(self.line(position))
                continue
            if kind == "format":
                end = _format_end(text, end, word.lstrip("fFrRtT"))
                word = text[position:end]
                self.formats.append(len(texts))
                if len(word) > LONG_FORMAT and not _shallow(word):
                    raise TooDeep(self.line(position))
            elif kind == "open":
                stack.append((len(texts), level))
                level = _Level()
                if len(stack) > (DEEPEST_PATTERN if in_case else DEEPEST_BRACKETS):
                    raise TooDeep(self.line(position))
            elif kind == "close" and stack:
                opened, level = stack.pop()
                self.partner[opened] = len(texts)
            elif word == "lambda":
                level.pending += 1
                level.ladder += 1
            elif word == "case" and fresh and not stack:
                in_case = True
            fresh = False
            level.run += 1
            if level.run > LONGEST_RUN or level.ladder > LONGEST_LADDER:
                raise TooDeep(self.line(position))
            texts.append(word)
            starts.append(position)
            ends.append(end)
            position = end

    def _measure_elif(self) -> None:
        """Each `elif` is an `else` with an `if` inside, one level deeper than the one before."""
        ladders: dict[int, int] = {}
        for m in FIRST_WORD.finditer(self.text):
            indent = m.end(1) - m.start(1)
            if m.group(2) != "elif":
                ladders.pop(indent, None)
                continue
            ladders[indent] = ladders.get(indent, 0) + 1
            if ladders[indent] > LONGEST_LADDER:
                raise TooDeep(self.line(m.start(2)))

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._lines, offset)

    def behind(self, mark: str, offset: int) -> int:
        """The end of the next punctuation mark from an offset on, comments passed over."""
        for m in re.compile(rf"#[^\r\n]*|({re.escape(mark)})").finditer(self.text, offset):
            if m.group(1):
                return m.end()
        return offset

    def place(self, start: int, end: int) -> Place:
        """The place between two offsets."""
        lines = self._lines
        first = bisect_right(lines, start)
        last = first if first == len(lines) or end < lines[first] else bisect_right(lines, end)
        return Place(first, start - lines[first - 1] + 1, last, end - lines[last - 1] + 1)

    def alone(self, comment: Comment) -> bool:
        """Whether nothing stands before a comment on its line."""
        return not self.text[self._lines[self.line(comment.start) - 1] : comment.start].strip()

    @property
    def lines(self) -> int:
        return len(self._lines)


def _shallow(literal: str) -> bool:
    """Whether the fields of a format string nest within reason: none is long, or the long ones hold few tokens."""
    depth = start = 0
    for m in re.finditer(r"[{}]", literal):
        depth = max(depth + (1 if m.group() == "{" else -1), 0)
        if depth > DEEPEST_PATTERN:
            return False
        if depth == 0:
            if m.start() - start > LONG_FORMAT and len(TOKEN.findall(literal, start, m.start())) > LONG_FORMAT:
                return False
            start = m.end()
        elif depth == 1 and m.group() == "{":
            start = m.end()
    return True


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
