"""Timers of one's own that every replica starts. Words: work, how, telling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project

HOW = {"thread": "thread", "task": "task", "executor": "pool", "timer": "timer"}


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each; one with no effect that is seen to double is arguable."""
    for repeated in project.loops.found:
        span = repeated.scope.span(repeated.at)
        trace = [Step(span, Role.DEFINED, f"started here, in a {HOW[repeated.how]} of each process")]
        trace.append(Step(repeated.loop, Role.RELATED, "repeats here"))
        if repeated.where is not None:
            trace.append(Step(repeated.where, Role.RELATED, f"{repeated.telling}() runs in every replica"))
        words = {"work": f"{repeated.name}()", "how": HOW[repeated.how], "telling": repeated.telling}
        yield Hit(
            subject=Subject("work", f"{repeated.scope.full_name}#{repeated.name}", span),
            words=MappingProxyType(words),
            trace=tuple(trace),
            verdict=Verdict.DEFINITE if repeated.telling else Verdict.ARGUABLE,
            confidence=Confidence.MEDIUM if repeated.telling else Confidence.LOW,
        )
