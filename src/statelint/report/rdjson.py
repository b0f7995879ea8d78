"""reviewdog's diagnostic format: one diagnostic a finding, the steps of the trace as related locations, the
planned patch as suggestions."""

from __future__ import annotations

from typing import Any

from statelint.findings import Finding, Report, Severity
from statelint.report import HOMEPAGE, Look, json_text, page, shown_path
from statelint.spans import Span

PATHS = "repository"
SEVERITY = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, look: Look) -> str:
    """The document of kind `rdjson`."""
    document = {
        "source": {"name": "statelint", "url": HOMEPAGE},
        "diagnostics": [_diagnostic(f, look) for f in report.findings],
    }
    return json_text(document)


def _diagnostic(f: Finding, look: Look) -> dict[str, Any]:
    fix = f.fix.edits if f.fix else ()
    return {
        "message": f.message,
        "location": _location(f.span, look),
        "severity": SEVERITY[f.severity],
        "code": {"value": f.rule.code, "url": page(f)},
        "related_locations": [
            {"message": step.note, "location": _location(step.span, look)} for step in f.trace if step.span != f.span
        ],
        **({"suggestions": [{"range": _range(edit.span), "text": edit.text} for edit in fix]} if fix else {}),
    }


def _location(span: Span, look: Look) -> dict[str, Any]:
    return {"path": shown_path(span.path, look), "range": _range(span)}


def _range(span: Span) -> dict[str, Any]:
    start = {"line": span.line, "column": span.column}
    return {"start": start, "end": {"line": span.end_line, "column": span.end_column}}
