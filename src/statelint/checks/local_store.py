"""Settings, defaults and constructors that keep something in one process or on its disk.

Parameter `keeps` lists what the rule is about. Words: object, what, where, unless, library, follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from statelint.findings import Confidence, Hit, Role, Severity, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.configured.stages import THERE
from statelint.project.configured.variables import EITHER
from statelint.project.local.kept import Kept
from statelint.project.story import way_in

WHERE = {
    "memory": "in one process's memory",
    "disk": "on local disk",
    "request": "inside the request's own process",
    "shared": "in a store that does not keep the replicas apart",
}
KINDS = {
    "setting": "the setting that selects it",
    "call": "made here",
    "write": "written here",
    "default": "nothing selects another, so that the default holds",
}


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each local store of the kinds that the rule names."""
    keeps = cast("list[str]", parameters["keeps"])
    for kept in project.local_stores.found:
        if kept.row.keeps in keeps:
            yield _hit(kept, str(parameters.get("what", "data")))


def _hit(kept: Kept, what: str) -> Hit:
    words = {
        "object": kept.name,
        "what": kept.row.what or what,
        "where": WHERE[kept.row.where],
        "unless": _unless(kept.unless),
        "library": kept.library,
        "follows": kept.row.note,
    }
    trace = [Step(kept.span, Role.DEFINED, KINDS[kept.kind])]
    trace += [Step(note.span, Role.RELATED, note.text) for note in kept.notes]
    trace += way_in(kept.chain)
    arguable = kept.arguable
    return Hit(
        subject=Subject(kept.kind, f"{kept.owner}:{kept.name}", kept.span),
        words=MappingProxyType(words),
        trace=tuple(trace),
        verdict=Verdict.ARGUABLE if arguable else Verdict.DEFINITE,
        severity=Severity.WARNING if kept.unless and not arguable else None,
        confidence=Confidence.LOW if arguable else Confidence.MEDIUM if kept.unless else None,
    )


def _unless(name: str) -> str:
    """The end of the message of a fallback: a variable that is not set, or words that say what else decides."""
    if not name:
        return ""
    if name.startswith(THERE):
        return f", unless `{name.removeprefix(THERE)}` is off"
    names = name.split(EITHER)
    if any(" " in one for one in names):
        return f", unless {name}"
    return f", unless {EITHER.join(f'`{one}`' for one in names)} is set"
