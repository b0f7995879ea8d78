"""Options of `check` that change what is shown, how it is said and how the run ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import Outcome, statelint

WEB = """import threading
from flask import Flask

app = Flask(__name__)
CARTS = {}
HITS = {}
LOCKS = {}


@app.post("/cart/<user>")
def add(user):
    CARTS[user] = 1
    HITS[user] = HITS.get(user, 0) + 1
    with LOCKS.setdefault(user, threading.Lock()):
        return "ok"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "web.py").write_text(WEB)
    return tmp_path


def check(project: Path, *arguments: str) -> Outcome:
    return statelint("check", "--no-cache", *arguments, cwd=project)


def found(project: Path, *arguments: str) -> dict[str, str]:
    document = json.loads(check(project, "--output-format", "json", *arguments).out)
    return {f["object"]["name"]: f["severity"] for f in document["findings"]}


def test_levels_and_thresholds(project: Path) -> None:
    assert found(project) == {"web:CARTS": "error", "web:HITS": "error"}
    assert found(project, "--pedantic")["web:LOCKS"] in ("warning", "note")
    assert found(project, "--warn", "SL101", "--note", "cat:counter") == {"web:CARTS": "warning", "web:HITS": "note"}
    assert found(project, "--note", "ALL", "--error", "SL103") == {"web:CARTS": "note", "web:HITS": "error"}
    assert found(project, "--note", "SL101", "--min-severity", "warning") == {"web:HITS": "error"}
    assert found(project, "--min-confidence", "high", "--pedantic") == {"web:CARTS": "error", "web:HITS": "error"}
    assert found(project, "--select", "SL103,SL5") == {"web:HITS": "error"}
    assert found(project, "--ignore", "process-local-counter") == {"web:CARTS": "error"}
    assert found(project, "--config", "select = ['SL5']", "--extend-select", "SL101") == {"web:CARTS": "error"}


def test_exit_codes_by_option(project: Path) -> None:
    assert check(project).code == 1
    assert check(project, "--exit-zero").code == 0
    assert check(project, "--warn", "ALL").code == 0
    assert check(project, "--warn", "ALL", "--fail-on", "warning").code == 1
    (project / "broken.py").write_text("def (:\n")
    assert check(project).code == 1
    assert check(project, "--strict").code == 3 and check(project, "--strict", "--exit-zero").code == 3
    assert check(project, "--warn", "ALL", "--strict").code == 3


def test_what_is_said_beside_the_findings(project: Path) -> None:
    outcome = check(project, "--statistics", "--max-findings", "1")
    assert len(outcome.out.splitlines()) == 1
    told = outcome.err.decode()
    assert "1  SL101  error    mutable-module-state" in told and "1  SL103  error    process-local-counter" in told
    assert "2 findings (2 errors) in 2 files, 1 way in" in told
    assert "shown: the first 1 (--max-findings)" in told
    assert check(project, "-q").err == b""
    assert "ways in: 1 by flask" in check(project, "-v").err.decode()
    (project / "tests").mkdir()
    (project / "tests" / "data.yaml").write_text("a: *nowhere\n")
    assert check(project, "--strict").code == 1, "a broken file of the tests is no part of the service"
    (project / "data.yaml").write_text("a: *nowhere\n")
    (project / "data2.yaml").write_text("a: *nowhere\n")
    told = check(project).err.decode()
    assert "not analysed: data.yaml:1: " in told and "; 1 more problem (-v)" in told
    assert "data2.yaml:1: syntax: " in check(project, "-v").err.decode()


def test_many_findings_get_a_way_out(project: Path) -> None:
    names = [f"STATE_{n}" for n in range(30)]
    writes = "".join(f"    {name}[user] = 1\n" for name in names)
    (project / "web.py").write_text(
        "from flask import Flask\napp = Flask(__name__)\n" + "".join(f"{n} = {{}}\n" for n in names)
        + f'@app.post("/<user>")\ndef add(user):\n{writes}'
    )  # fmt: skip
    assert "many at once: `statelint audit`" in check(project).err.decode()
    assert "many at once" not in check(project, "--select", "SL5").err.decode()


def test_without_the_configuration(project: Path) -> None:
    (project / "statelint.toml").write_text('ignore = ["ALL"]\n')
    assert found(project) == {} and len(found(project, "--isolated")) == 2
    other = project / "other.toml"
    other.write_text('ignore = ["SL101"]\n')
    assert found(project, "--config", "other.toml") == {"web:HITS": "error"}
