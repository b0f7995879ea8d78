"""Which libraries the fixtures cover: one line a library of `rules/knowledge`, with what no fixture shows.

    python bench/coverage.py [--all]

A row of knowledge (a construct or a setting that keeps state local, a place for a key, a way of handing work over) is
covered when a fixture under `tests/fixtures/*/bad` gives a finding because of it, and its counterpart of the same name
under `good` gives none. `--all` lists the covered libraries too; the exit code is 1 while something is not covered.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from statelint.config import load
from statelint.extract.python import extract
from statelint.knowledge import available
from statelint.project import Project, link
from statelint.rows import Row
from statelint.run import Way, analyse
from statelint.shipped import rules_folder

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"
SILENT = frozenset({"broker", "queue"})
"""Ways of handing work over that are never reported themselves."""


def projects(kind: str) -> Iterator[tuple[str, Project]]:
    """(rule/name, project) of each fixture that is one Python file, or a folder with one among its files."""
    for path in sorted(FIXTURES.glob(f"*/{kind}/*")):
        name = f"{path.parts[-3]}/{path.stem}"
        if path.suffix == ".py":
            yield name, link({path.name: extract(path.read_bytes())}, {path.name: "service"})
        elif path.is_dir() and any(path.rglob("*.py")):
            yield name, analyse(path, load(path, {}).config, Way(use_cache=False))[0]


def rows_behind(project: Project) -> Iterator[Row]:
    """The rows because of which something is reported."""
    yield from (kept.row for kept in project.local_stores.found)
    yield from (secret.slot for secret in project.secrets.found if secret.slot is not None)
    yield from (handed.row for handed in project.handed_work.found)


def label(row: Row) -> str:
    """A row by its first names."""
    for field in ("names", "settings", "methods", "writes", "attributes"):
        names = getattr(row, field, ())
        if names:
            more = f" (+{len(names) - 1})" if len(names) > 1 else ""
            return f"{names[0]}{more}"
    return type(row).__name__


def main() -> int:
    """Print the table."""
    quiet = {name: not list(rows_behind(project)) for name, project in projects("good")}
    shown: dict[str, str] = {}
    loud: dict[str, str] = {}
    for name, project in projects("bad"):
        for row in rows_behind(project):
            (shown if quiet.get(name) else loud)[repr(row)] = name
    total = covered = 0
    print(f"{'library':28}{'rows':>6}{'covered':>9}  not covered")
    for stem, library in available(rules_folder() / "knowledge").items():
        work = [row for row in library.work if row.how not in SILENT]
        rows: list[Row] = [*library.stores, *library.keys, *work]
        if not rows:
            continue
        unshown = [row for row in rows if repr(row) not in shown]
        missing = [label(row) + (" (no good one)" if repr(row) in loud else "") for row in unshown]
        total += len(rows)
        covered += len(rows) - len(missing)
        if missing or "--all" in sys.argv[1:]:
            print(f"{stem:28}{len(rows):>6}{len(rows) - len(missing):>9}  {', '.join(missing)}")
    print(f"{'all':28}{total:>6}{covered:>9}")
    return 0 if covered == total else 1


if __name__ == "__main__":
    sys.exit(main())
