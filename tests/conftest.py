"""What all tests share: where things are, and one way to analyse a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from statelint.findings import Report

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
EXAMPLES = ROOT / "examples"


@pytest.fixture
def analyse() -> Callable[..., Report]:
    """`analyse(root, **settings)` gives the report on one folder, arguable findings included, without a cache."""
    from analysing import analyse

    return analyse
