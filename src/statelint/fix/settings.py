"""One setting of a configuration file: where it stands, which pieces of text mend it, and that nothing else changes.

The extractor that read the file is asked again, before and after: the setting must be where the finding says, plain and
outside of a template's conditions, and every setting that the edit does not touch must come out of the new text as it
came out of the old one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from statelint import embedded
from statelint.extract.yaml.templates import Masked, is_template, mask
from statelint.facts import Document, Facts, Setting
from statelint.findings import Edit
from statelint.fix import braces, lines, tables, yaml
from statelint.fix.text import Piece, Text
from statelint.spans import Place

LARGEST = 512 * 1024
"""Characters of a file that is edited at all; what is larger was written by a program."""
BY_LINE = frozenset({"conf"})
"""Kinds whose extractor gives the place of a directive's first word alone."""


Own = tuple[tuple[int, ...], tuple[str, ...]]
"""Where the key of a setting begins, and its path."""


class Spot(NamedTuple):
    """A setting and the document that it stands in."""

    document: Document
    setting: Setting


@lru_cache(maxsize=8)
def facts_of(kind: str, seen: str) -> Facts:
    """What the extractor of a kind reads in a text."""
    return embedded.read(kind, seen.encode())


class Change(NamedTuple):
    """The pieces that mend one setting, and the setting itself when it only gets another value where it is."""

    pieces: tuple[Piece, ...]
    target: Setting | None = None


@lru_cache(maxsize=8)
def _by_place(kind: str, seen: str) -> dict[Place, list[Spot]]:
    """The settings of a text by the places of their keys and values."""
    found: dict[Place, list[Spot]] = {}
    for document in facts_of(kind, seen).documents:
        for setting in document.settings:
            for place in {setting.key_at, setting.at}:
                found.setdefault(place, []).append(Spot(document, setting))
    return found


@lru_cache(maxsize=8)
def _masked(seen: str) -> Masked | None:
    """A text with the actions of its template language masked; None for one that has none."""
    return mask(seen) if is_template(seen) else None


def spot(kind: str, text: Text, place: Place, name: str) -> Spot | None:
    """The plain setting at a place, None where there is none or where a template decides on it.

    Several settings may share a place; `name` ends with the path of the one that is meant.
    """
    if len(text.seen) > LARGEST:
        return None
    found = _by_place(kind, text.seen).get(place, [])
    if not found or any(s.setting.guarded or s.setting.form == "template" for s in found):
        return None
    return next((s for s in found if name.endswith("#" + ".".join(s.setting.path))), None)


def change(kind: str, text: Text, place: Place, name: str, edit: Edit) -> Change | None:
    """What to change for the setting at a place; None when there is no plain edit."""
    found = spot(kind, text, place, name)
    if found is None:
        return None
    kind = embedded.resolved(kind, text.seen.encode())
    read = text
    masked = _masked(text.seen) if kind in ("yaml", "conf") else None
    if masked:
        if place.line in masked.guarded:
            return None
        read = Text(masked.text) if kind != "conf" else text
    at = read.offset(place.line, place.column)
    made = _made(kind, read, at, found, edit) if at is not None else None
    if made and masked:
        made = _unmasked(text, read, made)
    return Change(made, found.setting if edit.set is not None else None) if made else None


def _made(kind: str, text: Text, at: int, found: Spot, edit: Edit) -> tuple[Piece, ...] | None:
    if kind in ("hcl", "hcl-json"):
        return braces.pieces(text, at, edit, kind == "hcl-json")
    if kind == "toml":
        return tables.pieces(text, at, edit)
    if kind == "conf":
        name = found.setting.path[-1] if found.setting.path else ""
        return lines.pieces(text, found.document.format, at, name, edit)
    return yaml.pieces(text, at, edit) if kind == "yaml" else None


def _unmasked(text: Text, read: Text, made: Sequence[Piece]) -> tuple[Piece, ...] | None:
    """The same pieces of the text as it is; None where they touch a line with an action of a template."""
    found = []
    for piece in made:
        numbers = read.lines_of(piece.start, piece.end)
        if any(text.line(n) != read.line(n) or is_template(text.line(n)) for n in numbers):
            return None
        start, end = text.offset(*read.point(piece.start)), text.offset(*read.point(piece.end))
        if start is None or end is None:
            return None
        found.append(Piece(start, end, piece.new))
    return tuple(found)


def together(kind: str, text: Text, changes: Sequence[Change]) -> Text | None:
    """The text with some changes in it; None when they meet, or when anything else would change or read worse.

    A target is a setting that gets another value where it is, however its extractor gives its place.
    """
    made = [piece for change in changes for piece in change.pieces]
    targets = frozenset((s.key_at[:2], s.path) for _, s in changes if s)
    try:
        new = Text(text.edited(made))
    except ValueError:
        return None
    kind = embedded.resolved(kind, text.seen.encode())
    before, after = facts_of(kind, text.seen), facts_of(kind, new.seen)
    if Counter((t.kind, t.message) for t in after.troubles) - Counter((t.kind, t.message) for t in before.troubles):
        return None
    shift = 0
    old, now = [], []
    for piece in sorted(made):
        start, end = piece.start + shift, piece.start + shift + len(piece.new)
        shift += len(piece.new) - (piece.end - piece.start)
        partial = kind in BY_LINE and not text.seen[piece.start : piece.end].endswith("\n")
        old.append(_widened(text, piece.start, piece.end) if partial else (piece.start, piece.end))
        now.append(_widened(new, start, end) if partial else (start, end))
    same = list(_apart(before, text, old, targets)) == list(_apart(after, new, now, targets))
    return new if same else None


def _widened(text: Text, start: int, end: int) -> tuple[int, int]:
    """The whole lines of an extent."""
    after = text.seen.find("\n", end)
    return text.seen.rfind("\n", 0, start) + 1, after if after != -1 else len(text.seen)


def _apart(
    facts: Facts, text: Text, touched: Sequence[tuple[int, int]], targets: Set[Own]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str, str]]:
    """The settings that no extent touches and that are no targets; positions in lists do not count."""
    extents = sorted(extent for extent in touched if extent[0] < extent[1])
    for document in facts.documents:
        head = (document.format, document.kind, document.version, document.name, document.namespace)
        for setting in document.settings:
            places = [setting.key_at] if setting.form == "map" else [setting.key_at, setting.at]
            own = (setting.key_at[:2], setting.path) in targets
            if own or any(_meets(text, place, extents) for place in places):
                continue
            path = tuple("#" if part.isdigit() else part for part in setting.path)
            yield head, path, setting.form, setting.value


def _meets(text: Text, place: Place, touched: Sequence[tuple[int, int]]) -> bool:
    start = text.offset(place.line, place.column)
    end = text.offset(place.end_line, place.end_column)
    if start is None or end is None:
        return True
    number = bisect_left(touched, (max(end, start + 1), 0))  # those before it begin before the place ends
    return number > 0 and start < touched[number - 1][1]
