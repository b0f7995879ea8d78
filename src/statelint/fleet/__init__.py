"""The state of many repositories as values: which keep most of it, and which kinds are the commonest.

Everything comes from one report a repository; the same reports give the same values, in whatever order they were made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from statelint.findings import Finding, Report, Severity, Verdict

WEIGHTS = {Severity.ERROR: 4, Severity.WARNING: 2, Severity.NOTE: 1}
"""What a definite finding counts; an arguable one counts nothing."""
ORDERS = ("weight", "density", "name")


class Repository(NamedTuple):
    """One repository of the list: what it is called, how its folder is listed, and where that is."""

    name: str
    path: str
    root: Path


class Outcome(msgspec.Struct, frozen=True):
    """What became of one repository: its report, or why there is none."""

    report: Report | None = None
    fails: bool = False
    """Whether something is at or above what its configuration fails on."""
    failure: str = ""


class Row(NamedTuple):
    """One repository in the ranking."""

    name: str
    path: str
    report: Report
    weight: int
    levels: Mapping[str, int]
    """Definite findings by severity."""
    arguable: int
    categories: tuple[tuple[str, int], ...]
    """Definite findings by category, most first."""

    @property
    def density(self) -> float:
        """The weight of a thousand lines."""
        return round(1000 * self.weight / self.report.lines, 2) if self.report.lines else 0.0


class Kind(NamedTuple):
    """One kind of state: a category, or a rule with its name and its category."""

    code: str
    name: str
    category: str
    findings: int
    repositories: int


class Fleet(NamedTuple):
    """The whole report."""

    rows: tuple[Row, ...]
    rules: tuple[Kind, ...]
    categories: tuple[Kind, ...]
    failed: tuple[tuple[str, str], ...]
    """Names of the repositories that could not be analysed, with the reason."""
    fails: bool
    order: str

    @property
    def incomplete(self) -> bool:
        """Whether anything at all could not be analysed."""
        return bool(self.failed) or any(row.report.problems for row in self.rows)

    def total(self, what: str) -> int:
        """The sum of a count of the reports: `files` or `lines`."""
        return sum(getattr(row.report, what) for row in self.rows)

    def levels(self) -> Counter[str]:
        """Definite findings by severity."""
        return sum((Counter(row.levels) for row in self.rows), Counter())


def fleet(outcomes: Iterable[tuple[Repository, Outcome]], order: str = "weight") -> Fleet:
    """The values of the report, with the repositories in an order: those with most in front, equal ones by name."""
    every = sorted(outcomes)
    rows = [_row(repository, outcome.report) for repository, outcome in every if outcome.report]
    if order != "name":
        rows.sort(key=lambda row: (-getattr(row, order), -row.weight, row.name))
    return Fleet(
        rows=tuple(rows),
        rules=_kinds(rows, lambda f: (f.rule.code, f.rule.name, f.rule.category)),
        categories=_kinds(rows, lambda f: ("", f.rule.category, f.rule.category)),
        failed=tuple((repository.name, outcome.failure) for repository, outcome in every if outcome.report is None),
        fails=any(outcome.fails for _, outcome in every),
        order=order,
    )


def _row(repository: Repository, report: Report) -> Row:
    definite = _definite(report)
    levels = Counter(f.severity.value for f in definite)
    categories = Counter(f.rule.category for f in definite)
    return Row(
        name=repository.name,
        path=repository.path,
        report=report,
        weight=sum(WEIGHTS[f.severity] for f in definite),
        levels={level.value: levels[level.value] for level in reversed(Severity)},
        arguable=sum(f.verdict is Verdict.ARGUABLE for f in report.findings),
        categories=tuple(sorted(categories.items(), key=lambda row: (-row[1], row[0]))),
    )


def _definite(report: Report) -> Sequence[Finding]:
    """Those that are about state; suppressions that are out of date are no matter of a ranking."""
    return [f for f in report.findings if f.verdict is Verdict.DEFINITE and f.rule.check]


def _kinds(rows: Iterable[Row], kind: Callable[[Finding], tuple[str, str, str]]) -> tuple[Kind, ...]:
    """How often each kind is found, and in how many repositories, the widest spread first."""
    findings: Counter[tuple[str, str, str]] = Counter()
    repositories: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        found = [kind(f) for f in _definite(row.report)]
        findings.update(found)
        repositories.update(set(found))
    kinds = [Kind(*named, number, repositories[named]) for named, number in findings.items()]
    return tuple(sorted(kinds, key=lambda k: (-k.repositories, -k.findings, k.code, k.name)))
