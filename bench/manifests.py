"""Ten thousand configuration files, cold and warm: those of the fixtures, repeated under new names.

    python bench/manifests.py
    python bench/manifests.py --files 1000 --rivals     # beside yamllint and checkov

Written to `bench/results/manifests.json`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from contenders import CONFIGURATION, contenders, measure, with_ratios
from results import keep, machine
from run import table
from trees import HERE, WORK, environment, size, versions

NAME = re.compile(rb"^(\s*(?:- )?name: *)([\w-]+)[ \t]*$", re.MULTILINE)
FOLDER = 50
"""Files of one folder, as of one chart or service."""


def write(target: Path, files: int) -> None:
    """Copies of the fixtures' YAML, each with names of its own, in folders."""
    fixtures = HERE.parent / "tests" / "fixtures"
    originals = sorted(path for ending in ("*.yaml", "*.yml") for path in fixtures.rglob(ending))
    for number in range(files):
        original = originals[number % len(originals)]
        folder = target / f"service_{number // FOLDER}"
        folder.mkdir(parents=True, exist_ok=True)
        text = NAME.sub(rb"\g<1>\g<2>-%d" % number, original.read_bytes())
        (folder / f"{number}_{original.name}").write_bytes(text.rstrip(b"\n") + b"\n# copy %d\n" % number)


def main() -> None:
    """Write the tree, and time it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rivals", action="store_true", help="yamllint and checkov too, once each")
    parser.add_argument("-n", "--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    tree = options.work / "manifests"
    shutil.rmtree(tree, ignore_errors=True)
    write(tree, options.files)
    rivals = CONFIGURATION if options.rivals else ()
    commands = environment(options.work, "configuration", rivals)
    with tempfile.TemporaryDirectory() as cache:
        rows = measure(contenders(commands, Path(cache), options.rounds, 1, rivals), tree)
    with_ratios(rows, "statelint warm")
    result: dict[str, object] = {
        **size(tree, (".yaml", ".yml")),
        "machine": machine(),
        "versions": versions(commands, rivals),
        "rows": rows,
    }
    keep(options.output or "manifests", result)
    print(f"{result['lines']} lines in {result['files']} files\n\n{table(rows, 'statelint warm')}")


if __name__ == "__main__":
    main()
