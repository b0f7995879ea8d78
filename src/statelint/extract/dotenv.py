"""Bytes of a file of environment variables (`NAME=value` lines) → one document with a setting for each variable."""

from __future__ import annotations

import re

from statelint.extract import readable
from statelint.facts import Document, Facts, Setting
from statelint.spans import Place

LINE = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(?P<value>.*?)\s*$")


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    text = readable(source)
    if isinstance(text, Facts):
        return text
    settings = []
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line)
        if match is None:
            continue
        value, form = _value(match["value"])
        at = Place(number, match.start("value") + 1, number, match.end("value") + 1)
        key_at = Place(number, match.start("name") + 1, number, match.end("name") + 1)
        settings.append(Setting((match["name"],), value, form, at, key_at))
    document = Document("dotenv", "", "", "", "", tuple(settings))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)


def _value(text: str) -> tuple[str, str]:
    """(value, form) without quotes and trailing comment; a value with `${…}` is a template."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1], "quoted"
    plain = text.partition(" #")[0].rstrip()
    return plain, "template" if "${" in plain or plain.startswith("$") else "plain"
