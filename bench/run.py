"""Times statelint beside ruff, bandit and pylint on one real application, all in one run.

    python bench/run.py                        # Open WebUI 0.12.4 from PyPI, medians of 5
    python bench/run.py mlflow==3.18.0 -n 3    # another one
    python bench/run.py --six                  # the six trees that the figures of this project are about
    python bench/run.py --tree ../service      # a folder
    python bench/run.py --tree ../charts --configuration    # configuration files, beside yamllint and checkov

Only the standard library is needed. The tools are installed into an environment of their own below `--work`; the
rounds are interleaved (each tool once, then each again), so that a busy machine slows all of them alike. Times differ
between machines; the ratios do not much, and they are what the JSON file is for.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from contenders import CODE, CONFIGURATION, contenders, measure, with_ratios
from results import keep, machine
from trees import SIX, WORK, at_hand, environment, size, versions


def compare(name: str, tree: Path, options: argparse.Namespace) -> None:
    """One tree: its rounds, its table on stdout, and its file of results."""
    rivals = CONFIGURATION if options.configuration else (*CODE, *(["semgrep"] if options.semgrep else []))
    commands = environment(options.work, "tools-" + rivals[0], rivals)
    with tempfile.TemporaryDirectory() as cache:
        rows = contenders(commands, Path(cache), options.rounds, options.slow_rounds, rivals)
        wanted = {"statelint cold", rivals[0], *options.only} if options.only else {row.name for row in rows}
        rows = [row for row in rows if row.rounds and row.name in wanted]
        measured = with_ratios(measure(rows, tree), rivals[0])
    result: dict[str, object] = {
        "application": name,
        **size(tree, (".yaml", ".yml") if options.configuration else (".py",)),
        "machine": machine(),
        "versions": versions(commands, rivals),
        "rows": measured,
    }
    print(f"{name}: {result['lines']} lines in {result['files']} files\n\n{table(measured, rivals[0])}\n", flush=True)
    keep(options.output or name.replace("==", "-"), result)


def table(rows: list[dict[str, object]], rival: str) -> str:
    """The rows for people."""
    lines = [
        f"| tool | runs | median | fastest | peak memory | × statelint cold | × {rival} |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        memory = "" if row["peak_megabytes"] is None else f"{row['peak_megabytes']:.0f} MB"
        lines.append(
            f"| {row['name']} | {row['runs']} | {row['median_seconds']:.2f} s | {row['fastest_seconds']:.2f} s "
            f"| {memory} | {row['to_statelint_cold']} | {row['to_' + rival.replace(' ', '_')]} |"
        )
    return "\n".join(lines)


def main() -> None:
    """The trees that the command line names, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirement", nargs="?", default=SIX[0], help="a PyPI requirement with a wheel")
    parser.add_argument("--six", action="store_true", help="all six trees: hours with pylint, see bench/README.md")
    parser.add_argument("--tree", type=Path, help="a folder to use in the place of a requirement")
    parser.add_argument("-n", "--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds of the slow ones; 0 leaves them out")
    parser.add_argument("--semgrep", action="store_true", help="semgrep too, with the rules of bench/semgrep.yaml")
    parser.add_argument("--configuration", action="store_true", help="a tree of configuration files, not of code")
    parser.add_argument("--only", nargs="*", default=(), help="names of rows, e.g. 'statelint cold' ruff")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--output", type=Path, help="the JSON file; bench/results/<name>.json if absent")
    options = parser.parse_args()

    if options.tree:
        compare(options.tree.name, options.tree.resolve(), options)
        return
    for requirement in SIX if options.six else (options.requirement,):
        if tree := at_hand(requirement, options.work):
            compare(requirement, tree, options)


if __name__ == "__main__":
    main()
