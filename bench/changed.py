"""One file changed in the largest tree: how much longer that takes than a run in which nothing has changed.

    python bench/changed.py                      # LiteLLM, a million lines
    python bench/changed.py --tree ../service

A line of code is added at the end of the middle one of the tree's Python files by size, another one each round, then a
comment, and statelint is asked with `--timings` how much it read anew. Written to `bench/results/changed.json`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders import others, statelint
from results import keep, machine
from timing import timed
from trees import SIX, WORK, application, environment, size


def middle_file(tree: Path) -> Path:
    """The file of the middle size, of those of more than a few lines that are no tests."""
    files = [path for path in tree.rglob("*.py") if path.stat().st_size > 500 and "test" not in path.as_posix()]
    return sorted(files, key=lambda path: (path.stat().st_size, path.as_posix()))[len(files) // 2]


def extracted(command: list[str], tree: Path) -> int:
    """How many sources a run reads anew, as it says."""
    done = subprocess.run([*command, "--timings"], cwd=tree, capture_output=True, text=True, check=True)
    found = re.search(r"(\d+) extracted", done.stderr)
    return int(found[1]) if found else 0


def main() -> None:
    """Fill a cache, then change a file again and again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirement", nargs="?", default=SIX[4])
    parser.add_argument("--tree", type=Path, help="a folder to use in the place of a requirement")
    parser.add_argument("-n", "--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    commands = environment(options.work, "growth", ("ruff",))
    original = options.tree.resolve() if options.tree else application(options.requirement, options.work)
    warm, changed, comment, ruff, anew = [], [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(shutil.copytree(original, Path(folder) / "tree"))
        file = middle_file(tree)
        command = [*statelint(commands, Path(folder) / "cache"), "."]
        first = timed(command, tree).seconds
        for number in range(options.rounds):
            warm.append(timed(command, tree).seconds)
            ruff.append(timed(others(commands, ("ruff",))["ruff"], tree).seconds)
            with file.open("a") as out:
                out.write(f"\nADDED_{number} = {number}\n")
            changed.append(timed(command, tree).seconds)
            with file.open("a") as out:
                out.write(f"# comment {number}\n")
            comment.append(timed(command, tree).seconds)
            with file.open("a") as out:
                out.write(f"AGAIN_{number} = {number}\n")
            anew.append(extracted(command, tree))
            times = f"warm {warm[-1]:.2f} s, changed {changed[-1]:.2f} s, a comment {comment[-1]:.2f} s"
            print(f"{times}, {anew[-1]} read anew", file=sys.stderr)
    result: dict[str, object] = {
        "application": options.tree.name if options.tree else options.requirement,
        **size(original, (".py",)),
        "machine": machine(),
        "changed_file": file.relative_to(tree).as_posix(),
        "read_anew": sorted(set(anew)),
        "warm_seconds": round(statistics.median(warm), 3),
        "changed_seconds": round(statistics.median(changed), 3),
        "more_seconds": round(statistics.median(changed) - statistics.median(warm), 3),
        "comment_seconds": round(statistics.median(comment), 3),
        "comment_more_seconds": round(statistics.median(comment) - statistics.median(warm), 3),
        "changed_to_cold": round(statistics.median(changed) / first, 3),
        "changed_to_ruff": round(statistics.median(changed) / statistics.median(ruff), 2),
        "warm_to_ruff": round(statistics.median(warm) / statistics.median(ruff), 2),
    }
    keep(options.output or "changed", result)
    print("\n".join(f"{key:18}{value}" for key, value in result.items()))


if __name__ == "__main__":
    main()
