"""Findings → edits of their sources, planned afterwards: what a row wants done, done to the text and nothing else.

`plan` gives each finding that can be mended its edits; `patched` applies those of one file together, last place first,
so that what is above stays where the findings say; `faults` compares the reports before and after. Nothing here writes
a file but `files`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from statelint.file_names import kind_of, part_of
from statelint.findings import Finding, Fix, Report, Verdict
from statelint.fix import python, settings
from statelint.fix.text import Text
from statelint.spans import Place


def plan(report: Report) -> Report:
    """The report in which each fix has its edits; a finding whose text is not plain has no fix."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.fix is not None:
            groups.setdefault(finding.span.path, []).append(finding)
    state = _state(report)
    fixes: dict[str, Fix] = {}
    for path, findings in groups.items():
        text = Text(report.sources.get(path, ""))
        for finding, change in _standing(path, text, _changes(path, text, findings)):
            assert finding.fix is not None
            fix = replace(finding.fix, edits=text.as_edits(path, change.pieces))
            fixes[finding.id] = _judged(finding, fix, state)
    return replace(report, findings=tuple(replace(f, fix=fixes.get(f.id)) if f.fix else f for f in report.findings))


def patched(path: str, written: str, findings: Iterable[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """A source with the fixes of some findings in it, applied together, and those findings.

    A fix that no longer fits once another is applied is left out.
    """
    text = Text(written)
    new, applied = _applied(path, text, text, sorted((f for f in findings if f.fix), key=lambda f: f.span))
    return new.written, applied


def _applied(path: str, first: Text, current: Text, findings: Sequence[Finding]) -> tuple[Text, tuple[Finding, ...]]:
    """All at once where they stand that; else the later half first, so that what is above stays where it was."""
    there = [finding for finding in findings if _same(path, first, current, finding)]
    changes = _changes(path, current, there)
    if not changes:
        return current, ()
    if new := _together(path, current, [change for _, change in changes]):
        return new, tuple(finding for finding, _ in changes)
    if len(findings) == 1:
        return current, ()
    middle = len(findings) // 2
    current, later = _applied(path, first, current, findings[middle:])
    current, earlier = _applied(path, first, current, findings[:middle])
    return current, (*earlier, *later)


Pair = tuple[Finding, settings.Change]


def _standing(path: str, text: Text, pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Those of some fixes that change nothing but what they are about, each by itself."""
    if not pairs or _together(path, text, [change for _, change in pairs]):
        return pairs
    middle = len(pairs) // 2
    return [*_standing(path, text, pairs[:middle]), *_standing(path, text, pairs[middle:])] if middle else []


def _changes(path: str, text: Text, findings: Iterable[Finding]) -> list[Pair]:
    """What each fix changes, without asking what comes of it."""
    kind, found = kind_of(path), []
    for finding in findings:
        assert finding.fix is not None
        place, name, edit = Place(*finding.span[1:]), finding.subject.name, finding.fix.edit
        if kind == "python":
            made = python.pieces(text, path, place, name, edit)
            change = settings.Change(made) if made else None
        else:
            change = settings.change(kind, text, place, name, edit)
        if change:
            found.append((finding, change))
    return found


def _together(path: str, text: Text, changes: Sequence[settings.Change]) -> Text | None:
    kind = kind_of(path)
    if kind == "python":
        return python.together(text, [change.pieces for change in changes])
    return settings.together(kind, text, changes)


def _same(path: str, first: Text, current: Text, finding: Finding) -> bool:
    """Whether what a finding is about still stands at its place, after edits further down."""
    if first is current:
        return True
    kind, place = kind_of(path), Place(*finding.span[1:])
    if kind == "python":
        return False  # an import that was added has moved it
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
