"""Work that the request path hands to this process and does not wait for. Words: work, how, entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.findings import Confidence, Hit, Role, Severity, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.story import way_in
from statelint.project.work import Handed

HOW = {
    "thread": "in a thread",
    "task": "in a task",
    "executor": "in a pool",
    "background": "in a background task",
    "process": "in a child process",
    "timer": "on a timer",
}


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each place that hands work away; work that nobody would miss is arguable."""
    for handed in project.handed_work.found:
        span = handed.scope.span(handed.at)
        place = handed.holder or span
        trace = [Step(span, Role.DEFINED, f"handed over here by {handed.scope.qualname}()")]
        if handed.holder is not None:
            trace.insert(0, Step(handed.holder, Role.DEFINED, "the pool that holds the work, one per process"))
        trace += [Step(other, Role.RELATED, "handed over here too") for other in handed.also[:3]]
        if handed.made is not None:
            trace.append(Step(handed.made, Role.RELATED, "made here"))
        if handed.callee is not None:
            trace.append(Step(handed.callee, Role.RELATED, "the work itself"))
        words = {
            "work": f"{handed.what}()" if handed.what and " " not in handed.what else handed.what or "work",
            "how": HOW[handed.how],
            "entry": handed.chain.entry.label if handed.chain else "",
        }
        yield Hit(
            subject=Subject("work", f"{handed.scope.full_name}#{handed.what or handed.how}", place),
            words=MappingProxyType(words),
            trace=(*trace, *way_in(handed.chain)),
            verdict=Verdict.ARGUABLE if handed.arguable else Verdict.DEFINITE,
            severity=Severity.WARNING if handed.chain is None and not handed.arguable else None,
            confidence=_confidence(handed),
        )


def _confidence(handed: Handed) -> Confidence:
    if handed.arguable:
        return Confidence.LOW
    return handed.chain.confidence if handed.chain else Confidence.LOW  # no way in shows that a request does it
