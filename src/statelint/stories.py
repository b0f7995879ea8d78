"""One story across code and configuration: what ends a trace, and who hides whom.

A sticky setting keeps each client on one replica and so hides state in that replica's memory; each finding names the
other. Code findings end with the copies that are deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from statelint.findings import Hit, Role, Rule, Step, Verdict

HIDDEN = ("session", "store", "realtime", "upload", "job", "cache", "counter", "disk", "global")
"""Categories that a sticky setting hides, those most worth naming first."""
Found = tuple[Rule, Hit]


def tell(hits: Iterable[Found], deployed: Callable[[str], Step | None]) -> list[Found]:
    """The hits with their traces completed. `deployed` gives the last step for a finding at a path."""
    hits = list(hits)
    sticky = [h for r, h in hits if r.category == "sticky" and h.verdict is Verdict.DEFINITE]
    order = {category: i for i, category in enumerate(HIDDEN)}
    code = sorted(
        ((r, h) for r, h in hits if r.category in order and h.verdict is Verdict.DEFINITE),
        key=lambda found: (order[found[0].category], found[1].subject.span),
    )
    return [
        (rule, replace(hit, trace=(*hit.trace, *_further(rule, hit, sticky, code, deployed)))) for rule, hit in hits
    ]


def _further(
    rule: Rule, hit: Hit, sticky: list[Hit], code: list[Found], deployed: Callable[[str], Step | None]
) -> list[Step]:
    if rule.category == "sticky":
        return [
            Step(
                other.subject.span, Role.RELATED, f"this hides `{other.subject.short}` in one replica's memory or disk"
            )
            for _, other in code[:1]
        ]
    if rule.category == "volume":
        return []
    steps = []
    last = deployed(hit.subject.span.path)
    if last is not None:
        steps.append(last)
    if rule.category in HIDDEN and sticky:
        nearest = sticky[0]
        steps.append(Step(nearest.subject.span, Role.RELATED, "this sticky setting hides it until a replica goes away"))
    return steps
