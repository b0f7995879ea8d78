"""Comments that address statelint, and which statement each is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from statelint.extract.python.tokens import Tokens
from statelint.facts import Comment

MARK: Final = re.compile(r"#\s*statelint:\s*(.*)")


def marked(tokens: Tokens, statements: Iterable[tuple[int, int]]) -> tuple[Comment, ...]:
    """The comments that begin with our name. `statements` are the (first, last) line of each."""
    found = []
    spans = sorted(statements)
    for comment in tokens.comments:
        mark = MARK.match(comment.text)
        if mark:
            place = tokens.place(comment.start, comment.end)
            alone = tokens.alone(comment)
            covers = (place.line, place.line)
            if alone:
                covers = next((s for s in spans if s[0] > place.line), covers)
            found.append(Comment(mark.group(1).strip(), alone, covers, place))
    return tuple(found)
