"""Where the nodes of the interpreter's tree stand in the text.

It counts columns in bytes of UTF-8, gives no place to some words, and leaves the brackets around an expression to
nobody.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Any, Final

from statelint.extract.python.tokens import Tokens, TooDeep
from statelint.spans import Place, Where, packed, place

GAP: Final = r"[\s\\,]|#[^\r\n]*(?![^\r\n])"
CLOSED: Final = re.compile(rf"(?:(?:{GAP})*\))*")
"""Brackets that close behind an expression, and the commas before them."""
PARAMETERS_CLOSED: Final = re.compile(rf"(?:(?:{GAP}|[][(/])*\))*")
"""The same behind the last parameter, or behind the name where there is none."""
ARGUMENTS_CLOSED: Final = re.compile(rf"(?:(?:{GAP})*[])])*")
WORD: Final = re.compile(r"(?:async[\s\\]+)?(def|class|for|with)\b[\s\\]*(\w*)")
AS_NAME: Final = re.compile(rf"(?:{GAP}|\))*as[\s\\]+(\w+)")
REST: Final = re.compile(r"\*\*[\s\\]*(\w+)")
CASE: Final = re.compile(r"[ \t\f]*(case)\b")
LONG: Final = 1_000
"""Characters, and so tokens, of a statement that cannot nest too deeply. A longer one is measured."""


class Refused(Exception):
    """This text is to be read by the other parser."""


class Lines:
    """The lines of a text, and places in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        lines = text.split("\n") if "\r" not in text else re.split(r"\r\n|\r|\n", text)
        if "\r" in text:
            self._starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
        else:
            self._starts = [0, *accumulate(len(line) + 1 for line in lines[:-1])]
        self.at: Callable[[Any], Where] = written if text.isascii() else partial(_counted, _wide(lines))
        """The place of a node."""

    @property
    def count(self) -> int:
        return len(self._starts)

    def offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1

    def span(self, start: int, end: int) -> Place:
        """The place between two offsets."""
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return place((first, start - self._starts[first - 1] + 1, last, end - self._starts[last - 1] + 1))

    def covered(self, at: Place) -> str:
        """The text of a place."""
        return self.text[self.offset(at.line, at.column) : self.offset(at.end_line, at.end_column)]

    def closed(self, start: Place, last: Place, closing: re.Pattern[str]) -> Place:
        """From where one place begins to where the brackets that are open behind another one close."""
        line, column = last.end_line, last.end_column
        offset = self._starts[line - 1] + column - 1
        end = closing.match(self.text, offset).end()  # type: ignore[union-attr]  # it matches nothing as well
        if end != offset:
            line = bisect_right(self._starts, end)
            column = end - self._starts[line - 1] + 1
        return place((start.line, start.column, line, column))

    def measure(self, at: Place) -> None:
        """Raise Refused if a statement, or the part of it before the colon, may nest too deeply."""
        if (at.line != at.end_line or at.end_column > LONG) and len(text := self.covered(at)) > LONG:
            measured(text)


def written(node: ast.expr | ast.stmt) -> Where:
    """The place of a node in ASCII text."""
    return packed(node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1)  # type: ignore


def _counted(wide: dict[int, bytes], node: ast.expr | ast.stmt) -> Where:
    """The same in a text with lines in which a character is not always a byte."""
    first, last = node.lineno, node.end_lineno or node.lineno
    if first not in wide and last not in wide:
        return written(node)
    end = _column(wide.get(last), node.end_col_offset or 0)
    return packed(first, _column(wide.get(first), node.col_offset), last, end)


def _column(wide: bytes | None, offset: int) -> int:
    return (offset if wide is None else len(wide[:offset].decode())) + 1


def measured(text: str) -> Tokens:
    """The tokens of a text. Raises Refused where they nest too deeply."""
    try:
        return Tokens(text)
    except TooDeep as error:
        raise Refused from error


def _wide(lines: list[str]) -> dict[int, bytes]:
    """The lines that are not all ASCII, in UTF-8, by their number."""
    return {number: line.encode() for number, line in enumerate(lines, 1) if not line.isascii()}
