"""Where results are kept: JSON that is the same for the same figures, one file a question."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def keep(name: str | Path, result: dict[str, object]) -> None:
    """Write a result below `bench/results/`, or to a file."""
    target = name if isinstance(name, Path) else RESULTS / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    print(f"written to {target}", file=sys.stderr)


def machine() -> dict[str, object]:
    """What absolute figures depend on."""
    return {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
