"""Keys and identities that each process makes for itself at start-up.

Parameter `kinds` lists what the rule is about. Words: object, maker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.story import way_in


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each place that makes such a value; one that is only a fallback is arguable."""
    kinds = cast("list[str]", parameters["kinds"])
    for secret in project.secrets.found:
        if secret.kind not in kinds:
            continue
        trace = [Step(secret.span, Role.DEFINED, f"made by {secret.maker}, anew in each process")]
        if secret.used is not None:
            trace.append(Step(secret.used, Role.RELATED, f"used as {secret.name} here"))
        yield Hit(
            subject=Subject("secret", f"{secret.owner}:{secret.name}", secret.span),
            words=MappingProxyType({"object": secret.name, "maker": secret.maker}),
            trace=(*trace, *way_in(secret.chain)),
            verdict=Verdict.ARGUABLE if secret.arguable else Verdict.DEFINITE,
            confidence=Confidence.LOW if secret.arguable else None,
        )
