"""The pages about the interface: current, and every test that they name is there and is run."""

from __future__ import annotations

import ast
from pathlib import Path

import feature_page
import first_minutes
import pytest

TESTS = Path(__file__).parent


def test_the_feature_page_is_current() -> None:
    assert feature_page.PAGE.read_text() == feature_page.page(), "run `python tests/feature_page.py`"


@pytest.mark.parametrize("section", feature_page.FEATURES)
def test_every_feature_names_tests_that_exist(section: str) -> None:
    for what, named in feature_page.FEATURES[section]:
        assert named.split(), what
        for file, name in feature_page.tests(named):
            tree = ast.parse((TESTS / file).read_text())
            assert name in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}, f"{what}: {file}::{name}"


def test_the_first_minutes_are_as_they_are_shown() -> None:
    assert first_minutes.PAGE.read_text() == first_minutes.page(), "run `python tests/first_minutes.py`"
