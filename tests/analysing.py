"""One way to analyse a folder in a test: the whole pipeline in this process, without a cache, nothing held back."""

from __future__ import annotations

from pathlib import Path

from statelint.config import load
from statelint.findings import Report
from statelint.run import Way, run


def analyse(root: Path) -> Report:
    """The report on one folder as a project of its own."""
    return run(root, load(root, {"pedantic": True, "preview": True}).config, Way(use_cache=False))
