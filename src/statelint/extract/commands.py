"""Bytes of a Dockerfile or a Procfile → one document whose settings are the commands that start processes,
and its volumes."""

from __future__ import annotations

import json
import re

from statelint.extract import readable
from statelint.facts import Document, Facts, Setting
from statelint.spans import Place

INSTRUCTION = re.compile(r"^\s*(?P<name>CMD|ENTRYPOINT|ENV|RUN|VOLUME)\s+(?P<text>.*)$", re.IGNORECASE)
PROCESS = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):\s+(?P<text>\S.*)$")


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    text = readable(source)
    if isinstance(text, Facts):
        return text
    settings = []
    for number, instruction in _logical(text):
        match = INSTRUCTION.match(instruction) or PROCESS.match(instruction)
        if match and match["name"].upper() != "RUN":
            place = Place(number, match.start("text") + 1, number, len(instruction) + 1)
            key = Place(number, match.start("name") + 1, number, match.end("name") + 1)
            settings.append(Setting((match["name"],), _command(match["text"]), "plain", place, key))
    document = Document("commands", "", "", "", "", tuple(settings))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)


def _logical(text: str) -> list[tuple[int, str]]:
    """(first line, text) of each instruction, continuation lines joined."""
    found: list[tuple[int, str]] = []
    start, pending = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        start = start if pending else number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        found.append((start, pending + line))
        pending = ""
    return found


def _command(text: str) -> str:
    """A command as one line of shell; the JSON form is joined."""
    if text.lstrip().startswith("["):
        try:
            parts = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(parts, list):
            return " ".join(str(p) for p in parts)
    return text.strip()
