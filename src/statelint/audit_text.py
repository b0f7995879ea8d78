"""The readiness report as plain text, as Markdown and as JSON."""

from __future__ import annotations

import textwrap
from typing import Any

from statelint.audit import Audit
from statelint.report import as_values, count, json_text, printable

COLUMNS = ("verdict", "category", "object", "where", "why")


def as_json(audit: Audit) -> str:
    """All of it, with findings as in the `json` format."""
    return json_text(
        {
            "schema": "statelint-audit/1",
            "title": audit.title,
            "verdict": audit.verdict,
            "score": audit.score,
            "coverage": {
                "files": audit.files,
                "entries": dict(audit.entries),
                "failed": [dict(p._asdict()) for p in audit.problems],
            },
            "copies": list(audit.copies),
            "inventory": [dict(row._asdict()) for row in audit.rows],
            "map": {
                "entries": list(audit.map.entries),
                "writers": list(audit.map.writers),
                "objects": dict(audit.map.objects),
                "reaches": [list(edge) for edge in audit.map.reaches],
                "writes": [list(edge) for edge in audit.map.writes],
            },
            "plan": [_listed(change._asdict()) for change in audit.plan],
            "findings": [as_values(f) for f in (*audit.blocking, *audit.arguable)],
        }
    )


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def coverage(audit: Audit) -> str:
    """What was looked at, in a sentence."""
    ways = ", ".join(f"{number} by {library}" for library, number in audit.entries)
    return (
        f"{count(audit.files, 'file')} analysed; ways in: {ways or 'none found'}; not analysed: {len(audit.problems)}"
    )


def text(audit: Audit, width: int) -> str:
    """For a terminal: verdict, plan, inventory and map."""
    lines = [f"{audit.title}: {audit.verdict}", f"score {audit.score} of 100; {coverage(audit)}"]
    lines += [f"deployed: {copy}" for copy in audit.copies]
    if audit.plan:
        lines += ["", "Plan, by what each change removes"]
    for number, change in enumerate(audit.plan, 1):
        lines.append(f"{number:3}. {change.title}: removes {len(change.removes)} ({', '.join(change.objects)})")
        if change.cost:
            lines += textwrap.wrap(f"cost: {change.cost}", width, initial_indent="     ", subsequent_indent="     ")
    if audit.rows:
        lines += ["", "Inventory"]
    for row in audit.rows:
        lines.append(f"  {row.verdict:9} {row.category:8} {row.name}  {row.path}:{row.line}")
        lines += textwrap.wrap(row.reason, width, initial_indent=" " * 21, subsequent_indent=" " * 21)
    if audit.map.writes:
        lines += ["", "State map"]
    for name, category in audit.map.objects:
        lines.append(f"  {name} ({category})")
        for edge in audit.map.writes:
            if edge.target == name:
                ways = [reach.source for reach in audit.map.reaches if reach.target == edge.source]
                lines.append(f"    <- {edge.source}{'  <- ' + ', '.join(ways) if ways else ''}")
    return "".join(printable(line) + "\n" for line in lines)


def markdown(audit: Audit) -> str:
    """For a repository or a review: the same, with the snippets of the plan."""
    parts = [
        f"# State audit of {_escaped(audit.title)}",
        f"**{audit.verdict[:1].upper()}{audit.verdict[1:]}.** Score {audit.score} of 100.",
        coverage(audit) + ".",
    ]
    if audit.copies:
        parts.append("Deployed: " + "; ".join(_escaped(copy) for copy in audit.copies) + ".")
    if audit.plan:
        parts.append("## Plan")
    for number, change in enumerate(audit.plan, 1):
        objects = ", ".join(f"`{_code(name)}`" for name in change.objects)
        parts.append(f"### {number}. {change.title[:1].upper()}{change.title[1:]}")
        parts.append(f"Removes {count(len(change.removes), 'finding')}: {objects}. Cost: {change.cost or 'not known'}.")
        language = "python" if "import " in change.snippet or " = " in change.snippet else ""
        parts.append(f"```{language}\n{change.snippet.rstrip()}\n```")
    if audit.rows:
        head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
        body = "\n".join(
            f"| {row.verdict} | {row.category} | `{_code(row.name)}` | `{_code(f'{row.path}:{row.line}')}` "
            f"| {_escaped(row.reason)} |"
            for row in audit.rows
        )
        parts += ["## Inventory", head + body]
    if audit.problems:
        rows = "\n".join(f"- `{_code(p.path)}:{p.line}`: {_escaped(p.message)}" for p in audit.problems)
        parts += ["## Not analysed", rows]
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return printable(text).replace("`", "'").replace("|", "\\|")


def _escaped(text: str) -> str:
    plain = printable(text)
    for char in "\\`*_[]<>#|":
        plain = plain.replace(char, "\\" + char if char not in "<>" else "&lt;" if char == "<" else "&gt;")
    return plain
