"""A fleet of packages from PyPI, analysed here and on a local cluster of two workers, one of which is killed half-way.

    python bench/fleet.py                            # the packages of bench/fleet.txt, on Dask; about 15 minutes
    python bench/fleet.py --kind ray --most 20       # the first 20 of them, on Ray

It ends with 1 when the reports differ by a byte, or when the cluster gave anything up. The figures go to
`bench/results/fleet-<kind>.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from clusters import running  # noqa: E402
from results import keep  # noqa: E402
from trees import WORK, at_hand, environment, size  # noqa: E402


def listed(names: list[str], work: Path) -> tuple[Path, list[Path]]:
    """The list of the fleet, and its trees."""
    trees = [tree for name in names if (tree := at_hand(name, work))]
    file = work / "fleet.list"
    file.write_text("".join(f"{tree.name} = {tree}\n" for tree in trees))
    return file, trees


def report(command: list[str], output: Path) -> subprocess.Popen[bytes]:
    """`statelint fleet` at work, its JSON on the way to a file."""
    with output.open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)


def finished(process: subprocess.Popen[bytes]) -> str:
    """What a run said, once it is over; everything but findings is an error."""
    _, said = process.communicate()
    if process.returncode not in (0, 1):
        raise SystemExit(f"ended with {process.returncode}: {said.decode()}")
    return said.decode()


def main() -> int:
    """Download, run both ways, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("dask", "ray"), default="dask")
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--packages", type=Path, default=HERE / "fleet.txt")
    parser.add_argument("--work", type=Path, default=WORK)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)

    names = [line for line in options.packages.read_text().split("\n") if line and not line.startswith("#")]
    file, trees = listed(names[: options.most], options.work)
    sizes = [size(tree, (".py",)) for tree in trees]
    commands = environment(options.work, "fleet", ("distributed", "ray") if options.kind == "ray" else ("distributed",))
    fleet = [str(commands / "statelint"), "fleet", str(file), "--no-cache", "--output-format", "json"]
    os.environ["PATH"] = f"{commands}{os.pathsep}{os.environ['PATH']}"

    start = time.perf_counter()
    local = options.work / "fleet-local.json"
    said = finished(report([*fleet, "--jobs", "2"], local))
    here = time.perf_counter() - start
    print(f"here: {here:.0f} s {said}", file=sys.stderr)

    spread = options.work / f"fleet-{options.kind}.json"
    with tempfile.TemporaryDirectory() as logs, running(options.kind, Path(logs), commands / "python") as cluster:
        start = time.perf_counter()
        process = report([*fleet, "--executor", cluster.executor], spread)
        time.sleep(here / 3)
        assert process.poll() is None, "it was over before a worker could be killed"
        victim = cluster.workers()[0]
        os.kill(victim, signal.SIGKILL)
        print(f"killed worker {victim} after {time.perf_counter() - start:.0f} s", file=sys.stderr)
        said = finished(process)
        there = time.perf_counter() - start
    print(f"on {options.kind}: {there:.0f} s {said}", file=sys.stderr)

    same = local.read_bytes() == spread.read_bytes()
    summary = json.loads(local.read_text())["summary"]
    result = {
        "packages": len(trees),
        "python_files": sum(s["files"] for s in sizes),
        "python_lines": sum(s["lines"] for s in sizes),
        "summary": summary,
        "same_bytes": same,
        "given_up": "done here" in said,
        "cluster_to_here": round(there / here, 2),
    }
    keep(f"fleet-{options.kind}", result)
    print(json.dumps(result, indent=1))
    return 0 if same and "done here" not in said else 1


if __name__ == "__main__":
    sys.exit(main())
