"""Markdown: a table of the findings, for summaries of builds and comments on changes."""

from __future__ import annotations

from statelint.findings import Report
from statelint.report import Look, count, in_short, page, printable, shown_path

PATHS = "repository"
MOST = 200
"""Rows of a table; summaries of builds are limited to a megabyte."""


def render(report: Report, look: Look) -> str:
    """A heading, the table and what could not be read."""
    if report.findings:
        lines = [f"### statelint: {count(len(report.findings), 'finding')}", ""]
        lines += ["| severity | rule | where | what |", "|---|---|---|---|"]
    else:
        lines = [f"### statelint: no findings in {count(report.files, 'file')}"]
    for f in report.findings[:MOST]:
        place = f"{shown_path(f.span.path, look)}:{f.span.line}"
        short = in_short(f, look)
        what = _cell(f.message) + (f"<br>{_cell(short)}" if short else "")
        lines.append(f"| {f.severity.value} | [{f.rule.code}]({page(f)}) {f.rule.name} | `{_code(place)}` | {what} |")
    if len(report.findings) > MOST:
        lines += ["", f"{len(report.findings) - MOST} more are not shown."]
    if report.problems:
        lines += ["", "Not analysed:", ""]
        lines += [f"- `{_code(shown_path(p.path, look))}:{p.line}`: {_cell(p.message)}" for p in report.problems]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    return printable(text).replace("`", "'").replace("|", "\\|")


def _cell(text: str) -> str:
    """Text outside code spans escaped; what stands in backticks stays code."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        parts = ["'".join(parts)]
    for i in range(0, len(parts), 2):
        for char in "\\*_[]<>#":
            parts[i] = parts[i].replace(char, "&lt;" if char == "<" else "&gt;" if char == ">" else "\\" + char)
    return "`".join(parts).replace("|", "\\|")
