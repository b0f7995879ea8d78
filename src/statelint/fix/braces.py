"""Edits of texts with nested braces, in which entries are attributes, blocks and list items, with or without commas.

A small tree of entries with their offsets; what an expression means is not asked. An entry that would leave its
collection empty takes it along, unless that is a block or an item of a list that other text may count on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from statelint.extract.hcl import TOKEN
from statelint.findings import Edit
from statelint.fix.text import Piece, Text
from statelint.fix.words import swapped

OPENS = {"{": "}", "[": "]", "(": ")"}
LITERAL = re.compile(r"-?[\w.]+")
DEEPEST = 100


class Odd(Exception):
    """The text is not as plain as an edit needs it."""


@dataclass(slots=True)
class Entry:
    """One attribute, block or item. `entries` are those between its braces, whose offsets are `open` and `close`."""

    start: int
    end: int = 0
    name: str = ""
    value: int = 0
    block: bool = False
    open: int = -1
    close: int = -1
    entries: list[Entry] = field(default_factory=list)


def pieces(text: Text, at: int, edit: Edit, commas: bool) -> tuple[Piece, ...] | None:
    """What to change for the entry that begins at an offset; None when that is not plain.

    `commas` says that entries must have one between them and none after the last.
    """
    try:
        top = _Reader(text.seen).file()
    except Odd:
        return None
    way = _way(top, at)
    return _Editor(text, commas).pieces(way, edit) if way else None


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, int, int]] = []
        for m in TOKEN.finditer(text):
            kind = "heredoc" if m.lastgroup in ("tag", "heredoc") else m.lastgroup or ""
            if kind not in ("space", "comment"):
                self._tokens.append((kind, m.group(), m.start(), m.end()))
        self._tokens.append(("end", "", len(text), len(text)))
        self._now = 0

    def file(self) -> Entry:
        top = Entry(0)
        top.entries = list(self._entries("", 0))
        return top

    def _entries(self, closing: str, depth: int) -> Iterator[Entry]:
        if depth > DEEPEST:
            raise Odd
        while True:
            kind, word, start, _ = self._tokens[self._now]
            if kind == "line" or word == ",":
                self._now += 1
            elif word == closing and kind in ("mark", "end"):
                return
            elif kind == "end":
                raise Odd
            else:
                yield self._entry(start, depth, closing != "]" and bool(depth or closing or word not in OPENS))

    def _entry(self, start: int, depth: int, named: bool) -> Entry:
        entry = Entry(start, value=start)
        if named:
            entry.name = self._tokens[self._now][1].strip('"')
            if entry.name == "(":
                self._skip(entry)
            while self._tokens[self._now][0] in ("word", "string", "number"):
                self._now += 1
            word = self._tokens[self._now][1]
            entry.block = word == "{"
            if word in ("=", ":"):
                self._now += 1
                while self._tokens[self._now][0] == "line":
                    self._now += 1
            elif not entry.block:
                raise Odd
            entry.value = self._tokens[self._now][2]
        self._value(entry, depth)
        return entry

    def _value(self, entry: Entry, depth: int) -> None:
        """One literal collection, else anything up to the end of the line, a comma or a closing bracket."""
        _, word, start, _ = self._tokens[self._now]
        if word in ("{", "[") and self._tokens[self._now + 1][1] != "for":
            self._now += 1
            entry.open, entry.entries = start, list(self._entries(OPENS[word], depth + 1))
            _, _, entry.close, entry.end = self._tokens[self._now]
            self._now += 1
        if not entry.end or not self._over():
            self._opaque(entry)

    def _over(self) -> bool:
        kind, word, _, _ = self._tokens[self._now]
        return kind in ("line", "end") or word in (",", "}", "]", ")")

    def _opaque(self, entry: Entry) -> None:
        entry.entries, entry.open, entry.end = [], -1, 0
        while not self._over():
            self._skip(entry)
        if not entry.end:
            raise Odd

    def _skip(self, entry: Entry) -> None:
        """One token, or all between brackets."""
        depth = 0
        while True:
            kind, word, _, end = self._tokens[self._now]
            if kind == "end":
                raise Odd
            if kind == "mark":
                depth += (word in OPENS) - (word in OPENS.values())
            self._now += 1
            entry.end = end
            if depth <= 0:
                return


def _way(entry: Entry, at: int) -> list[Entry] | None:
    """The entries from the outermost to the one that begins at an offset."""
    for inner in entry.entries:
        if inner.start == at and (inner.name or not inner.entries):
            return [entry, inner]
        if inner.start <= at < inner.end and (found := _way(inner, at)):
            return [entry, *found]
    return None


class _Editor:
    def __init__(self, text: Text, commas: bool) -> None:
        self._text = text
        self._seen = text.seen
        self._commas = commas

    def pieces(self, way: list[Entry], edit: Edit) -> tuple[Piece, ...] | None:
        """What to change for the entry at the end of a way."""
        entry, beside = way[-1], way[-2].entries
        along = [e for e in beside if e is not entry and any(fnmatchcase(e.name, glob) for glob in edit.along)]
        if edit.delete is not None:
            return self._deleted(way[: len(way) - edit.delete], along if not edit.delete else [])
        found = self._main(way, edit)
        if found and along:
            more = self._deleted([*way[:-1], along[0]], along[1:])
            return (*found, *more) if more else None
        return found

    def _main(self, way: list[Entry], edit: Edit) -> tuple[Piece, ...] | None:
        entry = way[-1]
        if edit.write:
            return self._written(entry if entry.open >= 0 else way[-2], edit.write)
        if entry.open >= 0:
            return None
        if edit.swap:
            return swapped(self._seen, entry.value, entry.end, edit.swap)
        return self._set(entry, edit.set) if edit.set is not None else None

    def _set(self, entry: Entry, new: str) -> tuple[Piece, ...] | None:
        """Another literal in the place of a literal, within its quotes."""
        old = self._seen[entry.value : entry.end]
        if re.fullmatch(r'"[^"\n\\$%]*"', old):
            return (Piece(entry.value + 1, entry.end - 1, new.strip('"')),)
        if LITERAL.fullmatch(old) and LITERAL.fullmatch(new):
            return (Piece(entry.value, entry.end, new),)
        return None

    def _written(self, home: Entry, wanted: dict[str, str]) -> tuple[Piece, ...] | None:
        found: list[Piece] = []
        for path, new in wanted.items():
            *above, key = path.split(".")
            inner: Entry | None = home
            for part in above:
                inner = next((e for e in inner.entries if e.name == part), None) if inner else None
            if inner is None or inner.open < 0 or self._seen[inner.open] != "{":
                return None
            old = next((e for e in inner.entries if e.name == key), None)
            more = self._set(old, new) if old else self._added(inner, key, new)
            if not more:
                return None
            found += more
        return tuple(found)

    def _added(self, home: Entry, key: str, new: str) -> tuple[Piece, ...] | None:
        """A new first entry: on a line of its own where the others are, else before them."""
        first = home.entries[0] if home.entries else None
        quoted = self._commas or (first is not None and self._seen[first.start] == '"')
        sign = ": " if self._commas else " = "
        entry = (f'"{key}"' if quoted else key) + sign + new
        between = self._seen[home.open + 1 : first.start if first else home.close]
        if "\n" not in between:
            if not first:
                return (Piece(home.open + 1, home.close, f" {entry} "),) if not between.strip() else None
            return (Piece(first.start, first.start, f"{entry}, "),) if self._commas or not home.block else None
        line = self._text.line(self._text.point(first.start if first else home.start)[0])
        margin = line[: len(line) - len(line.lstrip())] + ("" if first else "  ")
        at = self._seen.index("\n", home.open) + 1
        if self._seen[home.open + 1 : at].strip().startswith(("#", "//", "")) and first and first.start < at:
            return None
        aligned = re.match(rf"{margin}([\w-]+ +)=[^=]", self._seen[at:])
        apart = ""
        if aligned and not self._commas:  # formatters align the signs of lines that follow each other
            entry = f"{key:{len(aligned[1]) - 1}}{sign}{new}"
            apart = "\n" if len(aligned[1]) <= len(key) else ""
        return (Piece(at, at, f"{margin}{entry}{',' if self._commas and first else ''}\n{apart}"),)

    def _deleted(self, way: list[Entry], along: list[Entry]) -> tuple[Piece, ...] | None:
        """The pieces that take away an entry, and others beside it; what holds them too, if nothing is left in it."""
        while len(way) > 2 and len(way[-2].entries) == 1 + len(along):
            if not way[-2].name or len(way) < 4 + self._commas:
                return None
            way, along = way[:-1], []
        if len(way) < 3 or (along and self._commas):
            return None
        pieces = [self._without(way[-2].entries, entry) for entry in (way[-1], *along)]
        return tuple(piece for piece in pieces if piece) if all(pieces) else None

    def _without(self, entries: list[Entry], entry: Entry) -> Piece | None:
        number = next(i for i, e in enumerate(entries) if e is entry)
        last = number == len(entries) - 1
        if not (self._commas and last):
            after = re.compile(r"[ \t]*,?[ \t]*(?:(?:#|//)[^\n]*)?(?:\n|\Z)").match(self._seen, entry.end)
            first = self._seen.rfind("\n", 0, entry.start) + 1
            if after and not self._seen[first : entry.start].strip():
                return Piece(first, after.end(), "")
        if last and number == 0:
            return None
        before = entries[number - 1].end
        piece = Piece(before, entry.end, "") if last else Piece(entry.start, entries[number + 1].start, "")
        removed = self._seen[piece.start : piece.end]
        return None if re.search(r"#|//|/\*", removed.replace("://", "")) else piece
