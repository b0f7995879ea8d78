"""Hits → findings → the report: ids, words, suppressions, declarations, the baseline, thresholds, order.

What is left out is counted by its reason, so that a summary can say so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace
from pathspec import GitIgnoreSpec

from statelint.config import Config, ConfigError, Ignored
from statelint.facts import Facts
from statelint.findings import (
    External,
    Finding,
    Fix,
    Hit,
    Judged,
    Problem,
    Report,
    Role,
    Rule,
    Severity,
    Step,
    Subject,
    Suppression,
    Unshown,
    Verdict,
)
from statelint.rules import matches, unknown_selector
from statelint.services import service_at
from statelint.terms import Terms
from statelint.triage_suppressions import Comments, Policy, inside_strings

EXACT = 9


def specificity(rule: Rule, selectors: Iterable[str]) -> int:
    """How closely the closest of some selectors names a rule; 0 when none does."""
    ranks = {"ALL": 1, f"cat:{rule.category}": 2, rule.code: EXACT, rule.name: EXACT}
    return max((ranks.get(s, len(s)) for s in selectors if matches(rule, s)), default=0)


def selected(rules: Sequence[Rule], config: Config) -> tuple[Rule, ...]:
    """The rules that the configuration asks for: the closest selector wins, `ignore` among equals.

    Raises ConfigError for a selector that names no rule.
    """
    wanted = (*config.select, *config.extend_select)
    named = (*wanted, *config.ignored_rules, *config.severity, *(i.rule for i in config.ignored_objects))
    for selector in (*named, *(s for group in config.per_file_ignores.values() for s in group)):
        if trouble := unknown_selector(rules, selector):
            raise ConfigError(trouble)
    return tuple(
        rule
        for rule in rules
        if (rank := specificity(rule, wanted)) > specificity(rule, config.ignored_rules)
        and (not rule.preview or config.preview or rank == EXACT)
    )


def finding_id(rule: Rule, subject: Subject, ordinal: int = 0) -> str:
    """16 hex digits that depend on rule, kind and name of the object alone; an ordinal tells equal ones apart."""
    words = [rule.code, subject.kind, subject.name, *([str(ordinal)] if ordinal else [])]
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _finding(rule: Rule, hit: Hit, config: Config, ordinal: int) -> Finding:
    words = _Words(hit.words)
    severity = hit.severity or rule.severity
    if hit.verdict is Verdict.ARGUABLE and hit.severity is None:
        severity = {Severity.ERROR: Severity.WARNING}.get(severity, Severity.NOTE)
    return Finding(
        id=finding_id(rule, hit.subject, ordinal),
        rule=rule,
        subject=hit.subject,
        message=rule.message.format_map(words),
        why=" ".join(rule.why.format_map(words).split()),
        help=rule.help.format_map(words),
        verdict=hit.verdict,
        severity=_configured(rule, hit.subject, config) or severity,
        confidence=hit.confidence or rule.confidence,
        trace=hit.trace,
        more=hit.more,
        ways=hit.ways,
        replace=hit.replace,
        fix=_fix(rule, hit),
    )


def _fix(rule: Rule, hit: Hit) -> Fix | None:
    general = rule.fix.edit if rule.fix and hit.verdict is Verdict.DEFINITE else None
    edit = hit.edit or general
    return Fix(rule.fix.name, rule.fix.safe, edit) if rule.fix and edit else None


def _configured(rule: Rule, subject: Subject, config: Config) -> Severity | None:
    """The severity that the configuration gives: a note in a service that runs once, else the closest entry's."""
    service = service_at(config, subject.span.path)
    if service and service.replicas == "one":
        return Severity.NOTE
    entries = {s: specificity(rule, (s,)) for s in config.severity if matches(rule, s)}
    return config.severity[max(entries, key=lambda s: entries[s])] if entries else None


