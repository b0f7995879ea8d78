"""The commands that are timed beside each other, as their users start them, and the rounds in which that is done."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from timing import Sample, peak_megabytes, timed

HERE = Path(__file__).resolve().parent
CODE = ("ruff", "bandit", "pylint")
CONFIGURATION = ("yamllint", "checkov")
"""Rivals, the quickest first: ratios are given to that one too."""
QUICK = ("ruff", "yamllint")


class Contender(NamedTuple):
    """One row of the table. `rounds` is how often it is timed: the slow ones less often."""

    name: str
    command: list[str]
    rounds: int
    accepts: tuple[int, ...] = (0,)
    """Exit codes that only tell of findings."""


def statelint(commands: Path, cache: Path | None = None) -> list[str]:
    """The command that checks a tree, cold or with a cache; the tree is still to be named."""
    check = [str(commands / "statelint"), "check", "--exit-zero", "--isolated", "--output-format", "json"]
    return [*check, "--cache-dir", str(cache)] if cache else [*check, "--no-cache"]


def others(commands: Path, names: Sequence[str]) -> dict[str, list[str]]:
    """The commands of other tools on the folder that they are started in, with their own default rules."""
    arguments = {
        "ruff": ["check", "--no-cache", "--isolated", "--exit-zero", "-q"],
        "bandit": ["-q", "-r", "-f", "json", "--exit-zero"],
        "pylint": ["--jobs=0", "--exit-zero", "--recursive=y"],
        "semgrep": [
            "scan", "--metrics=off", "--disable-version-check", "-q", "--config", str(HERE / "semgrep.yaml"),
        ],
        "yamllint": ["-d", "relaxed", "--no-warnings", "-f", "parsable"],
        "checkov": ["--quiet", "--compact", "--soft-fail", "--skip-download", "-o", "json", "-d"],
    }  # fmt: skip
    return {name: [str(commands / name), *arguments[name], "."] for name in names}


def contenders(commands: Path, cache: Path, rounds: int, slow_rounds: int, rivals: Sequence[str]) -> list[Contender]:
    """What is timed: each tool as its users start it, with its own default rules and no configuration."""
    return [
        Contender("statelint cold", [*statelint(commands), "."], rounds),
        Contender("statelint warm", [*statelint(commands, cache), "."], rounds),
        *(
            Contender(name, command, rounds if name in QUICK else slow_rounds, (0, 1) if name == "yamllint" else (0,))
            for name, command in others(commands, rivals).items()
        ),
    ]


def measure(rows: list[Contender], tree: Path) -> list[dict[str, object]]:
    """The quick ones once, uncounted, to warm the caches; then the rounds; then one run of each for the memory."""
    samples: dict[str, list[Sample]] = {row.name: [] for row in rows}
    most = max(row.rounds for row in rows)
    for number in range(most + 1):
        for row in rows:
            if number > row.rounds or (number == 0 and row.rounds < most):
                continue
            sample = timed(row.command, tree)
            print(f"round {number}  {row.name:16}{sample.seconds:8.2f} s", file=sys.stderr)
            if sample.exit_code not in row.accepts:
                raise SystemExit(f"{' '.join(row.command)} ended with {sample.exit_code}")
            if number:
                samples[row.name].append(sample)
    return [
        {
            "name": row.name,
            "runs": row.rounds,
            "median_seconds": round(statistics.median(s.seconds for s in samples[row.name]), 3),
            "fastest_seconds": round(min(s.seconds for s in samples[row.name]), 3),
            "peak_megabytes": peak_megabytes(row.command, tree),
        }
        for row in rows
    ]


def with_ratios(rows: list[dict[str, object]], rival: str) -> list[dict[str, object]]:
    """Adds how many times the cold statelint and the quickest rival fit into each row's median."""
    medians = {str(row["name"]): float(str(row["median_seconds"])) for row in rows}
    for row in rows:
        own = medians[str(row["name"])]
        row["to_statelint_cold"] = round(own / medians["statelint cold"], 2)
        row[f"to_{rival.replace(' ', '_')}"] = round(own / medians[rival], 2)
    return rows
