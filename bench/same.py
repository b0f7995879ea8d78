"""The same bytes out, whatever way was taken: large trees with and without the sift, in one process and in two.

    python bench/same.py                         # Open WebUI and Django; about 3 minutes
    python bench/same.py --six
    python bench/same.py --tree ../service

It ends with 1 when two reports on a tree differ, and says which.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from contenders import statelint
from trees import SIX, WORK, at_hand, environment

WAYS = ((), ("--no-sift",), ("--jobs", "1"))
"""Options that may change how the work is done, and nothing else."""


def differing(commands: Path, tree: Path) -> list[str]:
    """The options with which the report on a tree, arguable findings and all, is not that without any."""
    command = [*statelint(commands), "--pedantic"]
    reports = [subprocess.run([*command, *way, "."], cwd=tree, capture_output=True, check=True).stdout for way in WAYS]
    return [" ".join(way) for way, report in zip(WAYS, reports, strict=True) if report != reports[0]]


def main() -> int:
    """Compare the reports on each tree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--six", action="store_true", help="all six trees, in place of the first two")
    parser.add_argument("--tree", type=Path, help="a folder in place of these")
    parser.add_argument("--work", type=Path, default=WORK)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    commands = environment(options.work, "growth", ())
    found = False
    for name in [str(options.tree)] if options.tree else SIX if options.six else SIX[:2]:
        tree = options.tree.resolve() if options.tree else at_hand(name, options.work)
        if tree is None:
            continue
        others = differing(commands, tree)
        print(f"{name}: {'differs with ' + ' and '.join(others) if others else 'the same'}", flush=True)
        found = found or bool(others)
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
