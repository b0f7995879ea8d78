"""JSON lines: one finding a line, with the keys of the `json` format, for tools that read a stream."""

from __future__ import annotations

from statelint.findings import Report
from statelint.report import Look, as_values, json_text

PATHS = "root"


def render(report: Report, look: Look) -> str:
    """A line of JSON for each finding."""
    return "".join(json_text(as_values(f), None) for f in report.findings)
