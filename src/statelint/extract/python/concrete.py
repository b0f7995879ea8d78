"""Text → facts by LibCST's tree, for what the interpreter's own parser refuses; whatever is wrong is told here.

LibCST reads every version's grammar whatever interpreter runs us. Its tree is walked once by hand: no visitor, no
metadata provider. Places come from `tokens.py`.
"""

from __future__ import annotations

import re
from typing import Final

from libcst import ParserSyntaxError

from statelint.extract.python.comments import marked
from statelint.extract.python.concrete_statements import Statements
from statelint.extract.python.concrete_tree import parse
from statelint.extract.python.tokens import MOST_TOKENS, Tokens, TooDeep
from statelint.facts import Facts, trouble

PYTHON_2: Final = re.compile(
    r"^\s*(?:print\s+[^\s(=]|exec\s+[\"']|raise\s+\w+,|except\s+[\w.]+,\s*\w+\s*:)", re.MULTILINE
)


def read(text: str) -> Facts:
    """The facts of a module. Never raises."""
    try:
        tokens = Tokens(text)
    except TooDeep as error:
        return trouble("depth", error.line, "nested too deeply to analyse")
    if len(tokens.texts) > MOST_TOKENS:
        message = f"{len(tokens.texts)} words and numbers; sources with more than {MOST_TOKENS} are not analysed"
        return trouble("size", 1, message, tokens.lines)
    try:
        walk = Statements(tokens)
        body = walk.module(parse(text))
    except ParserSyntaxError as error:
        old = PYTHON_2.search(text)
        if old:
            line = text.count("\n", 0, old.end()) + 1
            return trouble("syntax", line, "not Python 3: it looks like Python 2", tokens.lines)
        return trouble("syntax", error.raw_line, "not valid Python", tokens.lines)
    except (TooDeep, RecursionError) as error:
        return trouble("depth", getattr(error, "line", 1), "nested too deeply to analyse", tokens.lines)
    return Facts(body=body, comments=marked(tokens, walk.statements), lines=tokens.lines)
