"""Bytes of an INI file → one document whose settings have the path (section, key). Continuation lines are joined."""

from __future__ import annotations

import re

from statelint.extract import readable
from statelint.facts import Document, Facts, Setting
from statelint.spans import Place

SECTION = re.compile(r"^\[(?P<name>[^\]]+)\]")
KEY = re.compile(r"^(?P<name>[^\s=:#;\[][^=:]*?)\s*[=:]\s*(?P<value>.*?)\s*$")


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    text = readable(source)
    if isinstance(text, Facts):
        return text
    section = ""
    settings: list[Setting] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in ("#", ";") or not line.strip():
            continue
        if line[0].isspace() and settings:
            last = settings.pop()
            settings.append(last.__class__(last.path, f"{last.value}\n{line.strip()}", last.form, last.at, last.key_at))
        elif found := SECTION.match(line):
            section = found["name"].strip()
        elif match := KEY.match(line):
            at = Place(number, match.start("value") + 1, number, match.end("value") + 1)
            key_at = Place(number, match.start("name") + 1, number, match.end("name") + 1)
            value = match["value"]
            form = "template" if value.startswith(("%(", "${")) else "plain"
            settings.append(Setting((section, match["name"]), value, form, at, key_at))
    document = Document("ini", "", "", "", "", tuple(settings))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)
