"""Workflow commands of GitHub Actions: annotations beside the changed lines, as many as GitHub shows, worst first."""

from __future__ import annotations

from statelint.findings import Finding, Report, Severity
from statelint.report import Look, count, in_short, printable, shown_path

PATHS = "repository"
MOST = 10
"""Annotations of one level that GitHub keeps of one step."""
COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, look: Look) -> str:
    """A line for each annotation, then one notice that says how many there was no room for."""
    lines, left = [], 0
    for level, command in COMMANDS.items():
        found = [f for f in report.findings if f.severity is level]
        room = MOST - 1 if level is Severity.NOTE else MOST
        found.sort(key=lambda f: -f.confidence.rank)
        lines += [_annotation(command, f, look) for f in found[:room]]
        left += len(found[room:])
    for p in report.problems[: MOST - len([f for f in report.findings if f.severity is Severity.WARNING][:MOST])]:
        place = f"file={_property(shown_path(p.path, look))},line={p.line},title={_property('statelint: ' + p.kind)}"
        lines.append(f"::warning {place}::{_data(printable(p.message))}")
    if left:
        text = f"{count(left, 'further finding')} in the log and the summary; GitHub shows {MOST} annotations a level"
        lines.append(f"::notice title=statelint::{_data(text)}")
    return "".join(line + "\n" for line in lines)


def _annotation(command: str, f: Finding, look: Look) -> str:
    where = {
        "file": shown_path(f.span.path, look),
        "line": str(f.span.line),
        "endLine": str(f.span.end_line),
        "title": f"{f.rule.code} {f.rule.name}",
    }
    if f.span.line == f.span.end_line:
        where |= {"col": str(f.span.column), "endColumn": str(f.span.end_column)}
    short = in_short(f, look)
    text = "\n".join(printable(part) for part in (f.message, short, f.help) if part)
    return f"::{command} {','.join(f'{key}={_property(value)}' for key, value in where.items())}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
