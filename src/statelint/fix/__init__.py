"""Findings → edits of their sources, planned afterwards: what a row wants done, done to the text and nothing else.

`plan` gives each finding that can be mended its edits; `patched` applies those of one file together, last place first,
so that what is above stays where the findings say; `faults` compares the reports before and after. Nothing here writes
a file but `files`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from statelint.discover import kind_of, part_of
from statelint.findings import Finding, Fix, Report, Verdict
from statelint.fix import python, settings
from statelint.fix.text import Piece, Text
from statelint.spans import Place


def plan(report: Report) -> Report:
    """The report in which each fix has its edits; a finding whose text is not plain has no fix."""
    texts: dict[str, Text] = {}
    state = _state(report)

    def planned(finding: Finding) -> Finding:
        if finding.fix is None:
            return finding
        path = finding.span.path
        if path not in texts:
            texts[path] = Text(report.sources.get(path, ""))
        made = _pieces(path, texts[path], finding)
        if not made:
            return replace(finding, fix=None)
        fix = replace(finding.fix, edits=texts[path].as_edits(path, made))
        return replace(finding, fix=_judged(finding, fix, state))

    return replace(report, findings=tuple(map(planned, report.findings)))


def patched(path: str, written: str, findings: Iterable[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """A source with the fixes of some findings in it, applied together, and those findings.

    A fix that no longer fits once another is applied is left out.
    """
    first = Text(written)
    if kind_of(path.rpartition("/")[2]) == "python":
        return _at_once(path, first, findings)
    current, applied = first, []
    for finding in sorted(findings, key=lambda f: f.span, reverse=True):
        if finding.fix is None or not _same(path, first, current, finding):
            continue
        if made := _pieces(path, current, finding):
            current = Text(current.edited(made))
            applied.append(finding)
    return current.written, tuple(reversed(applied))


def _at_once(path: str, text: Text, findings: Iterable[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """The same where fixes share a piece, such as an import that several need."""
    found: set[Piece] = set()
    applied = []
    for finding in sorted(findings, key=lambda f: f.span):
        if finding.fix and (made := _pieces(path, text, finding)):
            found.update(made)
            applied.append(finding)
    return text.edited(sorted(found)), tuple(applied)


def _pieces(path: str, text: Text, finding: Finding) -> tuple[Piece, ...] | None:
    assert finding.fix is not None
    kind, place = kind_of(path.rpartition("/")[2]), Place(*finding.span[1:])
    if kind == "python":
        return python.pieces(text, path, place, finding.subject.name, finding.fix.edit)
    return settings.pieces(kind, text, place, finding.subject.name, finding.fix.edit)


def _same(path: str, first: Text, current: Text, finding: Finding) -> bool:
    """Whether what a finding is about still stands at its place, after edits further down."""
    if first is current:
        return True
    kind, place = kind_of(path.rpartition("/")[2]), Place(*finding.span[1:])
    before, now = (settings.spot(kind, text, place, finding.subject.name) for text in (first, current))
    if before is None or now is None:
        return False
    return (before.setting.path, before.setting.value) == (now.setting.path, now.setting.value)


def _judged(finding: Finding, fix: Fix, state: Mapping[str, int]) -> Fix:
    """The fix; not safe where the finding is arguable, nor while what it takes away hides state of the project."""
    if finding.verdict is not Verdict.DEFINITE:
        return replace(fix, safe=False, note="it may be meant")
    hidden = sum(state.get(word, 0) for word in finding.rule.fix.hides) if finding.rule.fix else 0
    if not hidden or not fix.safe:
        return fix
    what = "object keeps" if hidden == 1 else "objects keep"
    return replace(fix, safe=False, note=f"{hidden} {what} state in the process or on its disk, which it hides")


def _state(report: Report) -> Counter[str]:
    """How many definite pieces of state the project has, by category, those of the baseline with them."""
    return Counter(dict(_definite(report)).values())


def _definite(report: Report) -> Iterator[tuple[str, str]]:
    for row in report.judged:
        if row.verdict is Verdict.DEFINITE and part_of(row.span.path)[0] == "service":
            yield row.name, row.category
    for finding in (*report.findings, *(f for f in report.silenced if f.suppressed is None)):
        if finding.verdict is Verdict.DEFINITE:
            yield finding.subject.name, finding.rule.category
