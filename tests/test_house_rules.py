"""House rules: rules of one's own in YAML, used by `check` and tested by `statelint test`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import statelint

RULE = """
code: HOUSE1
name: no-carts
category: store
severity: warning
since: "1"
check: state
with:
  category: store
summary: A store in memory, as our house calls it.
message: "`{object}` is kept in memory"
why: Our shops have four replicas.
replace: [shared-store]
"""
BAD = """from flask import Flask

app = Flask(__name__)
PARCELS = {}@


@app.post("/<user>")
def add(user):
    PARCELS[user] = 1
    return "ok"
"""
GOOD = "from flask import Flask\n\napp = Flask(__name__)\nPARCELS = {}\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A project with a folder of house rules and its tests."""
    rules = tmp_path / "house"
    (rules / "no-carts" / "bad").mkdir(parents=True)
    (rules / "no-carts" / "good").mkdir()
    (rules / "no-carts.yaml").write_text(RULE)
    (rules / "no-carts" / "bad" / "web.py").write_text(BAD.replace("@", "  # expect: HOUSE1", 1))
    (rules / "no-carts" / "good" / "web.py").write_text(GOOD)
    (tmp_path / "pyproject.toml").write_text('[tool.statelint]\nrules = ["house"]\nexclude = ["house"]\n')
    return tmp_path


def test_check_uses_the_rules_of_the_house(house: Path) -> None:
    (house / "web.py").write_text(BAD.replace("@", "", 1))
    outcome = statelint("check", "--no-cache", "--select", "HOUSE1", "--output-format", "json", cwd=house)
    findings = json.loads(outcome.out)["findings"]
    assert [(f["rule"], f["severity"], f["location"]["path"]) for f in findings] == [("HOUSE1", "warning", "web.py")]


def test_the_projects_beside_a_rule_pass(house: Path) -> None:
    outcome = statelint("test", cwd=house)
    assert outcome.out.decode().splitlines() == ["passed  no-carts/bad/web.py", "passed  no-carts/good/web.py"]
    assert outcome.code == 0 and b"2 projects run, 0 failed" in outcome.err


def test_a_wrong_expectation_fails_in_both_directions(house: Path) -> None:
    (house / "house/no-carts/bad/web.py").write_text(BAD.replace("@", "", 1) + "x = 1  # expect: no-carts\n")
    outcome = statelint("test", "house", cwd=house)
    assert outcome.code == 1
    assert "not found: web.py:11: HOUSE1" in outcome.out.decode()
    assert "unexpected: web.py:4: HOUSE1" in outcome.out.decode()


def test_a_bad_project_must_expect_its_rule(house: Path) -> None:
    (house / "house/no-carts/bad/quiet.py").write_text(GOOD)
    outcome = statelint("test", cwd=house)
    assert outcome.code == 1 and "no comment expects HOUSE1" in outcome.out.decode()


def test_a_rule_without_projects_is_lacking(house: Path) -> None:
    (house / "house" / "other.yaml").write_text(RULE.replace("HOUSE1", "HOUSE2").replace("no-carts", "no-parcels"))
    outcome = statelint("test", cwd=house)
    assert outcome.code == 1 and "HOUSE2 (no-parcels) has no bad project" in outcome.out.decode()


@pytest.mark.parametrize(
    ("arguments", "message"), [(["nowhere"], "no such folder: nowhere"), ([], "the configuration names none")]
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], message: str) -> None:
    outcome = statelint("test", *arguments, cwd=tmp_path)
    assert outcome.code == 2 and message in outcome.err.decode()


def test_a_broken_rule_is_wrong_configuration(house: Path) -> None:
    (house / "house" / "no-carts.yaml").write_text(RULE.replace("severity", "severty"))
    outcome = statelint("test", cwd=house)
    assert outcome.code == 2 and "did you mean `severity`?" in outcome.err.decode()
