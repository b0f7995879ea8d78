"""Logging commands of Azure Pipelines: one issue a finding, shown on the run's page."""

from __future__ import annotations

from statelint.findings import Report, Severity
from statelint.report import Look, in_short, printable, shown_path

PATHS = "repository"


def render(report: Report, look: Look) -> str:
    """A `task.logissue` line for each finding; notes are warnings, since there is nothing weaker."""
    lines = []
    for f in report.findings:
        level = "error" if f.severity is Severity.ERROR else "warning"
        where = {
            "type": level,
            "sourcepath": shown_path(f.span.path, look),
            "linenumber": str(f.span.line),
            "columnnumber": str(f.span.column),
            "code": f.rule.code,
        }
        short = in_short(f, look)
        text = _escaped(f.message + (f"; {short}" if short else ""))
        lines.append(f"##vso[task.logissue {''.join(f'{k}={_property(v)};' for k, v in where.items())}]{text}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    return printable(text).replace("%", "%AZP25")


def _property(text: str) -> str:
    return _escaped(text).replace(";", "%3B").replace("]", "%5D")
