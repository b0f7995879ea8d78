"""For programs that mend code: one line a finding with message, trace and help, and nothing drawn."""

from __future__ import annotations

from statelint.findings import Report
from statelint.report import Look, in_short, printable, shown_path

PATHS = "shown"


def render(report: Report, look: Look) -> str:
    """`path:line:column code name: message. trace. why. help. id`."""
    lines = []
    for f in report.findings[: look.most or None]:
        place = f"{shown_path(f.span.path, look)}:{f.span.line}:{f.span.column}"
        trace = in_short(f, look)
        parts = [f"{f.message}", trace, f"why: {f.why.rstrip('.')}", f"help: {f.help}" if f.help else "", f"id {f.id}"]
        text = ". ".join(part for part in parts if part)
        lines.append(printable(f"{place} {f.severity.value} {f.rule.code} {f.rule.name}: {text}"))
    lines += [
        printable(f"{shown_path(p.path, look)}:{p.line}:1 problem {p.kind}: {p.message}") for p in report.problems
    ]
    return "".join(line + "\n" for line in lines)
