"""Bytes of a TOML file → one document with the scalar settings of its tables, each with its place.

The standard parser gives no places, so lines are read one by one: tables, dotted keys, and scalars on one line. Arrays
and text over several lines are passed over; no rule asks for them.
"""

from __future__ import annotations

import re

from statelint.facts import Document, Facts, Setting, Trouble
from statelint.spans import Place

TABLE = re.compile(r"^\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY_PART = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
KEY = re.compile(rf"^\s*(?P<key>{KEY_PART}(?:\s*\.\s*{KEY_PART})*)\s*=\s*(?P<value>.*)$")
PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
SCALAR = re.compile(r"""^(?:"(?P<basic>(?:[^"\\]|\\.)*)"|'(?P<literal>[^']*)'|(?P<bare>[\w.+:-]+))\s*(?:\#.*)?$""")


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = source[: error.start].count(b"\n") + 1
        return Facts(troubles=(Trouble("encoding", bad, "not readable as UTF-8"),))
    table: tuple[str, ...] = ()
    settings = []
    block = ""
    for number, line in enumerate(text.splitlines(), 1):
        if block:
            block = "" if block in line else block
            continue
        block = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
        if found := TABLE.match(line):
            table = _parts(found["path"])
        elif (match := KEY.match(line)) and (scalar := SCALAR.match(match["value"])):
            value = next(v for v in (scalar["basic"], scalar["literal"], scalar["bare"]) if v is not None)
            at = Place(number, match.start("value") + 1, number, match.start("value") + scalar.end() + 1)
            key_at = Place(number, match.start("key") + 1, number, match.end("key") + 1)
            form = "plain" if scalar["bare"] is not None else "quoted"
            settings.append(Setting((*table, *_parts(match["key"])), value, form, at, key_at))
    document = Document("toml", "", "", "", "", tuple(settings))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in PART.findall(path))
