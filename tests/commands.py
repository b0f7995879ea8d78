"""The command line, started as users start it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

WITH_MODULES = """
import json, sys
from statelint.cli import run
run(sys.argv[1:])
print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


class Outcome(NamedTuple):
    code: int
    out: bytes
    err: bytes


def statelint(*arguments: str, cwd: Path, **environment: str) -> Outcome:
    """Run `statelint ARGUMENTS` in a folder."""
    program = [sys.executable, "-c", "from statelint.cli import main; main()"]
    return _run([*program, *arguments], cwd, environment)


def modules_loaded_by(*arguments: str, cwd: Path) -> set[str]:
    """The names in `sys.modules` after `statelint ARGUMENTS` has run."""
    outcome = _run([sys.executable, "-c", WITH_MODULES, *arguments], cwd, {})
    return set(json.loads(outcome.err.splitlines()[-1]))


def _run(command: list[str], cwd: Path, environment: dict[str, str]) -> Outcome:
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **environment}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=120, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)
