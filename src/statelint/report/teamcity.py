"""Service messages of TeamCity: an inspection type for each rule, an inspection for each finding."""

from __future__ import annotations

from statelint.findings import Report, Severity
from statelint.report import Look, in_short, shown_path

PATHS = "repository"
SEVERITY = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, look: Look) -> str:
    """Types first, since TeamCity ignores inspections of a type that it does not know."""
    rules = {f.rule.code: f.rule for f in sorted(report.findings, key=lambda f: f.rule.code)}
    lines = [
        _message(
            "inspectionType",
            id=rule.code,
            name=rule.name,
            category=f"statelint {rule.category}",
            description=rule.summary,
        )
        for rule in rules.values()
    ]
    for f in report.findings:
        short = in_short(f, look)
        lines.append(
            _message(
                "inspection",
                typeId=f.rule.code,
                message=f.message + (f"; {short}" if short else ""),
                file=shown_path(f.span.path, look),
                line=str(f.span.line),
                SEVERITY=SEVERITY[f.severity],
            )
        )
    return "".join(line + "\n" for line in lines)


def _message(kind: str, **values: str) -> str:
    return f"##teamcity[{kind} {' '.join(f'{key}={_quoted(value)}' for key, value in values.items())}]"


def _quoted(text: str) -> str:
    out = []
    for char in text:
        if char in "|'[]":
            out.append("|" + char)
        elif char in "\n\r":
            out.append("|n" if char == "\n" else "|r")
        else:
            out.append(char if 31 < ord(char) < 127 else f"|0x{min(ord(char), 0xFFFF):04x}")
    return "'" + "".join(out) + "'"
