"""SARIF 2.1.0 as code scanning services read it: rules with help, one code flow a finding, stable fingerprints.

`primaryLocationLineHash` is computed here in the way of GitHub's upload action, so that its alerts do not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from statelint import __version__
from statelint.findings import Confidence, Finding, Fix, Report, Role, Rule, Severity, Step
from statelint.report import HOMEPAGE, Look, json_text, page, shown_path
from statelint.report.sarif_hash import line_hashes
from statelint.spans import Span

PATHS = "repository"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
MOST_STEPS = 100
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}


def render(report: Report, look: Look) -> str:
    """One run with all findings; the worst when there are more than services take."""
    findings = [*report.findings, *(report.silenced if look.suppressed else ())]
    if len(findings) > MOST_RESULTS:
        findings = sorted(findings, key=lambda f: -f.severity.rank)[:MOST_RESULTS]
    rules = {f.rule.code: f for f in sorted(findings, key=lambda f: f.rule.code)}
    numbers = {code: number for number, code in enumerate(rules)}
    hashes = {path: line_hashes(text) for path, text in report.sources.items()}
    run = {
        "tool": {
            "driver": {
                "name": "statelint",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": HOMEPAGE,
                "rules": [_rule(f) for f in rules.values()],
            }
        },
        "automationDetails": {"id": "statelint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _problems(report, look)}],
        "results": [_result(f, numbers[f.rule.code], hashes.get(f.span.path, {}), look) for f in findings],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(document)


def _rule(f: Finding) -> dict[str, Any]:
    rule = f.rule
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _sentence(rule.summary + " " + " ".join(rule.why.split()))},
        "help": {"text": _help(rule, markdown=False), "markdown": _help(rule, markdown=True)},
        "helpUri": page(f),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["maintainability", "statefulness", rule.category],
            "precision": {Confidence.LOW: "low", Confidence.MEDIUM: "medium", Confidence.HIGH: "high"}[rule.confidence],
            "problem.severity": PROBLEM[rule.severity],
        },
    }


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


def _help(rule: Rule, markdown: bool) -> str:
    why, advice = " ".join(rule.why.split()), _sentence(rule.help[:1].upper() + rule.help[1:])
    fine = "".join(f"\n- {line}" for line in rule.fine_when)
    if not markdown:
        return f"{rule.summary}\n\n{why}\n\n{advice}"
    parts = [f"**{rule.name}** ({rule.code})", rule.summary, "### Why", why, "### What to do instead", advice]
    example = f"```python\n# statelint: ignore[{rule.code}] until=2027-03-01 -- the reason\n```"
    return "\n\n".join([*parts, *([f"### When it is fine{fine}"] if fine else []), "### How to silence it", example])


def _result(f: Finding, index: int, hashes: dict[int, str], look: Look) -> dict[str, Any]:
    steps = [step for step in f.trace if step.span != f.span][:MOST_STEPS]
    related = [{"id": n, **_place(step.span, look, step.note)} for n, step in enumerate(steps, 1)]
    result: dict[str, Any] = {
        "ruleId": f.rule.code,
        "ruleIndex": index,
        "level": LEVELS[f.severity],
        "message": {"text": _message(f, steps)},
        "locations": [_place(f.span, look)],
        "partialFingerprints": {"statelint/v1": f.id},
    }
    if hashes:
        result["partialFingerprints"]["primaryLocationLineHash"] = hashes.get(f.span.line, "")
    if related:
        result["relatedLocations"] = related
        flow = [{"location": _place(step.span, look, step.note)} for step in f.trace[:MOST_STEPS]]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if f.suppressed:
        kind = "inSource" if f.suppressed.kind == "comment" else "external"
        result["suppressions"] = [{"kind": kind, "justification": f.suppressed.reason}]
    if f.fix and f.fix.edits:
        result["fixes"] = [_fix(f, f.fix, look)]
    result["properties"] = {"category": f.rule.category, "verdict": f.verdict.value, "confidence": f.confidence.value,
                            "object": f.subject.name}  # fmt: skip
    return result


def _fix(f: Finding, fix: Fix, look: Look) -> dict[str, Any]:
    """The planned patch: what to take away, and what to put there."""
    text = _sentence(fix.name[:1].upper() + fix.name[1:] + ("" if fix.safe else f" ({fix.note or 'not safe'})"))
    replacements = [
        {
            "deletedRegion": {
                "startLine": edit.span.line,
                "startColumn": edit.span.column,
                "endLine": edit.span.end_line,
                "endColumn": edit.span.end_column,
            },
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    artifact = {"uri": _uri(f.span.path, look), "uriBaseId": "SRCROOT"}
    return {
        "description": {"text": text},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _message(f: Finding, steps: Sequence[Step]) -> str:
    """The message with links to the related places."""
    links = [
        f"[{_linkable(step.note)}]({number})"
        for number, step in enumerate(steps, 1)
        if step.role in (Role.WRITTEN, Role.ENTRY, Role.DEPLOYED, Role.RELATED, Role.SOURCE)
    ]
    return _linkable(f.message) + (": " + ", ".join(links) if links else "") + "."


def _linkable(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _place(span: Span, look: Look, message: str = "") -> dict[str, Any]:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": max(span.end_column, span.column + 1) if span.end_line == span.line else span.end_column,
    }
    artifact = {"uri": _uri(span.path, look), "uriBaseId": "SRCROOT"}
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if message:
        place["message"] = {"text": message}
    return place


def _uri(path: str, look: Look) -> str:
    return quote(shown_path(path, look).encode("utf-8", "surrogateescape"))


def _problems(report: Report, look: Look) -> list[dict[str, Any]]:
    rows = []
    for p in report.problems:
        artifact = {"uri": _uri(p.path, look), "uriBaseId": "SRCROOT"}
        place = {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(1, p.line)}}}
        text = f"{p.kind}: {p.message}"
        rows.append({"level": "warning", "message": {"text": text}, "locations": [place]})
    return rows
