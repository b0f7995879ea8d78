"""JSON, schema `statelint/1`: everything about each finding, in a stable order, with paths relative to the root."""

from __future__ import annotations

from collections import Counter
from json import dumps
from typing import Any

from statelint import __version__
from statelint.findings import Finding, Problem, Report
from statelint.report import Look, page
from statelint.spans import Span

PATHS = "root"


def render(report: Report, look: Look) -> str:
    """The whole report as one indented document."""
    severities = Counter(finding.severity.value for finding in report.findings)
    document = {
        "schema": "statelint/1",
        "tool": {"name": "statelint", "version": __version__},
        "coverage": {
            "files": report.files,
            "failed": [problem(p) for p in report.problems],
            "entries": dict(sorted(report.entries.items())),
        },
        "summary": {
            "findings": len(report.findings),
            **{level: severities[level] for level in ("error", "warning", "note")},
            "hidden": dict(sorted(report.hidden.items())),
        },
        "findings": [finding(f) for f in report.findings],
    }
    if look.suppressed:
        document["suppressed"] = [finding(f) for f in report.silenced]
    return dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"


def problem(found: Problem) -> dict[str, Any]:
    return {"path": found.path, "line": found.line, "kind": found.kind, "message": found.message}


def location(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def finding(f: Finding) -> dict[str, Any]:
    """One finding; the keys are those of the published schema."""
    return {
        "id": f.id,
        "rule": f.rule.code,
        "name": f.rule.name,
        "category": f.rule.category,
        "verdict": f.verdict.value,
        "severity": f.severity.value,
        "confidence": f.confidence.value,
        "message": f.message,
        "why": f.why,
        "help": f.help,
        "url": page(f),
        "object": {"kind": f.subject.kind, "name": f.subject.name},
        "location": location(f.span),
        "trace": [{"role": s.role.value, "message": s.note, "location": location(s.span)} for s in f.trace],
        "more": dict(sorted(f.more.items())),
        "suppressed": _suppressed(f),
        "baseline": f.baseline,
        "fix": f.rule.fix,
        "replacement": _replacement(f),
    }


def _suppressed(f: Finding) -> dict[str, str] | None:
    s = f.suppressed
    return {"kind": s.kind, "reason": s.reason, "where": s.where} if s else None


def _replacement(f: Finding) -> dict[str, str] | None:
    r = f.replacement
    return {"kind": r.kind, "title": r.title, "snippet": r.snippet} if r else None
