"""Claims with one writer that several copies of a workload share. Words: claim, resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.findings import Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.deployed.claims import shared_claims
from statelint.spans import Span


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each claim of each such workload; without several copies, an update alone makes it arguable."""
    for found in shared_claims(project.documents):
        span = Span.at(found.path, found.claim.key_at)
        workload = found.workload
        place = "/".join(part for part in (workload.kind, workload.namespace, workload.name) if part)
        words = {"claim": found.claim.value, "resource": f"{workload.kind} {workload.name}"}
        steps = [
            Step(span, Role.DEFINED, f"mounts the claim `{found.claim.value}`"),
            Step(found.modes, Role.RELATED, f"one {'pod' if found.alone else 'node'} alone can mount it for writing"),
        ]
        if found.copies:
            steps.append(Step(found.copies, Role.DEPLOYED, "several copies are deployed"))
        yield Hit(
            subject=Subject("yaml-key", f"{place}#{'.'.join(found.claim.path)}", span),
            words=MappingProxyType(words),
            trace=tuple(steps),
            verdict=Verdict.DEFINITE if found.copies else Verdict.ARGUABLE,
        )
