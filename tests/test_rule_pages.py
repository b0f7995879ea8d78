"""The pages of rules in `docs/` are those that the rules' data give, and their examples do what they say."""

from __future__ import annotations

import json
from pathlib import Path

import measured
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


def test_pages_say_how_right_the_rule_was_where_that_is_known() -> None:
    rules = {rule.code: rule for rule in load_rules()}
    counts = json.loads(measured.FILE.read_text())
    assert set(counts) <= set(rules) and all(0 <= right <= found for right, found in counts.values())
    right, found = counts["SL101"]
    said = f"On the labelled applications that it was developed with, {right} of its {found} findings are right."
    assert said in rule_pages.page(rules["SL101"])


def test_right_is_what_a_person_called_state(tmp_path: Path) -> None:
    example = next(rule.example for rule in load_rules() if rule.code == "SL101")
    assert example
    (tmp_path / "apps" / "shop").mkdir(parents=True)
    (tmp_path / "apps" / "shop" / "app.py").write_text(example.bad)
    line = example.bad.splitlines().index("CARTS = {}") + 1
    for verdict, where, counts in (("definite", line, [1, 1]), ("benign", line, [0, 1]), ("definite", 99, [0, 1])):
        label = {"path": "app.py", "line": where, "verdict": verdict}
        (tmp_path / "shop.jsonl").write_text(json.dumps(label) + "\n")
        assert measured.measured(tmp_path, tmp_path / "apps") == {"SL101": counts}
