"""Text → facts by the parser of the interpreter that runs us: the quick way.

It tells of no trouble. What the interpreter refuses, what may nest too deeply and what would come out otherwise than
from LibCST's tree is refused, and read there.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Final

from statelint.extract.python.comments import MARK, marked
from statelint.extract.python.native_places import Lines, Refused, measured
from statelint.extract.python.native_statements import Statements, spans
from statelint.extract.python.native_tree import tree_of
from statelint.extract.python.tokens import MOST_TOKENS
from statelint.facts import Facts

__all__ = ["Refused", "read"]
SAFE: Final = MOST_TOKENS if sys.version_info >= (3, 11) else 20_000
"""Characters that are parsed without a look at the tokens first. A token has one at least; and before 3.11 the
interpreter dies of some tens of thousands of levels."""
WIDE_WORD: Final = re.compile(r"[^\W\x00-\x7f]+")


def read(text: str) -> Facts:
    """The facts of a module. Raises Refused."""
    tokens = measured(text) if len(text) > SAFE or _strange_words(text) else None
    if tokens and (len(tokens.texts) > MOST_TOKENS or any(map(_strange, tokens.texts))):
        raise Refused
    tree = tree_of(text)
    lines = Lines(text)
    try:
        body = Statements(lines).block(tree.body)
    except RecursionError as error:
        raise Refused from error
    comments = marked(tokens or measured(text), spans(tree, lines)) if MARK.search(text) else ()
    return Facts(body=body, comments=comments, lines=lines.count)


def _strange_words(text: str) -> bool:
    """Whether a word may be a name that the interpreter spells otherwise than it is written (PEP 3131)."""
    return not _usual(text) and any(map(_strange, WIDE_WORD.findall(text)))


def _usual(text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized("NFKC", text)


def _strange(token: str) -> bool:
    return not _usual(token) and token.isidentifier()
