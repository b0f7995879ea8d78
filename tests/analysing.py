"""One way to analyse a folder in a test: the whole pipeline in this process, without a cache, arguable included."""

from __future__ import annotations

from pathlib import Path

from statelint.findings import Report


def analyse(root: Path) -> Report:
    """The report on one folder as a project of its own."""
    raise NotImplementedError
