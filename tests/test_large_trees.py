"""Trees that nobody here wrote take no longer for their size than they did: some analyses go wrong with size alone."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

MOST = 75
"""Times what Python needs to parse the same files. When this was written it took 33 times that, in both."""
PARSE = """
import ast, pathlib
for path in pathlib.Path(".").rglob("*.py"):
    ast.parse(path.read_bytes())
"""


def seconds(command: list[str], folder: Path, codes: tuple[int, ...] = (0,)) -> float:
    """User time of a command and its children, in seconds: what a busy machine changes least."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    safe = os.environ | {"PYTHONSAFEPATH": "1"}  # what is in the folder is read, not imported
    done = subprocess.run([sys.executable, *command], cwd=folder, env=safe, capture_output=True, text=True, check=False)
    assert done.returncode in codes, done.stderr[-2000:]
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


@pytest.mark.parametrize("package", ["distributed", "hypothesis"])
def test_a_large_tree_takes_a_bounded_time(package: str, tmp_path: Path) -> None:
    found = find_spec(package)
    assert found is not None and found.origin is not None
    shutil.copytree(Path(found.origin).parent, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    parsing = min(seconds(["-c", PARSE], tmp_path) for _ in range(3))
    analysing = seconds(["-m", "statelint", "check", "--no-cache", "--isolated", "."], tmp_path, (0, 1))
    assert analysing < MOST * parsing, f"{analysing:.1f} s, and parsing {parsing:.2f} s"
