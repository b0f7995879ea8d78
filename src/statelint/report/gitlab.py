"""GitLab's code quality report: one issue a finding, told apart by our id."""

from __future__ import annotations

from statelint.findings import Report, Severity
from statelint.report import Look, json_text, shown_path

PATHS = "repository"
SEVERITY = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report, look: Look) -> str:
    """The array that GitLab reads as an artifact of kind `codequality`."""
    rows = [
        {
            "description": f"{f.rule.code}: {f.message}",
            "check_name": f.rule.name,
            "fingerprint": f.id,
            "severity": SEVERITY[f.severity],
            "location": {"path": shown_path(f.span.path, look), "lines": {"begin": f.span.line}},
        }
        for f in report.findings
    ]
    return json_text(rows)
