"""What the service keeps outside already: clients of stores and brokers that all replicas share, and their settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from statelint.findings import External
from statelint.knowledge import Knowledge
from statelint.project.configured.settings import Settings
from statelint.project.configured.worths import Worths
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.scopes import Scope
from statelint.spans import Span
from statelint.vocabulary import Shared


def external(
    calls: Calls, knowledge: Knowledge, settings: Settings, worths: Worths, offline: AbstractSet[Scope]
) -> tuple[External, ...]:
    """Each kind of store with where it is first met, by kind and place."""
    found: dict[tuple[str, str], Span] = {}
    rows = [row for _, row in knowledge.rows(lambda lib: lib.shared)]
    met = [*_calls(rows, calls, knowledge, worths, offline), *_settings(rows, settings)]
    for what, name, span in sorted(met, key=lambda row: (row[0], row[2])):
        found.setdefault((what, name), span)
    return tuple(External(what, name, span) for (what, name), span in found.items())


def _calls(
    rows: list[Shared], calls: Calls, knowledge: Knowledge, worths: Worths, offline: AbstractSet[Scope]
) -> Iterator[tuple[str, str, Span]]:
    by_name: dict[str, list[Shared]] = {}
    for row in rows:
        for name in row.names:
            by_name.setdefault(name, []).append(row)
    for name in sorted(calls.outside) if by_name else ():
        spelling = next((s for s in knowledge.spellings(name) if s in by_name), "")
        for row in by_name.get(spelling, ()):
            for site in calls.outside[name]:
                if not site.scope.module.in_service or site.scope in offline:
                    continue
                first = worths.of(site.call.args[0], site.scope, site.context) if site.call.args else ()
                named = next((w.env for w in first if w.text is None and w.env), "")
                if not row.where or any(re.search(row.where, w.text or "") for w in first):
                    yield row.what, spelling, site.scope.span(site.call.at)
                elif named and row.named:
                    yield row.what, f"{spelling} ({named})", site.scope.span(site.call.at)


def _settings(rows: list[Shared], settings: Settings) -> Iterator[tuple[str, str, Span]]:
    for row in rows:
        for pattern in row.settings:
            for given in settings.find(pattern):
                texts = [given.text, *(worth.text for worth in settings.worths(given))]
                if given.stage in ("base", "production") and any(re.search(row.where, text or "") for text in texts):
                    yield row.what, ".".join(given.key), given.span
