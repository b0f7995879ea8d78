"""Rules and replacement templates: what loading refuses, and that what ships is complete."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from statelint.advise import Template, TemplateError, replacement, template
from statelint.pages import as_json, markdown, text
from statelint.rules import RuleError, load_rules, matches, parse_rule, unknown_selector
from statelint.shipped import rules_folder

GOOD = """
code: SL199
name: bad-thing
category: store
severity: error
since: "0.1"
check: state
summary: A bad thing.
message: "`{object}` is bad"
why: It breaks.
replace: [shared-store]
"""
TEMPLATES = sorted(path.stem for path in (rules_folder() / "replacements").glob("*.yaml"))


def test_a_good_rule() -> None:
    rule = parse_rule(GOOD.encode(), "x.yaml")
    assert rule.code == "SL199" and rule.replace == ("shared-store",) and rule.confidence.value == "high"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("summary:", "sumary:", "did you mean `summary`?"),
        ("why: It breaks.\n", "", "why"),
        ("replace: [shared-store]\n", "", "replace"),
        ("category: store", "category: stor", "did you mean `store`?"),
        ("severity: error", "severity: fatal", "fatal"),
    ],
)
def test_refusals(old: str, new: str, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(GOOD.replace(old, new).encode(), "memory/x.yaml")
    assert message in str(refused.value) and "memory/x.yaml" in str(refused.value)


def test_codes_and_names_are_used_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(GOOD)
    with pytest.raises(RuleError, match="two rules have the code `SL199`"):
        load_rules(tmp_path)


def test_rules_of_a_house_are_added(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD)
    assert {rule.code for rule in load_rules(house=(tmp_path,))} == {rule.code for rule in load_rules()} | {"SL199"}


def test_selectors() -> None:
    rule = parse_rule(GOOD.encode(), "x.yaml")
    for good in ("ALL", "SL199", "bad-thing", "SL1", "SL", "cat:store"):
        assert matches(rule, good)
    for bad in ("SL2", "bad", "cat:cache", "sl199", "SL1999"):
        assert not matches(rule, bad)
    assert unknown_selector([rule], "bad-thin") == "no rule `bad-thin`; did you mean `bad-thing`?"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_each_rule_that_ships_is_complete(rule) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"SL[1-79]\d\d", rule.code) and re.fullmatch(r"[a-z0-9-]+", rule.name)
    assert rule.summary.endswith(".") and not rule.message.endswith(".") and rule.help
    assert not rule.check or hasattr(import_module(f"statelint.checks.{rule.check}"), "check")
    for name in rule.replace:
        assert isinstance(template(name), Template)
    assert all(word in text(rule) for word in (rule.code, rule.name, rule.category))
    assert markdown(rule).startswith(f"# {rule.name} ({rule.code})\n")
    assert as_json(rule)["code"] == rule.code


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_is_used_and_its_python_parses(name: str) -> None:
    for variant in template(name).variants:
        body = "".join(f"    {line}\n" for line in variant.snippet.splitlines())
        try:
            ast.parse(variant.snippet)
        except SyntaxError:  # an excerpt of a coroutine
            ast.parse(f"async def excerpt():\n{body}    pass\n")
        assert max(map(len, variant.snippet.splitlines())) <= 120


def test_the_variant_that_fits_the_project_is_taken() -> None:
    def title(*imports: str) -> str:
        found = replacement(["shared-session"], frozenset(imports))
        assert found is not None
        return found.title

    assert "Flask-Session" in title("flask", "redis")
    assert "cache that all replicas share" in title("django")
    assert title() == template("shared-session").title


def test_template_refusals(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="did you mean `shared-store`"):
        template("shared-stor")
    (tmp_path / "odd.yaml").write_text("kind: x\ntitle: y\nvariants: [{snippet: a, when: {imports: [b]}}]\n")
    with pytest.raises(TemplateError, match="must fit everywhere"):
        template("odd", tmp_path)
    (tmp_path / "typo.yaml").write_text("kind: x\ntitel: y\nvariants: []\n")
    with pytest.raises(TemplateError, match="titel"):
        template("typo", tmp_path)
