"""The readiness report as values: verdict and score, the inventory, the state map, and the plan of changes.

Everything comes from the report of one run with arguable findings included, so it says nothing that `check` does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from statelint.config import Config
from statelint.findings import External, Finding, Problem, Report, Role, Severity, Step, Verdict
from statelint.services import service_at


class Row(NamedTuple):
    """One line of the inventory: an object or setting, its category, where it is, and what was decided about it."""

    name: str
    category: str
    path: str
    line: int
    verdict: str
    """definite, arguable, benign, declared or accepted."""
    reason: str

    @property
    def short(self) -> str:
        """The name as people say it."""
        return spoken(self.name)


class Part(NamedTuple):
    """One service of the repository: its root, how often it runs as the configuration says, and what blocks it."""

    name: str
    root: str
    replicas: str
    blocking: int


class Change(NamedTuple):
    """One change of the plan: what to use instead, what that costs, and the findings that it removes."""

    kind: str
    title: str
    cost: str
    removes: tuple[str, ...]
    """Ids of findings."""
    objects: tuple[str, ...]
    snippet: str


class Edge(NamedTuple):
    """An arrow of the state map."""

    source: str
    target: str


class Map(NamedTuple):
    """The state map in three columns: ways in, functions that write, state objects with their category."""

    entries: tuple[str, ...]
    writers: tuple[str, ...]
    objects: tuple[tuple[str, str], ...]
    reaches: tuple[Edge, ...]
    writes: tuple[Edge, ...]


class Audit(NamedTuple):
    """The whole report."""

    title: str
    verdict: str
    score: int
    """100 when nothing is in the way; what blocks takes a tenth of what is left, what is arguable a fiftieth, each."""
    blocking: tuple[Finding, ...]
    arguable: tuple[Finding, ...]
    rows: tuple[Row, ...]
    map: Map
    plan: tuple[Change, ...]
    external: tuple[External, ...]
    """What is kept outside already."""
    services: tuple[Part, ...]
    files: int
    entries: tuple[tuple[str, int], ...]
    copies: tuple[str, ...]
    problems: tuple[Problem, ...]


def audit(report: Report, title: str, costs: dict[str, str], config: Config | None = None) -> Audit:
    """The audit of a report that holds arguable findings too. `costs` says what each kind of replacement costs."""
    config = config or Config()
    code = [f for f in report.findings if f.rule.check]
    blocking = tuple(f for f in code if f.verdict is Verdict.DEFINITE and f.severity is Severity.ERROR)
    arguable = tuple(f for f in code if f not in blocking)
    count = len(blocking)
    if count:
        verdict = f"{_number(count)} {'object blocks' if count == 1 else 'objects block'} a second replica"
    elif not sum(report.entries.values()):
        verdict = "no way in was found, so this says nothing about memory and uploads"
    else:
        verdict = "nothing that was found stands in the way of a second replica"
    return Audit(
        title=title,
        verdict=verdict,
        score=round(100 * 0.9**count * 0.98 ** len(arguable)),
        blocking=blocking,
        arguable=arguable,
        rows=_inventory(report, code),
        map=_map(blocking + arguable),
        plan=_plan(blocking + arguable, costs),
        external=report.external,
        services=_services(blocking, config),
        files=report.files,
        entries=tuple(sorted(report.entries.items())),
        copies=tuple(sorted({_deployed(s) for f in code for s in f.trace if s.role is Role.DEPLOYED})),
        problems=report.problems,
    )


def _services(blocking: Sequence[Finding], config: Config) -> tuple[Part, ...]:
    counts = Counter(service.name for f in blocking if (service := service_at(config, f.span.path)))
    return tuple(Part(s.name, s.root, s.replicas, counts[s.name]) for s in config.service)


def label(finding: Finding) -> str:
    """A short name of what a finding is about."""
    return spoken(finding.subject.name)


def spoken(name: str) -> str:
    """A name for people: the object's own, `save() in keep()` for a call, `affinity of Ingress web` for a setting."""
    short = name.rpartition(":")[2]
    function, mark, what = short.partition("#")
    if not mark:
        return short
    if "/" in function:
        kind, _, rest = function.partition("/")
        return f"{re.split(r'[./]', what)[-1]} of {kind} {rest.rpartition('/')[2]}"
    return f"{what.rpartition('.')[2].partition('@')[0]}() in {function}()"


def _number(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[count] if count < len(words) else str(count)


def _deployed(step: Step) -> str:
    return f"{step.note} ({step.span.path}:{step.span.line})"


def _inventory(report: Report, code: Sequence[Finding]) -> tuple[Row, ...]:
    rows = [
        Row(f.subject.name, f.rule.category, f.span.path, f.span.line, f.verdict.value, f.message.replace("`", ""))
        for f in code
    ]
    for f in report.silenced:
        if f.suppressed:
            what = "declared" if f.suppressed.kind == "declared" else "accepted"
            reason = f.suppressed.reason or "no reason given"
            rows.append(Row(f.subject.name, f.rule.category, f.span.path, f.span.line, what, reason))
    listed = {row.name for row in rows}
    for o in report.judged:
        if o.verdict is Verdict.BENIGN and o.name not in listed:
            rows.append(Row(o.name, o.category, o.span.path, o.span.line, "benign", o.reason))
    order = {"definite": 0, "arguable": 1, "accepted": 2, "declared": 3, "benign": 4}
    return tuple(sorted(rows, key=lambda row: (order[row.verdict], row.path, row.line, row.name)))


def _plan(findings: Iterable[Finding], costs: dict[str, str]) -> tuple[Change, ...]:
    """The changes by how much they remove."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for f in findings:
        if f.replacement:
            groups.setdefault((f.replacement.kind, f.replacement.title), []).append(f)
    changes = [
        Change(
            kind,
            title,
            costs.get(title, ""),
            tuple(f.id for f in group),
            tuple(label(f) for f in group),
            group[0].replacement.snippet if group[0].replacement else "",
        )
        for (kind, title), group in groups.items()
    ]
    return tuple(sorted(changes, key=lambda change: (-len(change.removes), change.title)))


def _map(findings: Iterable[Finding]) -> Map:
    """What each way in reaches and each function writes, from the steps of the findings."""
    reaches: Counter[Edge] = Counter()
    writes: Counter[Edge] = Counter()
    objects: dict[str, str] = {}
    for f in findings:
        objects[label(f)] = f.rule.category
        for way in f.ways or (f.trace,):
            writer = next((s.note.rpartition(" by ")[2] for s in way if s.role is Role.WRITTEN), "")
            entry = next((s.note.removeprefix("runs on ") for s in way if s.role is Role.ENTRY), "")
            if writer:
                writes[Edge(writer, label(f))] += 1
                if entry:
                    reaches[Edge(entry, writer)] += 1
            elif entry:
                reaches[Edge(entry, label(f))] += 1
    return Map(
        tuple(sorted({edge.source for edge in reaches})),
        tuple(sorted({edge.source for edge in writes})),
        tuple(sorted(objects.items())),
        tuple(sorted(reaches)),
        tuple(sorted(writes)),
    )
