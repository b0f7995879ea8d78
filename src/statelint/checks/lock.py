"""Locks of one process or machine around what all replicas share. Words: object, writer, shared, entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.story import way_in


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each lock; all are arguable, since what it guards may matter to one process only."""
    for guarded in project.locks:
        chain = project.reach.chain(guarded.scope)
        writer = f"{guarded.scope.qualname}()"
        words = {
            "object": guarded.lock,
            "writer": writer,
            "shared": f"the {guarded.needs}",
            "entry": chain.entry.label if chain else "",
        }
        yield Hit(
            subject=Subject("lock", f"{guarded.scope.full_name}#{guarded.lock}", guarded.made),
            words=MappingProxyType(words),
            trace=(
                Step(guarded.made, Role.DEFINED, "seen by one process or one machine only"),
                Step(guarded.scope.span(guarded.held), Role.RELATED, f"held by {writer}"),
                Step(guarded.scope.span(guarded.work), Role.RELATED, f"while it works on {words['shared']}"),
                *way_in(chain),
            ),
            verdict=Verdict.ARGUABLE,
            confidence=Confidence.LOW,
        )
