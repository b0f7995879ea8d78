"""Times statelint beside ruff, bandit and pylint on one real application, all in one run.

    python bench/run.py                        # Open WebUI 0.12.4 from PyPI, medians of 5
    python bench/run.py mlflow==3.18.0 -n 3    # another one
    python bench/run.py --tree ../service      # a folder
    python bench/run.py --tree ../charts --configuration    # configuration files, beside yamllint and checkov

Only the standard library is needed. The tools are installed into an environment of their own below `--work`; the
rounds are interleaved (each tool once, then each again), so that a busy machine slows all of them alike. Times differ
between machines; the ratios do not much, and they are what the JSON file is for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
APPLICATION = "open-webui==0.12.4"
CODE = ("ruff", "bandit", "pylint")
CONFIGURATION = ("yamllint", "checkov")
"""Rivals, the quickest first: ratios are given to that one too."""


class Contender(NamedTuple):
    """One row of the table. `rounds` is how often it is timed: the slow ones less often."""

    name: str
    command: list[str]
    rounds: int
    accepts: tuple[int, ...] = (0,)
    """Exit codes that only tell of findings."""


class Sample(NamedTuple):
    seconds: float
    exit_code: int


def application(requirement: str, work: Path) -> Path:
    """The unpacked wheel of a PyPI requirement; downloaded once."""
    root = work / "trees" / requirement.replace("==", "-")
    if not root.is_dir():
        wheels = work / "wheels" / root.name
        print(f"downloading {requirement}", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--python-version", "3.12", "--dest", str(wheels), requirement], check=True)
        part = root.with_name(root.name + ".part")
        zipfile.ZipFile(next(wheels.glob("*.whl"))).extractall(part)
        part.rename(root)
    return root


def environment(work: Path, rivals: tuple[str, ...]) -> Path:
    """The folder of commands of a virtual environment that holds the rivals and this checkout of statelint."""
    home = work / f"environment-{rivals[0]}"
    commands = home / "bin"
    if not (commands / rivals[-1]).exists():
        print(f"installing {', '.join(rivals)} into {home}", file=sys.stderr)
        venv.create(home, with_pip=True)
        subprocess.run([str(commands / "pip"), "install", "--quiet", *rivals], check=True)
    subprocess.run([str(commands / "pip"), "install", "--quiet", "--editable", str(HERE.parent)], check=True)
    return commands


def contenders(commands: Path, cache: Path, rounds: int, slow_rounds: int, rivals: tuple[str, ...]) -> list[Contender]:
    """What is timed: each tool as its users start it, with its own default rules and no configuration."""
    check = [str(commands / "statelint"), "check", "--exit-zero", "--isolated", "--output-format", "json"]
    run = {name: str(commands / name) for name in rivals}
    others = {
        "ruff": (["check", "--no-cache", "--isolated", "--exit-zero", "-q", "."], rounds, (0,)),
        "bandit": (["-q", "-r", "-f", "json", "--exit-zero", "."], slow_rounds, (0,)),
        "pylint": (["--jobs=0", "--exit-zero", "--recursive=y", "."], slow_rounds, (0,)),
        "yamllint": (["-d", "relaxed", "--no-warnings", "-f", "parsable", "."], rounds, (0, 1)),
        "checkov": (
            ["-d", ".", "--quiet", "--compact", "--soft-fail", "--skip-download", "-o", "json"],
            slow_rounds,
            (0,),
        ),
    }
    return [
        Contender("statelint cold", [*check, "--no-cache", "."], rounds),
        Contender("statelint warm", [*check, "--cache-dir", str(cache), "."], rounds),
        *(Contender(name, [run[name], *others[name][0]], others[name][1], others[name][2]) for name in rivals),
    ]


def timed(command: list[str], tree: Path) -> Sample:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return Sample(time.perf_counter() - start, done.returncode)


def peak_megabytes(command: list[str], tree: Path) -> float | None:
    """The largest sum of proportional set sizes of the command and its descendants; None where /proc is missing.

    A run of its own, since looking costs time.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, sum(_kilobytes(pid) for pid in _family(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    done.set()
    watcher.join()
    return round(peak / 1024, 1)


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                queue += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _kilobytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def size(tree: Path, endings: tuple[str, ...]) -> dict[str, int]:
    files = [path for path in tree.rglob("*") if path.suffix in endings and path.is_file()]
    return {"files": len(files), "lines": sum(path.read_bytes().count(b"\n") for path in files)}


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
        row[f"to_{rival}"] = round(own / medians[rival], 2)
    return rows


def table(result: dict[str, object], rival: str) -> str:
    lines = [
        f"| tool | runs | median | fastest | peak memory | × statelint cold | × {rival} |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in result["rows"]:  # type: ignore[attr-defined]
        memory = "" if row["peak_megabytes"] is None else f"{row['peak_megabytes']:.0f} MB"
        lines.append(
            f"| {row['name']} | {row['runs']} | {row['median_seconds']:.2f} s | {row['fastest_seconds']:.2f} s "
            f"| {memory} | {row['to_statelint_cold']} | {row[f'to_{rival}']} |"
        )
    return "\n".join(lines)


def versions(commands: Path, rivals: tuple[str, ...]) -> dict[str, str]:
    freeze = subprocess.run([str(commands / "pip"), "list", "--format", "json"], capture_output=True, check=True)
    wanted = {*rivals, "statelint-py", "libcst"}
    return {row["name"]: row["version"] for row in json.loads(freeze.stdout) if row["name"] in wanted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirement", nargs="?", default=APPLICATION, help="a PyPI requirement with a wheel")
    parser.add_argument("--tree", type=Path, help="a folder to use in the place of a requirement")
    parser.add_argument("-n", "--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds of the slow ones; 0 leaves them out")
    parser.add_argument("--configuration", action="store_true", help="a tree of configuration files, not of code")
    parser.add_argument("--only", nargs="*", default=(), help="names of rows, e.g. 'statelint cold' ruff")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "statelint-bench")
    parser.add_argument("--output", type=Path, help="the JSON file; bench/results/<name>.json if absent")
    options = parser.parse_args()

    options.work.mkdir(parents=True, exist_ok=True)
    rivals = CONFIGURATION if options.configuration else CODE
    commands = environment(options.work, rivals)
    tree = options.tree.resolve() if options.tree else application(options.requirement, options.work)
    name = options.tree.name if options.tree else options.requirement
    with tempfile.TemporaryDirectory() as cache:
        rows = contenders(commands, Path(cache), options.rounds, options.slow_rounds, rivals)
        wanted = {"statelint cold", rivals[0], *options.only} if options.only else {row.name for row in rows}
        rows = [row for row in rows if row.rounds and row.name in wanted]
        measured = with_ratios(measure(rows, tree), rivals[0])
    result: dict[str, object] = {
        "application": name,
        **size(tree, (".yaml", ".yml") if options.configuration else (".py",)),
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "versions": versions(commands, rivals),
        "rows": measured,
    }
    output = options.output or HERE / "results" / f"{name.replace('==', '-')}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    print(f"{name}: {result['lines']} lines in {result['files']} files\n\n{table(result, rivals[0])}\n")
    print(f"written to {output}", file=sys.stderr)


if __name__ == "__main__":
    main()
