"""Bytes of a program in another language → one document of its lines, for settings that are made in code.

Nothing is parsed: a row reads one line at a time. Lines that are comments as a whole are passed over.
"""

from __future__ import annotations

import re

from statelint.extract import readable
from statelint.facts import Document, Facts, Setting
from statelint.spans import Place

LARGEST = 256 * 1024
"""Bytes; what is larger was put together by a program."""
COMMENT = re.compile(r"^\s*(?://|#|--|\*|/\*)")


def extract(source: bytes) -> Facts:
    """The facts of one source. Never raises for any bytes; code that is no text is nobody's trouble."""
    text = readable(source) if len(source) <= LARGEST else Facts()
    if isinstance(text, Facts):
        return Facts()
    settings = []
    for number, line in enumerate(text.split("\n"), 1):
        body = line.strip()
        if body and not COMMENT.match(line):
            start = len(line) - len(line.lstrip()) + 1
            place = Place(number, start, number, start + len(body))
            settings.append(Setting(("line",), body, "plain", place, place))
    document = Document("code", "", "", "", "", tuple(settings))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)
