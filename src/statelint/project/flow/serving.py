"""Where the service gives files back: calls that serve a folder or a file, matched with what is written there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from statelint.flow_rows import Serve
from statelint.project.flow.run import Run
from statelint.project.flow.values import Loc, literal, locs
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.calls import Calls
from statelint.spans import Span

SHORTEST = 3
"""Letters of a path that must agree; a shorter literal is an ending or a separator."""


class Served(NamedTuple):
    """A call that gives files to clients, with the literal paths that it names."""

    span: Span
    roots: frozenset[str]


class Serving:
    """All such calls of the project."""

    def __init__(self, run: Run, calls: Calls) -> None:
        self._run = run
        self._found = tuple(sorted(self._calls(calls), key=lambda served: served.span))

    def back(self, written: Iterable[Loc]) -> tuple[Span, ...]:
        """Where files from these paths are given back."""
        roots = literals(written)
        return tuple(served.span for served in self._found if served.roots & roots)

    def _calls(self, calls: Calls) -> Iterator[Served]:
        knowledge = self._run.knowledge
        rows: list[Serve] = [row for _, row in knowledge.rows(lambda lib: lib.serves)]
        by_name = {name: row for row in rows for name in row.names}
        for name, sites in calls.outside.items():
            row = by_name.get(knowledge.canonical(name)) or by_name.get(name)
            for site in sites if row else ():
                e = argument(site.call, row.keyword, row.argument) if row else None
                if e is not None and site.scope.module.in_service:
                    roots = literals(locs(self._run.evaluator.lazily(e, site.scope)))
                    yield Served(site.scope.span(site.call.at), roots)


def literals(paths: Iterable[Loc]) -> frozenset[str]:
    """The literal parts of paths, such as `media` of `media/` + name."""
    found = set()
    for loc in paths:
        text = literal(loc).strip("/").removeprefix("./")
        if len(text) >= SHORTEST and not text.startswith("."):
            found.add(text)
    return frozenset(found)
