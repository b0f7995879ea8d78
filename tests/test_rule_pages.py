"""The pages of the rules: one for each rule, current, and where the reports' links lead."""

from __future__ import annotations

import pytest
from rule_pages import FOLDER, pages

from statelint.findings import Rule
from statelint.rules import load_rules


def test_pages_are_current() -> None:
    wanted = pages()
    assert {path.name for path in FOLDER.glob("*.md")} == wanted.keys(), "run `python tests/rule_pages.py`"
    stale = [name for name, text in wanted.items() if (FOLDER / name).read_text() != text]
    assert not stale, "run `python tests/rule_pages.py`"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.code)
def test_each_page_says_what_a_reader_needs(rule: Rule) -> None:
    text = (FOLDER / f"{rule.name}.md").read_text()
    assert text.startswith(f"# {rule.name} ({rule.code})")
    for title in ("## The two-replica story", "## How to silence it"):
        assert title in text
    assert text.count("```") % 2 == 0
