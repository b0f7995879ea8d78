"""Findings grouped by file, for people who work through a list file by file."""

from __future__ import annotations

from statelint.findings import Report
from statelint.report import Look, by_path, count, in_short, printable, shown_path

PATHS = "shown"
COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
BOLD, RESET = "\x1b[1m", "\x1b[0m"


def render(report: Report, look: Look) -> str:
    """A heading for each file, then a line for each of its findings."""
    lines = []
    for path, findings in by_path(report):
        name = printable(shown_path(path, look))
        lines.append(f"{BOLD}{name}{RESET}" if look.color else name)
        for f in findings:
            level = f"{f.severity.value:7}"
            level = f"{COLORS[f.severity.value]}{level}{RESET}" if look.color else level
            lines.append(f"  {f.span.line:>5}:{f.span.column:<4} {level} {f.rule.code}  {printable(f.message)}")
            if short := in_short(f, look):
                lines.append(f"{' ' * 28}{printable(short)}")
        lines.append("")
    for p in report.problems:
        lines.append(
            f"{printable(shown_path(p.path, look))}\n  {p.line:>5}      problem {p.kind}: {printable(p.message)}"
        )
    if report.findings:
        lines.append(f"{count(len(report.findings), 'finding')} in {count(len(list(by_path(report))), 'file')}")
    return "".join(line + "\n" for line in lines)
