"""One line a finding, made for editors, logs and grep: place, severity, rule, message, and the trace in half a line."""

from __future__ import annotations

from statelint.findings import Finding, Report
from statelint.report import Look, in_short, printable, shown_path

PATHS = "shown"
COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
BOLD, RESET = "\x1b[1m", "\x1b[0m"


def render(report: Report, look: Look) -> str:
    """A line for each finding; a problem of a file is a line too."""
    lines = [line(finding, look) for finding in report.findings[: look.most or None]]
    for p in report.problems:
        lines.append(f"{printable(shown_path(p.path, look))}:{p.line}:1: problem: {p.kind}: {printable(p.message)}")
    return "".join(text + "\n" for text in lines)


def line(f: Finding, look: Look) -> str:
    """`path:line:column: severity: code [name] message; written …, from …`."""
    short = in_short(f, look)
    text = printable(f.message.replace("`", "")) + (f"; {printable(short)}" if short else "")
    place = f"{printable(shown_path(f.span.path, look))}:{f.span.line}:{f.span.column}"
    level = f.severity.value
    if look.color:
        return f"{BOLD}{place}{RESET}: {COLORS[level]}{level}{RESET}: {BOLD}{f.rule.code}{RESET} [{f.rule.name}] {text}"
    return f"{place}: {level}: {f.rule.code} [{f.rule.name}] {text}"
