"""The pages of rules in `docs/` are those that the rules' data give, and their examples do what they say."""

from __future__ import annotations

import pytest
import rule_pages

from statelint.findings import Rule
from statelint.rules import load_rules


def test_pages_are_current() -> None:
    there = {p.relative_to(rule_pages.DOCS).as_posix(): p.read_text() for p in rule_pages.DOCS.glob("rules/*.md")}
    assert there == rule_pages.pages(), "run `python tests/rule_pages.py`"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_the_example_has_its_finding_and_is_mended(rule: Rule) -> None:
    assert rule.example, "each rule shows an example"
    found = [f.rule.code for f in rule_pages.analysed(rule.example, rule.example.bad).findings]
    assert sorted(found) == sorted([rule.code, *rule.example.also])
    assert not rule_pages.analysed(rule.example, rule.example.good).findings
    assert rule.example.bad in rule_pages.page(rule)
