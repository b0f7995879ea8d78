"""Bytes of a requirements file → one document with a setting for each distribution: its name, and what it must be."""

from __future__ import annotations

import re

from statelint.extract import readable
from statelint.facts import Document, Facts, Setting
from statelint.spans import Place

LINE = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?P<spec>(?:[=<>~!]=?=?\s*[^\s;#\\]+)?)"
)


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    text = readable(source)
    if isinstance(text, Facts):
        return text
    settings = []
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line)
        if match is not None:
            name = match["name"].lower().replace("_", "-").replace(".", "-")
            key_at = Place(number, match.start("name") + 1, number, match.end("name") + 1)
            at = Place(number, match.start("spec") + 1, number, match.end("spec") + 1)
            settings.append(Setting((name,), match["spec"].replace(" ", ""), "plain", at, key_at))
    document = Document("requirements", "", "", "", "", tuple(settings))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)
