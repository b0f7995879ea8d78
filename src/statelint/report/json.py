"""JSON, schema `statelint/1`: everything about each finding, in a stable order, with paths relative to the root."""

from __future__ import annotations

from collections import Counter
from typing import Any

from statelint import __version__
from statelint.findings import Problem, Report
from statelint.report import Look, as_values, json_text

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
        "findings": [as_values(f) for f in report.findings],
    }
    if look.suppressed:
        document["suppressed"] = [as_values(f) for f in report.silenced]
    return json_text(document)


def problem(found: Problem) -> dict[str, Any]:
    return {"path": found.path, "line": found.line, "kind": found.kind, "message": found.message}
