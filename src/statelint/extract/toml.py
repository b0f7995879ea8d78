"""Bytes of a TOML file → one document with the scalar settings of its tables, each with its place.

The standard parser gives no places, so lines are read one by one: tables, dotted keys, and scalars on one line, also in
tables and lists on one line. Text over several lines and lists of anything but text on one line are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint.extract import readable
from statelint.facts import Document, Facts, Setting
from statelint.spans import Place

TABLE = re.compile(r"^\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY_PART = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
KEY = re.compile(rf"^\s*(?P<key>{KEY_PART}(?:\s*\.\s*{KEY_PART})*)\s*=\s*(?P<value>.*)$")
PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
SCALAR = re.compile(r"""^(?:"(?P<basic>(?:[^"\\]|\\.)*)"|'(?P<literal>[^']*)'|(?P<bare>[\w.+:-]+))\s*(?:\#.*)?$""")

LIST = re.compile(r"""^\[(?P<items>(?:\s*(?:"[^"]*"|'[^']*')\s*,?)*)\]\s*(?:\#.*)?$""")
ITEM = re.compile(r"""("[^"]*"|'[^']*')""")
PIECE = re.compile(r"""(?P<item>"(?:[^"\\]|\\.)*"|'[^']*')|(?P<mark>[\[\]{}])|(?P<comment>\#.*)""")
"""What matters on a line of a list: its strings, what opens and closes, and where a comment begins."""
INLINE = re.compile(
    rf"(?P<key>{KEY_PART}(?:\s*\.\s*{KEY_PART})*)\s*=(?!=)|(?P<mark>[{{}}])|(?P<value>\"[^\"]*\"|'[^']*'|[\w.+:-]+)"
)


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    text = readable(source)
    if isinstance(text, Facts):
        return text
    table: tuple[str, ...] = ()
    settings: list[tuple[int, Setting]] = []
    tables: dict[tuple[str, ...], Place] = {}
    block = ""
    listed: _List | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if block:
            block = "" if block in line else block
            continue
        if listed is not None and not TABLE.match(line):
            settings += [(len(table), s) for s in listed.read(line, number)]
            listed = None if listed.depth <= 0 else listed
            continue
        listed = None
        block = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
        if found := TABLE.match(line):
            table = _parts(found["path"])
            place = Place(number, found.start("path") + 1, number, found.end("path") + 1)
            tables.setdefault(table, place)
        elif (match := KEY.match(line)) and match["value"].startswith("{"):
            path = (*table, *_parts(match["key"]))
            key_at = Place(number, match.start("key") + 1, number, match.end("key") + 1)
            settings += [(len(table), s) for s in _inline(path, match["value"], key_at)]
        elif (match := KEY.match(line)) and (items := LIST.match(match["value"])):
            path = (*table, *_parts(match["key"]))
            key_at = Place(number, match.start("key") + 1, number, match.end("key") + 1)
            for index, item in enumerate(ITEM.findall(items["items"])):
                item_at = Setting((*path, str(index)), item.strip("\"'"), "quoted", key_at, key_at)
                settings.append((len(table), item_at))
        elif (match := KEY.match(line)) and match["value"].startswith("["):
            listed = _List((*table, *_parts(match["key"])))
            settings += [(len(table), s) for s in listed.read(match["value"], number, match.start("value"))]
            listed = None if listed.depth <= 0 else listed
        elif (match := KEY.match(line)) and (scalar := SCALAR.match(match["value"])):
            value = next(v for v in (scalar["basic"], scalar["literal"], scalar["bare"]) if v is not None)
            at = Place(number, match.start("value") + 1, number, match.start("value") + scalar.end() + 1)
            key_at = Place(number, match.start("key") + 1, number, match.end("key") + 1)
            form = "plain" if scalar["bare"] is not None else "quoted"
            settings.append((len(table), Setting((*table, *_parts(match["key"])), value, form, at, key_at)))
    document = Document("toml", "", "", "", "", tuple(_with_tables(settings, tables)))
    return Facts(documents=(document,) if settings else (), lines=text.count("\n") + 1)


class _List:
    """A list over several lines: its strings become settings, as far as they do not stand in lists or tables inside."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self._path = path
        self._count = 0
        self.depth = 0

    def read(self, line: str, number: int, before: int = 0) -> Iterator[Setting]:
        """The strings on one line, which begins so many characters before the text that is given."""
        for piece in PIECE.finditer(line):
            if piece["comment"]:
                return
            if piece["mark"]:
                self.depth += 1 if piece["mark"] in "[{" else -1
                if self.depth <= 0:
                    return
            elif self.depth == 1:
                at = Place(number, before + piece.start() + 1, number, before + piece.end() + 1)
                yield Setting((*self._path, str(self._count)), piece["item"][1:-1], "quoted", at, at)
                self._count += 1


def _with_tables(settings: list[tuple[int, Setting]], tables: dict[tuple[str, ...], Place]) -> Iterator[Setting]:
    """The settings, each with the length of its table's path, and the tables: at their headings, or at a dotted key."""
    filled = {s.path[:depth] for _, s in settings for depth in range(1, len(s.path))}
    seen = {s.path for _, s in settings}
    for length, s in settings:
        for depth in range(length or 1, len(s.path)):
            table = s.path[:depth]
            if table not in seen and not s.path[depth].isdigit():
                seen.add(table)
                place = tables.get(table, s.key_at)
                yield Setting(table, "", "map", place, place)
        yield s
    for table, place in tables.items():
        if table not in filled and table not in seen:
            yield Setting(table, "", "empty-map", place, place)


def _inline(path: tuple[str, ...], text: str, at: Place) -> Iterator[Setting]:
    """The settings of a table on one line; what is not a scalar or a table is passed over."""
    yield Setting(path, "", "map", at, at)
    homes = [path]
    key: tuple[str, ...] = ()
    for token in INLINE.finditer(text[1:]):
        if token["key"]:
            key = (*homes[-1], *_parts(token["key"]))
        elif token["mark"] == "{" and key:
            homes.append(key)
            yield Setting(key, "", "map", at, at)
            key = ()
        elif token["mark"] == "}":
            homes.pop()
            if not homes:
                return
        elif token["value"] and key:
            form = "quoted" if token["value"][0] in "\"'" else "plain"
            yield Setting(key, token["value"].strip("\"'"), form, at, at)
            key = ()


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in PART.findall(path))
