"""One setting of a configuration file: where it stands, which pieces of text mend it, and that nothing else changes.

The extractor that read the file is asked again, before and after: the setting must be where the finding says, plain and
outside of a template's conditions, and every setting that the edit does not touch must come out of the new text as it
came out of the old one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

from statelint.extract.yaml.templates import is_template, mask
from statelint.facts import Document, Facts, Setting
from statelint.findings import Edit
from statelint.fix import braces, lines, tables, yaml
from statelint.fix.text import Piece, Text
from statelint.spans import Place

LARGEST = 512 * 1024
"""Characters of a file that is edited at all; what is larger was written by a program."""
BY_LINE = frozenset({"conf"})
"""Kinds whose extractor gives the place of a directive's first word alone."""


class Spot(NamedTuple):
    """A setting and the document that it stands in."""

    document: Document
    setting: Setting


@lru_cache(maxsize=8)
def facts_of(kind: str, seen: str) -> Facts:
    """What the extractor of a kind reads in a text."""
    facts = import_module(f"statelint.extract.{kind.replace('-', '_')}").extract(seen.encode())
    assert isinstance(facts, Facts)
    return facts


def spot(kind: str, text: Text, place: Place, name: str) -> Spot | None:
    """The plain setting at a place, None where there is none or where a template decides on it.

    Several settings may share a place; `name` ends with the path of the one that is meant.
    """
    if len(text.seen) > LARGEST:
        return None
    found = [
        Spot(document, setting)
        for document in facts_of(kind, text.seen).documents
        for setting in document.settings
        if place in (setting.key_at, setting.at)
    ]
    if not found or any(s.setting.guarded or s.setting.form == "template" for s in found):
        return None
    return next((s for s in found if name.endswith("#" + ".".join(s.setting.path))), None)


def pieces(kind: str, text: Text, place: Place, name: str, edit: Edit) -> tuple[Piece, ...] | None:
    """What to change for the setting at a place; None when there is no plain edit, or one that changes more."""
    found = spot(kind, text, place, name)
    if found is None:
        return None
    read = text
    if kind in ("yaml", "yaml-quiet", "conf") and is_template(text.seen):
        masked = mask(text.seen)
        if place.line in masked.guarded:
            return None
        read = Text(masked.text) if kind != "conf" else text
    at = read.offset(place.line, place.column)
    made = _made(kind, read, at, found, edit) if at is not None else None
    if not made:
        return None
    if read is not text or (kind == "conf" and is_template(text.seen)):
        made = _unmasked(text, read, made)
    if not made or not _only(kind, text, made, found.setting if edit.set is not None else None):
        return None
    return made


def _made(kind: str, text: Text, at: int, found: Spot, edit: Edit) -> tuple[Piece, ...] | None:
    if kind in ("hcl", "hcl-json"):
        return braces.pieces(text, at, edit, kind == "hcl-json")
    if kind == "toml":
        return tables.pieces(text, at, edit)
    if kind == "conf":
        name = found.setting.path[-1] if found.setting.path else ""
        return lines.pieces(text, found.document.format, at, name, edit)
    return yaml.pieces(text, at, edit) if kind in ("yaml", "yaml-quiet") else None


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


def _only(kind: str, text: Text, made: Sequence[Piece], target: Setting | None) -> bool:
    """Whether a new text differs from the old one in nothing that the pieces do not touch, and reads as well.

    `target` is a setting that gets another value where it is, however its extractor gives its place.
    """
    try:
        new = Text(text.edited(made))
    except ValueError:
        return False
    before, after = facts_of(kind, text.seen), facts_of(kind, new.seen)
    if Counter((t.kind, t.message) for t in after.troubles) - Counter((t.kind, t.message) for t in before.troubles):
        return False
    shift = 0
    old, now = [], []
    for piece in sorted(made):
        start, end = piece.start + shift, piece.start + shift + len(piece.new)
        shift += len(piece.new) - (piece.end - piece.start)
        partial = kind in BY_LINE and not text.seen[piece.start : piece.end].endswith("\n")
        old.append(_widened(text, piece.start, piece.end) if partial else (piece.start, piece.end))
        now.append(_widened(new, start, end) if partial else (start, end))
    return list(_apart(before, text, old, target)) == list(_apart(after, new, now, target))


def _widened(text: Text, start: int, end: int) -> tuple[int, int]:
    """The whole lines of an extent."""
    after = text.seen.find("\n", end)
    return text.seen.rfind("\n", 0, start) + 1, after if after != -1 else len(text.seen)


def _apart(
    facts: Facts, text: Text, touched: Sequence[tuple[int, int]], target: Setting | None
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str, str]]:
    """The settings that no extent touches, nor are the target; positions in lists do not count, since items may go."""
    own = (target.key_at[:2], target.path) if target else None
    for document in facts.documents:
        head = (document.format, document.kind, document.version, document.name, document.namespace)
        for setting in document.settings:
            places = [setting.key_at] if setting.form == "map" else [setting.key_at, setting.at]
            if (setting.key_at[:2], setting.path) == own or any(_meets(text, place, touched) for place in places):
                continue
            path = tuple("#" if part.isdigit() else part for part in setting.path)
            yield head, path, setting.form, setting.value


def _meets(text: Text, place: Place, touched: Sequence[tuple[int, int]]) -> bool:
    start = text.offset(place.line, place.column)
    end = text.offset(place.end_line, place.end_column)
    if start is None or end is None:
        return True
    return any(start < e and s < max(end, start + 1) for s, e in touched if s < e)
