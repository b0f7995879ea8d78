"""Every `fixed/` project of a rule with a fix is what its fixes make of the `bad/` one, byte for byte."""

from __future__ import annotations

from pathlib import Path

import fixed
import pytest
from conftest import FIXTURES

from statelint.rules import load_rules


@pytest.mark.parametrize("project", fixed.projects(), ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_fixes_make_the_fixed_project(project: Path) -> None:
    assert fixed.mended(fixed.bad(project)) == fixed.files(project), "renew with `python tests/fixed.py`"


@pytest.mark.parametrize("rule", [rule for rule in load_rules() if rule.fix], ids=lambda rule: rule.name)
def test_a_rule_with_a_fix_shows_it(rule) -> None:  # type: ignore[no-untyped-def]
    assert list((FIXTURES / rule.name / "fixed").glob("*")), f"no project in tests/fixtures/{rule.name}/fixed"
