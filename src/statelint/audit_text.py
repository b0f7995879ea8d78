"""The readiness report as plain text, as Markdown and as JSON."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable
from typing import Any

from statelint.audit import Audit, Part
from statelint.report import as_values, count, json_text, library_name, printable

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
            "services": [dict(part._asdict()) for part in audit.services],
            "external": [
                {"what": e.what, "name": e.name, "path": e.span.path, "line": e.span.line} for e in audit.external
            ],
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
    ways = ", ".join(f"{number} by {library_name(library)}" for library, number in audit.entries)
    return (
        f"{count(audit.files, 'file')} analysed; ways in: {ways or 'none found'}; not analysed: {len(audit.problems)}"
    )


def several(names: Iterable[str]) -> list[str]:
    """Each name once, with how often it was there: `write() in keep() (2)`."""
    return [name if number == 1 else f"{name} ({number})" for name, number in Counter(names).items()]


def outside(audit: Audit) -> list[tuple[str, list[str]]]:
    """What is kept outside already: each kind of store with the places that reach it."""
    found: dict[str, list[str]] = {}
    for e in audit.external:
        found.setdefault(e.what, []).append(f"{e.name} at {e.span.path}:{e.span.line}")
    return list(found.items())


def service(part: Part) -> str:
    """One service in a sentence."""
    runs = {"one": "runs once", "many": "runs in many copies", "auto": "as the deployment files say"}[part.replicas]
    return f"{part.name} ({part.root}, {runs}): {count(part.blocking, 'object')} in the way"


def tally(audit: Audit) -> list[tuple[str, int]]:
    """How many objects are benign for each reason, most first."""
    return Counter(row.reason for row in audit.rows if row.verdict == "benign").most_common()


def text(audit: Audit, width: int, everything: bool = False) -> str:
    """For a terminal: verdict, plan, inventory and map. What is benign is counted, unless `everything` is wanted."""
    lines = [f"{audit.title}: {audit.verdict}", f"score {audit.score} of 100; {coverage(audit)}"]
    lines += [f"deployed: {copy}" for copy in audit.copies]
    lines += [f"service {service(part)}" for part in audit.services if len(audit.services) > 1]
    if audit.plan:
        lines += ["", "Plan, by what each change removes"]
    for number, change in enumerate(audit.plan, 1):
        lines.append(f"{number:3}. {change.title}: removes {count(len(change.removes), 'finding')}")
        lines += wrapped(", ".join(several(change.objects)), width, " " * 5)
        lines += wrapped(f"cost: {change.cost}", width, " " * 5) if change.cost else []
    if audit.external:
        lines += ["", "Outside already"]
    for what, places in outside(audit):
        lines += wrapped(f"{what}: {'; '.join(places)}", width, "  ", "    ")
    lines += ["", *_listed_rows(audit, width, everything)] if audit.rows else []
    lines += ["", *_mapped(audit, width)] if audit.map.writes else []
    return "".join(printable(line) + "\n" for line in lines)


def wrapped(line: str, width: int, indent: str, further: str | None = None) -> list[str]:
    """Lines that fit."""
    return textwrap.wrap(line, width, initial_indent=indent, subsequent_indent=indent if further is None else further,
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip


def _listed_rows(audit: Audit, width: int, everything: bool) -> list[str]:
    lines = ["Inventory"]
    for row in audit.rows:
        if row.verdict in ("definite", "arguable"):
            lines += wrapped(f"{row.verdict:9} {row.category:8} {row.reason}", width, "  ", " " * 21)
            lines.append(f"{' ' * 21}{row.path}:{row.line}")
        elif everything or row.verdict != "benign":
            lines.append(f"  {row.verdict:9} {row.category:8} {row.short}  {row.path}:{row.line}")
            lines += wrapped(row.reason, width, " " * 21)
    benign = tally(audit)
    if benign and not everything:
        lines.append(f"  benign    {count(sum(number for _, number in benign), 'object')} (--all lists them):")
        lines += [f"  {number:9} {reason}" for reason, number in benign]
    return lines


def _mapped(audit: Audit, width: int) -> list[str]:
    lines = ["State map"]
    for name, category in audit.map.objects:
        lines.append(f"  {name} ({category})")
        for edge in audit.map.writes:
            if edge.target == name:
                ways = [reach.source for reach in audit.map.reaches if reach.target == edge.source]
                shown = f"<- {edge.source}{'  <- ' + ', '.join(ways) if ways else ''}"
                lines += wrapped(shown, width, "    ", "       ")
    return lines


def markdown(audit: Audit) -> str:
    """For a repository or a review: the same, with the snippets of the plan."""
    parts = [
        f"# State audit of {escaped(audit.title)}",
        f"**{audit.verdict[:1].upper()}{audit.verdict[1:]}.** Score {audit.score} of 100.",
        coverage(audit) + ".",
    ]
    if audit.copies:
        parts.append("Deployed: " + "; ".join(escaped(copy) for copy in audit.copies) + ".")
    if len(audit.services) > 1:
        parts.append("\n".join(f"- {escaped(service(part))}" for part in audit.services))
    if audit.plan:
        parts.append("## Plan")
    for number, change in enumerate(audit.plan, 1):
        objects = ", ".join(f"`{code(name)}`" for name in several(change.objects))
        parts.append(f"### {number}. {change.title[:1].upper()}{change.title[1:]}")
        parts.append(f"Removes {count(len(change.removes), 'finding')}: {objects}. Cost: {change.cost or 'not known'}.")
        language = "python" if "import " in change.snippet or " = " in change.snippet else ""
        parts.append(f"```{language}\n{change.snippet.rstrip()}\n```")
    if audit.external:
        rows = "\n".join(f"- {what}: {escaped('; '.join(places))}" for what, places in outside(audit))
        parts += ["## Outside already", rows]
    if audit.rows:
        head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
        body = "\n".join(
            f"| {row.verdict} | {row.category} | `{code(row.short)}` | `{code(f'{row.path}:{row.line}')}` "
            f"| {escaped(row.reason)} |"
            for row in audit.rows
        )
        parts += ["## Inventory", head + body]
    if audit.problems:
        rows = "\n".join(f"- `{code(p.path)}:{p.line}`: {escaped(p.message)}" for p in audit.problems)
        parts += ["## Not analysed", rows]
    return "\n\n".join(parts) + "\n"


def code(text: str) -> str:
    """Text for a code span in a cell of a table in Markdown."""
    return printable(text).replace("`", "'").replace("|", "\\|")


def escaped(text: str) -> str:
    """Text for Markdown, in which nothing is markup."""
    plain = printable(text)
    for char in "\\`*_[]<>#|":
        plain = plain.replace(char, "\\" + char if char not in "<>" else "&lt;" if char == "<" else "&gt;")
    return plain