def _in_order(hits: Iterable[tuple[Rule, Hit]]) -> list[tuple[Rule, Hit]]:
    return sorted(hits, key=lambda pair: (pair[1].subject.span, pair[0].code, pair[1].subject.name))


def triage(
    hits: Iterable[tuple[Rule, Hit]],
    terms: Terms,
    *,
    facts: Mapping[str, Facts],
    problems: Sequence[Problem] = (),
    entries: Mapping[str, int] = MappingProxyType({}),
    judged: tuple[Judged, ...] = (),
    external: tuple[External, ...] = (),
    root: Path | None = None,
    texts: Mapping[str, bytes] = MappingProxyType({}),
    mentioned: Iterable[str] = (),
    parts: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """The report on what the checks found. `mentioned` are the paths of `texts` that speak to statelint; `parts` say
    which paths are the service's own."""
    comments = Comments(facts if terms.comments else {}, terms.today)
    shown: list[Finding] = []
    silenced: list[Finding] = []
    seen: set[str] = set()
    unshown: list[Unshown] = []
    hidden, ordinals = Counter[str](), Counter[str]()
    for rule, hit in _in_order(hits):
        if hit.preview and not terms.config.preview:
            hidden["preview"] += 1
            continue
        ordinal = ordinals[key := finding_id(rule, hit.subject)]
        ordinals[key] += 1
        finding = _finding(rule, hit, terms.config, ordinal)
        seen.add(finding.id)
        finding = _silenced(finding, hit, comments, terms)
        reason = _left_out(finding, terms)
        if reason:
            unshown.append(Unshown(reason, finding.paths))
        (silenced if finding.suppressed or reason == "baseline" else [] if reason else shown).append(finding)
    read = _texts(root, [*shown, *silenced], texts)
    spoken = {path: decoded(texts[path]) for path in mentioned}
    faults = [*_faults(comments, terms, spoken, facts)] if terms.comments else []
    shown.extend(fault for fault in faults if not _left_out(fault, terms))
    shown.sort(key=lambda f: (f.span, f.rule.code, f.subject.name))
    fixed = [row for row in terms.baseline.values() if row.id not in seen]
    hidden.update([row.reason for row in unshown])
    hidden["fixed"] += len(fixed)
    return Report(
        findings=tuple(shown),
        silenced=tuple(silenced),
        judged=judged,
        external=external,
        comments=comments.spoken(),
        problems=tuple(sorted([*problems, *_troubles(facts, parts)])),
        files=len(facts),
        entries=MappingProxyType(dict(sorted(entries.items()))),
        hidden=MappingProxyType({key: count for key, count in sorted(hidden.items()) if count}),
        unshown=tuple(unshown),
        sources=MappingProxyType({**read, **_texts(root, [f for f in faults if f.span.path not in read], texts)}),
    )


def _troubles(facts: Mapping[str, Facts], parts: Mapping[str, str]) -> Iterator[Problem]:
    """What could not be read of the service; what is wrong with its tests is no matter of ours."""
    for path, found in facts.items():
        for trouble in found.troubles if parts.get(path, "service") == "service" else ():
            yield Problem(path, trouble.line, trouble.kind, trouble.message)


def _silenced(finding: Finding, hit: Hit, comments: Comments, terms: Terms) -> Finding:
    """The finding with what silences it, or without the ways in that a comment takes away."""
    subject, rule = finding.subject, finding.rule
    declared = terms.config.declare.get(subject.name)
    if declared:
        return replace(finding, suppressed=Suppression("declared", declared, "configuration"))
    if entry := next((e for e in terms.config.ignored_objects if _covers(e, finding, terms.today)), None):
        return replace(finding, suppressed=Suppression("configuration", entry.reason, "configuration"))
    for glob, selectors in terms.config.per_file_ignores.items():
        if any(matches(rule, s) for s in selectors) and _matches_glob(glob, subject.span.path):
            return replace(finding, suppressed=Suppression("per-file-ignores", f"{glob} is excepted", "configuration"))
    ways = hit.ways or (_way(hit),)
    if directive := comments.on(rule, subject.span):
        place = f"{directive.span.path}:{directive.span.line}"
        return replace(finding, suppressed=Suppression("comment", directive.reason, place))
    left = comments.left(rule, ways)
    if len(left) == len(ways):
        return finding
    if not left:
        return replace(finding, suppressed=Suppression("comment", "each way in has a comment", "on the ways in"))
    before = tuple(step for step in hit.trace if step not in ways[0])
    more = {**hit.more, "writes": max(0, hit.more.get("writes", 0) - (len(ways) - len(left)))}
    return replace(finding, trace=(*before, *left[0]), more=MappingProxyType(more), ways=tuple(left))


def _way(hit: Hit) -> tuple[Step, ...]:
    """The steps that take the only way in away; none where the trace leaves other ways out."""
    if hit.more.get("writes"):
        return ()
    return tuple(step for step in hit.trace if step.role in (Role.WRITTEN, Role.CALLED, Role.ENTRY))


def _matches_glob(glob: str, path: str) -> bool:
    return GitIgnoreSpec.from_lines([glob]).match_file(path)


def _covers(entry: Ignored, finding: Finding, today: dt.date) -> bool:
    """Whether an `[[ignore]]` speaks for a finding: all that it names must fit, and it must not have expired."""
    if not matches(finding.rule, entry.rule) or (entry.until and dt.date.fromisoformat(entry.until) < today):
        return False
    if entry.path and not _matches_glob(entry.path, finding.span.path):
        return False
    names = [name for name in (entry.resource, entry.symbol) if name]
    return all(fnmatchcase(finding.subject.name, name) for name in names) and bool(names or entry.path)


def _left_out(finding: Finding, terms: Terms) -> str:
    """Why a finding is not shown; empty when it is."""
    config = terms.config
    if finding.suppressed:
        return "declared" if finding.suppressed.kind == "declared" else "suppressed"
    if finding.verdict is Verdict.ARGUABLE and not config.pedantic:
        return "arguable"
    if finding.severity.rank < config.min_severity.rank:
        return "below-severity"
    if finding.confidence.rank < config.min_confidence.rank:
        return "below-confidence"
    return "baseline" if finding.id in terms.baseline and finding.rule.check else ""


def _faults(
    comments: Comments, terms: Terms, texts: Mapping[str, str], facts: Mapping[str, Facts]
) -> Iterator[Finding]:
    """Findings on the suppression comments themselves."""
    chosen = {rule.code: rule for rule in selected(terms.rules, terms.config)}
    policy = Policy(terms.config.require_reason, terms.config.max_suppression_days)
    complaints = [*comments.faults(terms.rules, chosen.values(), policy)]
    for path, text in texts.items():
        complaints += inside_strings(path, text, facts[path]) if path in facts else []
    ordinals = Counter[str]()
    for complaint in sorted(complaints, key=lambda c: (c.span, c.code)):
        if rule := chosen.get(complaint.code):
            subject = Subject("suppression", complaint.text.strip(), complaint.span)
            hit = Hit(subject, MappingProxyType({"comment": subject.name, "detail": complaint.detail}))
            yield _finding(rule, hit, terms.config, ordinals[key := finding_id(rule, subject)])
            ordinals[key] += 1


def _texts(root: Path | None, findings: Iterable[Finding], given: Mapping[str, bytes]) -> dict[str, str]:
    """The text of each source that the findings point at; a source that is gone by now is left out."""
    paths = sorted({path for finding in findings for path in finding.paths}) if root else []
    texts = {}
    for path in paths:
        try:
            data = given[path] if path in given else (root or Path()).joinpath(path).read_bytes()
        except OSError:
            continue
        texts[path] = decoded(data)
    return texts


def decoded(data: bytes) -> str:
    """The text of a source, as reports show it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
