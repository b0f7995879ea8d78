"""Time and memory by size: one application repeated under new package names, to 0.1, 0.3, 1, 3 and 10 million lines.

    python bench/growth.py                       # all sizes
    python bench/growth.py --most 1000000        # stop earlier

Each copy imports itself under its own name, and no file is like another, so that nothing is known from the copy before.
Written to `bench/results/growth.json`: times by line beside those of the middle size, megabytes by thousand lines.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from contenders import others, statelint
from results import keep, machine
from timing import peak_megabytes, timed
from trees import SIX, WORK, application, environment, size

TARGETS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
LARGE = 1_000_000
"""Lines above which one round has to do."""


def packages(tree: Path) -> list[Path]:
    """The packages and modules at the top of an unpacked wheel."""
    return sorted(
        path for path in tree.iterdir() if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
    )


def add_copy(tree: Path, target: Path, number: int) -> None:
    """One more copy of the Python files of a tree, its packages renamed wherever they are named."""
    tops = packages(tree)
    names = re.compile(rb"\b(" + b"|".join(re.escape(top.stem.encode()) for top in tops) + rb")\b")
    for top in tops:
        for file in [top] if top.is_file() else sorted(top.rglob("*.py")):
            inner = file.relative_to(tree)
            renamed = Path(f"{top.stem}_{number}{top.suffix}", *inner.parts[1:])
            text = names.sub(rb"\g<1>_%d" % number, file.read_bytes())
            (target / renamed).parent.mkdir(parents=True, exist_ok=True)
            (target / renamed).write_bytes(text.rstrip(b"\n") + b"\n# copy %d of %s\n" % (number, str(inner).encode()))


def medians(commands: dict[str, list[str]], tree: Path, rounds: int) -> dict[str, float]:
    """Median seconds of each command, in turns."""
    samples: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            sample = timed(command, tree)
            if sample.exit_code:
                raise SystemExit(f"{' '.join(command)} ended with {sample.exit_code}")
            print(f"{name:16}{sample.seconds:9.2f} s", file=sys.stderr, flush=True)
            samples[name].append(sample.seconds)
    return {name: statistics.median(times) for name, times in samples.items()}


def with_ratios(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """Adds what does not depend on the machine: time by line beside that of the middle size, and beside ruff."""
    middle = sorted(rows, key=lambda row: row["lines"])[len(rows) // 2]
    for row in rows:
        by_line, usual = row["cold_seconds"] / row["lines"], middle["cold_seconds"] / middle["lines"]
        row["time_by_line"] = round(by_line / usual, 3)
        row["cold_to_ruff"] = round(row["cold_seconds"] / row["ruff_seconds"], 2)
        row["warm_to_ruff"] = round(row["warm_seconds"] / row["ruff_seconds"], 2)
        if row["peak_megabytes"]:
            row["kilobytes_by_line"] = round(1000 * row["peak_megabytes"] / row["lines"], 3)
    return rows


def main() -> None:
    """Grow the tree step by step, and time each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirement", nargs="?", default=SIX[0])
    parser.add_argument("--tree", type=Path, help="a folder to use in the place of a requirement")
    parser.add_argument("--targets", type=int, nargs="*", default=TARGETS, help="lines of the sizes")
    parser.add_argument("--most", type=int, default=TARGETS[-1], help="lines of the largest size")
    parser.add_argument("-n", "--rounds", type=int, default=5, help="rounds up to a million lines; above, one")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    commands = environment(options.work, "growth", ("ruff",))
    tree = options.tree.resolve() if options.tree else application(options.requirement, options.work)
    grown = options.work / "grown"
    shutil.rmtree(grown, ignore_errors=True)

    rows: list[dict[str, float]] = []
    copies = 0
    for target in (target for target in options.targets if target <= options.most):
        one = size(grown, (".py",))["lines"] / copies if copies else size(tree, (".py",))["lines"]
        while copies < max(1, round(target / one)):
            copies += 1
            add_copy(tree, grown, copies)
        lines = size(grown, (".py",))
        print(f"{copies} copies, {lines['lines']} lines", file=sys.stderr)
        with tempfile.TemporaryDirectory() as cache:
            cold, warm = [*statelint(commands), "."], [*statelint(commands, Path(cache)), "."]
            timed(warm, grown)
            timings = medians(
                {"cold": cold, "warm": warm, "ruff": others(commands, ("ruff",))["ruff"]},
                grown,
                options.rounds if lines["lines"] <= 1.1 * LARGE else 1,
            )
            peak = peak_megabytes(cold, grown)
        seconds = {f"{name}_seconds": round(value, 3) for name, value in timings.items()}
        rows.append({**lines, "copies": copies, **seconds, "peak_megabytes": peak or 0.0})
    result = {"application": options.tree.name if options.tree else options.requirement, "machine": machine()}
    keep(options.output or "growth", {**result, "rows": with_ratios(rows)})
    print("lines        × time by line   × ruff cold   × ruff warm   peak MB")
    for row in rows:
        print(
            f"{row['lines']:>10,}{row['time_by_line']:>18}{row['cold_to_ruff']:>14}{row['warm_to_ruff']:>14}"
            f"{row['peak_megabytes']:>10.0f}"
        )


if __name__ == "__main__":
    main()
