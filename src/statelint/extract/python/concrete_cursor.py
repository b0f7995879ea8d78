"""Where the nodes of LibCST's tree stand: a cursor over the tokens of the text.

The tree has no places. Names, numbers, strings and brackets come in the same order in the text and in the tree, so that
whoever walks the tree and takes each of them as it comes knows where it is.
"""

from __future__ import annotations

from bisect import bisect_left

from statelint.extract.python.tokens import Tokens
from statelint.spans import Where, packed


class Cursor:
    """`_begin` and `_end` are the offsets of what was read last, parentheses included."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._texts = tokens.texts
        self._at = 0
        self._begin = 0
        self._end = 0
        self._frozen: tuple[int, int] | None = None
        """The extent of a format string, while what stands inside is read."""

    def _take(self, text: str) -> int:
        """Consume up to the next token with this text; the offset of its start."""
        if self._frozen:
            self._begin, self._end = self._frozen
            return self._begin
        try:
            i = self._texts.index(text, self._at)
        except ValueError:
            return self._end
        self._at = i + 1
        self._begin, self._end = self._tokens.starts[i], self._tokens.ends[i]
        return self._begin

    def _open(self, text: str) -> tuple[int, int]:
        """Consume an opening bracket; its offset and the number of its partner's token."""
        start = self._take(text)
        return start, self._tokens.partner.get(self._at - 1, self._at - 1)

    def _close(self, partner: int) -> None:
        """Move behind a closing bracket."""
        if not self._frozen and partner < len(self._texts):
            self._at = max(self._at, partner + 1)
            self._end = self._tokens.ends[partner]

    def _pass(self, mark: str) -> int:
        """Move behind the next punctuation mark; the offset of its start."""
        if self._frozen:
            return self._begin
        self._end = self._tokens.behind(mark, self._end)
        return self._end - len(mark)

    def _from(self, start: int) -> Where:
        """The place from an offset to the end of what was read last."""
        self._begin = start
        return packed(*self._tokens.place(start, self._end))

    def _word(self, text: str) -> Where:
        """Consume one token; its place."""
        return self._from(self._take(text))

    def _next_format(self) -> int:
        """Consume up to the next format string; the offset of its start."""
        formats = self._tokens.formats
        i = bisect_left(formats, self._at)
        if i < len(formats):
            self._at = formats[i] + 1
            self._begin, self._end = self._tokens.starts[formats[i]], self._tokens.ends[formats[i]]
        return self._begin
