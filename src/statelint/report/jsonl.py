"""JSON lines: one finding a line, with the keys of the `json` format, for tools that read a stream."""

from __future__ import annotations

from json import dumps

from statelint.findings import Report
from statelint.report import Look, as_values

PATHS = "root"


def render(report: Report, look: Look) -> str:
    """A line of JSON for each finding."""
    text = "".join(dumps(as_values(f), ensure_ascii=False) + "\n" for f in report.findings)
    return text.encode("utf-8", "backslashreplace").decode()
