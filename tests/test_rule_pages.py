"""The pages of rules in `docs/` are those that the rules' data give."""

from __future__ import annotations

import rule_pages


def test_pages_are_current() -> None:
    there = {p.relative_to(rule_pages.DOCS).as_posix(): p.read_text() for p in rule_pages.DOCS.glob("rules/*.md")}
    assert there == rule_pages.pages(), "run `python tests/rule_pages.py`"
