"""How right each rule is on labelled applications, for its page: `python tests/measured.py LABELS APPLICATIONS`.

LABELS has one `NAME.jsonl` an application, a label a line (`path`, `line`, further lines in `also`, `verdict`), and
APPLICATIONS a folder of each name. A finding is right when its own place, or else a step of its trace, is within a line
of what a person called definite or arguable. The counts go into `rules/measured.json`; without labels nothing is known.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from statelint.config import load
from statelint.findings import Finding
from statelint.run import Way, run
from statelint.spans import Span

FILE = Path(__file__).parents[1] / "rules" / "measured.json"


def touches(span: Span, label: dict[str, Any]) -> bool:
    """Whether a place is on a line of a label, or beside it."""
    return span.path == label["path"] and any(abs(span.line - n) <= 1 for n in (label["line"], *label.get("also", ())))


def is_right(finding: Finding, labels: list[dict[str, Any]]) -> bool:
    """Whether the finding is about something that a person called state."""
    here = [label for label in labels if touches(finding.span, label)]
    exact = [label for label in here if label["line"] == finding.span.line]
    if here:
        return (exact or here)[0]["verdict"] != "benign"
    steps = [step.span for step in finding.trace]
    return any(label["verdict"] != "benign" and any(touches(span, label) for span in steps) for label in labels)


def measured(labels: Path, applications: Path) -> dict[str, list[int]]:
    """Rule → how many of its findings are right, of how many."""
    right, all_ = Counter[str](), Counter[str]()
    for file in sorted(labels.glob("*.jsonl")):
        root = applications / file.stem
        rows = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
        for finding in run(root, load(root).config, Way(use_cache=False)).findings:
            if finding.rule.check:
                all_[finding.rule.code] += 1
                right[finding.rule.code] += is_right(finding, rows)
    return {code: [right[code], all_[code]] for code in sorted(all_)}


if __name__ == "__main__":
    found = measured(Path(sys.argv[1]), Path(sys.argv[2]))
    FILE.write_text("{\n" + ",\n".join(f'  "{code}": {row}' for code, row in found.items()) + "\n}\n")
