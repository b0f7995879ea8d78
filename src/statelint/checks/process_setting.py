"""Settings of the whole process that the request path changes. Words: object, what, writer, entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.findings import Hit, Role, Step, Subject
from statelint.project import Project
from statelint.project.story import way_in


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each setting and function that changes it."""
    for change in project.changed_settings:
        chain = project.reach.chain(change.scope)
        span = change.scope.span(change.at)
        writer = f"{change.scope.qualname}()"
        words = {
            "object": change.name.removeprefix("builtins."),
            "what": change.what,
            "writer": writer,
            "entry": chain.entry.label if chain else "",
        }
        yield Hit(
            subject=Subject("process-setting", f"{change.scope.full_name}#{change.name}", span),
            words=MappingProxyType(words),
            trace=(Step(span, Role.WRITTEN, f"set by {writer}"), *way_in(chain)),
            confidence=chain.confidence if chain else None,
        )
