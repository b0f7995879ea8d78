"""Bytes of a Python source → facts, by one walk over the concrete syntax tree.

LibCST parses every version's grammar whatever interpreter runs us, and its tree is walked once by hand: no visitor, no
metadata provider. Places come from `tokens.py`. A source that cannot be read gives facts with a trouble.
"""

from __future__ import annotations

import codecs
import re

from libcst import ParserSyntaxError

from statelint.extract.python.parse import parse
from statelint.extract.python.tokens import Tokens, TooDeep
from statelint.extract.python.walk import Walk
from statelint.facts import Comment, Facts, Trouble

MOST_TOKENS = 250_000
LARGEST = 2 * 1024 * 1024
"""Bytes; a larger source is generated, and parsing it takes minutes."""
COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
MARK = re.compile(r"#\s*statelint:\s*(.*)")
PYTHON_2 = re.compile(r"^\s*(?:print\s+[^\s(=]|exec\s+[\"']|raise\s+\w+,|except\s+[\w.]+,\s*\w+\s*:)", re.MULTILINE)


def extract(source: bytes) -> Facts:
    """The facts of one Python source. Never raises for any bytes."""
    if len(source) > LARGEST:
        return _trouble("size", 1, f"{len(source) // 1024} KiB; sources above {LARGEST // 1024} KiB are not analysed")
    if b"\0" in source:
        return _trouble("binary", source[: source.index(b"\0")].count(b"\n") + 1, "not text: it has null bytes")
    try:
        text = _decode(source)
    except (LookupError, UnicodeError) as error:
        line = source[: getattr(error, "start", 0)].count(b"\n") + 1
        return _trouble("encoding", line, "not readable in the encoding that it declares (UTF-8 without a declaration)")
    try:
        tokens = Tokens(text)
    except TooDeep as error:
        return _trouble("depth", error.line, "nested too deeply to analyse")
    if len(tokens.texts) > MOST_TOKENS:
        message = f"{len(tokens.texts)} words and numbers; sources with more than {MOST_TOKENS} are not analysed"
        return _trouble("size", 1, message, tokens.lines)
    return _parse(text, tokens)


def _parse(text: str, tokens: Tokens) -> Facts:
    try:
        walk = Walk(tokens)
        body = walk.module(parse(text))
    except ParserSyntaxError as error:
        old = PYTHON_2.search(text)
        if old:
            line = text.count("\n", 0, old.end()) + 1
            return _trouble("syntax", line, "not Python 3: it looks like Python 2", tokens.lines)
        return _trouble("syntax", error.raw_line, "not valid Python", tokens.lines)
    except (TooDeep, RecursionError) as error:
        return _trouble("depth", getattr(error, "line", 1), "nested too deeply to analyse", tokens.lines)
    return Facts(body=body, comments=_comments(tokens, walk), lines=tokens.lines)


def _trouble(kind: str, line: int, message: str, lines: int = 0) -> Facts:
    return Facts(troubles=(Trouble(kind, max(line, 1), message),), lines=lines)


def _decode(source: bytes) -> str:
    """The text, by byte order mark or coding declaration (PEP 263), else UTF-8. Raises LookupError or UnicodeError."""
    if source.startswith(codecs.BOM_UTF8):
        return source[3:].decode("utf-8")
    for line in source.split(b"\n", 2)[:2]:
        cookie = COOKIE.match(line)
        if cookie:
            name = cookie.group(1).decode("ascii")
            if not codecs.lookup(name)._is_text_encoding:
                raise LookupError(name)
            text = source.decode(name)
            text.encode()  # some codecs give halves of surrogate pairs, which are no text
            return text
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return source.decode("utf-8")


def _comments(tokens: Tokens, walk: Walk) -> tuple[Comment, ...]:
    found = []
    statements = sorted(walk.statements)
    for comment in tokens.comments:
        mark = MARK.match(comment.text)
        if mark:
            place = tokens.place(comment.start, comment.end)
            alone = tokens.alone(comment)
            covers = (place.line, place.line)
            if alone:
                covers = next((s for s in statements if s[0] > place.line), covers)
            found.append(Comment(mark.group(1).strip(), alone, covers, place))
    return tuple(found)
