"""The report on a fleet as plain text, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from statelint import __version__
from statelint.audit_text import code, escaped, wrapped
from statelint.fleet import WEIGHTS, Fleet, Kind, Row
from statelint.report import as_values, count, json_text, printable
from statelint.report.json import problem

SHOWN = 25
"""Rows of a table in the text, unless everything is wanted."""
HEADS = ("weight", "per 1000 lines", "errors", "warnings", "notes", "lines", "repository", "mostly")
MEANING = "an error weighs {error}, a warning {warning}, a note {note}".format(
    **{level.value: weight for level, weight in WEIGHTS.items()}
)


def as_json(fleet: Fleet) -> str:
    """All of it, with findings as in the `json` format."""
    return json_text(
        {
            "schema": "statelint-fleet/1",
            "tool": {"name": "statelint", "version": __version__},
            "summary": {
                "repositories": len(fleet.rows),
                "failed": len(fleet.failed),
                "with_state": with_state(fleet),
                "files": fleet.total("files"),
                "lines": fleet.total("lines"),
                "definite": _levels(fleet.levels()),
                "arguable": sum(row.arguable for row in fleet.rows),
            },
            "order": fleet.order,
            "repositories": [_values(row) for row in fleet.rows],
            "rules": [dict(kind._asdict()) for kind in fleet.rules],
            "categories": [
                {key: value for key, value in kind._asdict().items() if key not in ("code", "name")}
                for kind in fleet.categories
            ],
            "failed": [{"name": name, "reason": reason} for name, reason in fleet.failed],
        }
    )


def _levels(levels: Any) -> dict[str, int]:
    return {level.value: levels[level.value] for level in WEIGHTS}


def _values(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "path": row.path,
        "weight": row.weight,
        "density": row.density,
        "definite": _levels(row.levels),
        "arguable": row.arguable,
        "categories": dict(row.categories),
        "coverage": {
            "files": row.report.files,
            "lines": row.report.lines,
            "failed": [problem(p) for p in row.report.problems],
            "entries": dict(sorted(row.report.entries.items())),
        },
        "hidden": dict(sorted(row.report.hidden.items())),
        "findings": [as_values(f) for f in row.report.findings],
    }


def with_state(fleet: Fleet) -> int:
    """How many repositories have definite findings."""
    return sum(row.weight > 0 for row in fleet.rows)


def verdict(fleet: Fleet) -> str:
    """The outcome in a sentence."""
    whole = count(len(fleet.rows), "repository", "repositories")
    if not fleet.rows:
        return "no repository could be analysed"
    if not with_state(fleet):
        return f"no definite state was found in {whole}"
    return f"{with_state(fleet)} of {whole} keep state that a second replica would not share"


def coverage(fleet: Fleet) -> str:
    """What was looked at and found, in two sentences."""
    levels = fleet.levels()
    found = ", ".join(count(levels[level.value], level.value) for level in WEIGHTS if levels[level.value])
    more = sum(row.arguable for row in fleet.rows)
    parts = [found or "nothing definite", *([f"{more} arguable"] if more else [])]
    return f"{fleet.total('lines')} lines in {count(fleet.total('files'), 'file')}; found: {', '.join(parts)}"


def cells(row: Row) -> tuple[str, ...]:
    """One repository, as the heads of the table name it."""
    mostly = ", ".join(f"{category} ({number})" for category, number in row.categories[:3])
    levels = [str(row.levels[level.value]) for level in WEIGHTS]
    return (str(row.weight), f"{row.density:.2f}", *levels, str(row.report.lines), row.name, mostly)


def ranked(fleet: Fleet) -> list[Row]:
    """The repositories with definite findings, in their order."""
    return [row for row in fleet.rows if row.weight]


def problems(fleet: Fleet) -> list[tuple[str, str, str]]:
    """What could not be analysed: the repository, the file and line if only a part of it, and the reason."""
    parts = [(row.name, f"{p.path}:{p.line}", p.message) for row in fleet.rows for p in row.report.problems]
    return [(name, "", reason) for name, reason in fleet.failed] + sorted(parts)


def text(fleet: Fleet, width: int, everything: bool = False) -> str:
    """For a terminal: the outcome, the ranking, the commonest state, and what could not be analysed."""
    rows, most = ranked(fleet), None if everything else SHOWN
    lines = [verdict(fleet), coverage(fleet)]
    if rows:
        lines += ["", f"Repositories with state, by {fleet.order} ({MEANING})"]
        lines += _columns([HEADS, *map(cells, rows[:most])], numbers=6, width=width)
        lines += _more(len(rows), most)
        lines += ["", "Commonest state, by repositories"]
        kinds = [("repositories", "findings", "rule", "category", "name"), *map(_told, fleet.rules[:most])]
        lines += _columns(kinds, numbers=2, width=width)
        lines += _more(len(fleet.rules), most)
        lines += ["", "Categories"]
        lines += wrapped(", ".join(by_category(fleet)), width, "  ")
    found = problems(fleet)
    if found:
        lines += ["", "Not analysed"]
        for name, place, reason in found[:most]:
            lines += wrapped(f"{name}: {place + ': ' if place else ''}{reason}", width, "  ", "    ")
        lines += _more(len(found), most)
    return "".join(printable(line) + "\n" for line in lines)


def by_category(fleet: Fleet) -> list[str]:
    """How often each category was found, the commonest first."""
    return [f"{kind.category} {kind.findings} in {kind.repositories}" for kind in fleet.categories]


def _told(kind: Kind) -> tuple[str, ...]:
    return (str(kind.repositories), str(kind.findings), kind.code, kind.category, kind.name)


def _more(number: int, most: int | None) -> list[str]:
    return [f"  … and {number - most} more (--all)"] if most is not None and number > most else []


def _columns(rows: Sequence[Sequence[str]], numbers: int, width: int) -> list[str]:
    """Rows in columns, of which the first hold numbers; what does not fit is cut."""
    safe = [[printable(cell) for cell in row] for row in rows]
    sizes = [max(map(len, column)) for column in zip(*safe, strict=True)]
    lines = []
    for row in safe:
        parts = [c.rjust(sizes[n]) if n < numbers else c.ljust(sizes[n]) for n, c in enumerate(row)]
        line = "  " + "  ".join(parts).rstrip()
        lines.append(line if len(line) <= width else line[: width - 1] + "…")
    return lines


def markdown(fleet: Fleet) -> str:
    """For a repository or a review: the same, all of it."""
    sentence = verdict(fleet)
    parts = [
        "# State of a fleet",
        f"**{sentence[:1].upper()}{sentence[1:]}.** {coverage(fleet)}.",
    ]
    if ranked(fleet):
        table = _table(HEADS, 6, [[*row[:6], f"`{code(row[6])}`", row[7]] for row in map(cells, ranked(fleet))])
        parts += ["## Repositories", f"By {fleet.order}: {MEANING}.", table]
        kinds = [[*told[:3], told[3], f"`{told[4]}`"] for told in map(_told, fleet.rules)]
        parts += ["## Commonest state", _table(("repositories", "findings", "rule", "category", "name"), 2, kinds)]
        parts += [f"By category: {', '.join(by_category(fleet))} repositories."]
    found = problems(fleet)
    if found:
        rows = [
            f"- `{code(name)}`: {f'`{code(place)}`: ' if place else ''}{escaped(reason)}"
            for name, place, reason in found
        ]
        parts += ["## Not analysed", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], numbers: int, rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'--:|' * numbers}{'---|' * (len(heads) - numbers)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
