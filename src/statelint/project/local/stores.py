"""Constructs and settings that keep sessions, caches, limits, messages, jobs or data in one process or on its disk.

What rows say is judged here: a value that is written, one that comes from a setting, one that is only a fallback, and
the default where nothing is written. Production decides; a place that only development or tests use is arguable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from statelint.project.local.by_calls import KeptByCalls
from statelint.project.local.by_settings import KeptBySettings
from statelint.project.local.by_writes import KeptByWrites
from statelint.project.local.deciders import Deciders
from statelint.project.local.kept import Followers, Kept, Note, Stores
from statelint.spans import Span

MOST = 8
"""Further places that one finding tells."""
WEIGHT = ("sessions", "limits", "jobs", "realtime", "cache", "schedule", "files", "uploads", "objects", "mail", "logs")
"""Of several things that one line keeps, the first is what it is reported as."""


class LocalStores:
    """All local stores, each once."""

    def __init__(self, stores: Stores) -> None:
        self._followers: Followers = defaultdict(list)
        deciders = Deciders(stores)
        found = [
            *KeptBySettings(stores, deciders, self._followers).found(),
            *KeptByCalls(stores, deciders, self._followers).found(),
            *KeptByWrites(stores, deciders).found(),
        ]
        self.found: tuple[Kept, ...] = tuple(self._once(found))

    def _once(self, found: Iterable[Kept]) -> Iterator[Kept]:
        ranked = sorted(found, key=lambda k: (k.arguable, WEIGHT.index(k.row.keeps), bool(k.unless), k.span))
        by_place: dict[tuple[str, int], Kept] = {}
        by_cause: dict[str, Kept] = {}
        extra: dict[Span, list[Note]] = defaultdict(list)
        for kept in ranked:
            place = (kept.span.path, kept.span.line)
            cause = kept.cause or kept.opened
            first = by_cause.get(cause) if cause else None
            if place in by_place:
                continue
            if first is not None:
                what = kept.row.what or kept.row.keeps
                note = f"{what} follow from the same default" if kept.cause else "opened here too"
                extra[first.span].append(Note(kept.span, note))
                continue
            by_place[place] = kept
            if cause:
                by_cause[cause] = kept
        for kept in sorted(by_place.values(), key=lambda k: k.span):
            notes = (*kept.notes, *self._followers.get(kept.span, ())[:3], *extra[kept.span][:MOST])
            yield replace(kept, notes=notes)
