"""How many findings on real applications are right, by what readers of their source said of each.

`bench/readings/manifest.json` names each application with its repository and commit, and says which findings were
read; `APP.jsonl` has one line for each: its place and object, the verdict of `what-counts.md` that reading the source
gave (definite, arguable or benign) and why. Precision is definite among definite and benign; arguable counts neither
way. A finding that nobody read is only counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

READINGS = Path(__file__).parent / "readings"
STATELINT = "statelint check --no-cache --isolated --exit-zero --output-format json ."
MEMORY = ("SL10", "SL11", "SL20")
"""How the codes of rules on process memory begin, and of those on stores in it."""
ROW = "{:18}{:>7}{:>10}{:>10}{:>8}{:>11}{:>10}{:>8}{:>7}"


def checked_out(app: str, source: Mapping[str, str], apps: Path) -> Path:
    """The folder of an application at its commit, fetched where it is not there yet."""
    folder = apps / app
    if not folder.is_dir():
        for step in (
            ["init", "-q", str(folder)],
            ["-C", str(folder), "fetch", "-q", "--depth", "1", source["repository"], source["commit"]],
            ["-C", str(folder), "checkout", "-q", "FETCH_HEAD"],
        ):
            subprocess.run(["git", *step], check=True)
    return folder


def findings(folder: Path, command: str) -> list[dict[str, Any]]:
    """What statelint reports below a folder."""
    run = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False)
    reported: list[dict[str, Any]] = json.loads(run.stdout)["findings"]
    return reported


def read(app: str) -> list[dict[str, Any]]:
    """The readings of an application."""
    return [json.loads(line) for line in (READINGS / f"{app}.jsonl").read_text().splitlines()]


def label_of(finding: Mapping[str, Any], readings: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The reading of a finding: of the same object in the same file, or else at its very place."""
    place, name = finding["location"], finding["object"]["name"]
    here = [r for r in readings if r["path"] == place["path"] and r["rule"][:3] == finding["rule"][:3]]
    same = [r for r in here if r["name"] == name]
    return next(iter(same or [r for r in here if r["line"] == place["start"]["line"]]), None)


def percent(verdicts: Mapping[str, int]) -> str:
    """Precision in whole per cent."""
    told = verdicts["definite"] + verdicts["benign"]
    return f"{100 * verdicts['definite'] / told:.0f} %" if told else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", metavar="APP")
    parser.add_argument("--apps", type=Path, default=Path(".readings"), help="where the applications are, or go")
    parser.add_argument("--command", default=STATELINT)
    parser.add_argument("--memory", action="store_true", help="only rules on process memory")
    parser.add_argument("--list", action="store_true", help="print what is wrong, lost and not read")
    options = parser.parse_args()
    manifest = json.loads((READINGS / "manifest.json").read_text())
    total: Counter[str] = Counter()
    print(ROW.format("app", "read", "definite", "arguable", "benign", "precision", "silenced", "lost", "new"))
    for app, source in manifest.items():
        if options.only and app not in options.only:
            continue
        readings = [r for r in read(app) if not options.memory or r["rule"].startswith(MEMORY)]
        found = findings(checked_out(app, source, options.apps), options.command)
        found = [f for f in found if not options.memory or f["rule"].startswith(MEMORY)]
        labels = [(f, label_of(f, readings)) for f in found]
        kept = {id(label): label for _, label in labels if label is not None}
        gone = [r for r in readings if id(r) not in kept]
        row = Counter(label["verdict"] for label in kept.values())
        row["read"], row["new"] = len(readings), sum(label is None for _, label in labels)
        row["silenced"] = sum(r["verdict"] == "benign" for r in gone)
        row["lost"] = sum(r["verdict"] == "definite" for r in gone)
        show(app, row)
        total.update(row)
        if options.list:
            for r in (*(r for r in kept.values() if r["verdict"] == "benign"), *gone):
                how = "wrong" if id(r) in kept else "gone "
                print(f"   {how} {r['verdict']} {r['path']}:{r['line']} {r['name']}")
            for f in (f for f, label in labels if label is None):
                place = f["location"]
                print(f"   new {place['path']}:{place['start']['line']} {f['rule']} {f['object']['name']}")
        sys.stdout.flush()
    show("all", total)


def show(app: str, row: Mapping[str, int]) -> None:
    print(
        ROW.format(
            app, row["read"], row["definite"], row["arguable"], row["benign"], percent(row), row["silenced"],
            row["lost"], row["new"],
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
