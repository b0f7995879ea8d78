"""Memoised functions on the request path whose result can change elsewhere. Words: object, by, depends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint import facts as f
from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.story import way_in


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each memoised function that is not benign."""
    for memo in project.memos:
        node = memo.scope.node
        if memo.verdict is Verdict.BENIGN or not isinstance(node, f.Function) or memo.chain is None:
            continue
        span = memo.scope.span(memo.decorator)
        words = {"object": f"{memo.scope.qualname}()", "by": memo.by, "depends": memo.reason}
        kept = Step(span, Role.DEFINED, f"`{memo.by}` keeps results, one set per process")
        body = Step(memo.scope.span(node.name_at), Role.WRITTEN, memo.reason)
        yield Hit(
            subject=Subject("memoised-function", memo.scope.full_name, span),
            words=MappingProxyType(words),
            trace=(kept, body, *way_in(memo.chain)),
            verdict=memo.verdict,
            confidence=Confidence.LOW if memo.verdict is Verdict.ARGUABLE else memo.chain.confidence,
        )
