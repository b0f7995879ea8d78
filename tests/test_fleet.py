"""Many repositories: ranked, each in a process of its own, with the same bytes wherever and in whatever order."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path

import jsonschema
import msgspec
import pytest
from clusters import running
from commands import statelint
from making import finding, report, rule
from msgspec.structs import replace

from statelint.config import ConfigError
from statelint.executors import named
from statelint.findings import Problem, Severity, Verdict
from statelint.fleet import Fleet, Outcome, Repository, fleet, process
from statelint.fleet.html import html
from statelint.fleet.listed import repositories
from statelint.fleet.text import as_json, markdown, text

STATE = """from flask import Flask
app = Flask(__name__)
SEEN_{0} = {{}}

@app.post('/')
def see():
    SEEN_{0}[1] = 2
"""
LIST = """# the organisation
organisation/*
twin = organisation/../elsewhere   # a name of its own
"""


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """A list, with three repositories in one folder and one elsewhere: two of them are configured."""
    for number in range(3):
        (tmp_path / f"organisation/small{number}").mkdir(parents=True)
        (tmp_path / f"organisation/small{number}/app.py").write_text(STATE.format(number) + "\n" * 100 * number)
    shutil.copytree(tmp_path / "organisation/small0", tmp_path / "elsewhere")
    (tmp_path / "organisation/small1/statelint.toml").write_text('[severity]\nSL101 = "note"\n')
    (tmp_path / "organisation/small2/statelint.toml").write_text('ignore = ["SL101"]\n')
    file = tmp_path / "repositories.txt"
    file.write_text(LIST)
    return file


def made(file: Path, *options: str, code: int = 1) -> bytes:
    outcome = statelint("fleet", str(file), "--no-cache", "--output-format", "json", *options, cwd=file.parent)
    assert outcome.code == code, outcome.err.decode()
    return outcome.out


def test_each_repository_is_analysed_as_if_alone(organisation: Path) -> None:
    found = json.loads(made(organisation))
    assert [row["name"] for row in found["repositories"]] == ["small0", "twin", "small1", "small2"]
    for row in found["repositories"]:
        alone = statelint("check", "--no-cache", "--output-format", "json", cwd=organisation.parent / row["path"])
        assert row["findings"] == json.loads(alone.out)["findings"]
    assert [row["weight"] for row in found["repositories"]] == [4, 4, 1, 0]
    assert found["summary"]["with_state"] == 3 and not found["failed"]
    assert found["rules"][0]["code"] == "SL101" and found["rules"][0]["repositories"] == 3


def test_jobs_order_and_cache_change_nothing(organisation: Path, tmp_path: Path) -> None:
    plain = made(organisation, "--jobs", "1")
    cached = ["fleet", str(organisation), "--output-format", "json", "--cache-dir", str(tmp_path / "cache")]
    for _ in ("cold", "warm"):
        assert statelint(*cached, cwd=tmp_path / "elsewhere").out == plain
    lines = organisation.read_text().splitlines()
    organisation.write_text("\n".join(reversed(lines)))
    assert made(organisation, "--jobs", "3") == plain


def orders(file: Path) -> tuple[list[Repository], list[process.Order]]:
    listed = list(repositories(file))
    return listed, [process.Order(str(r.root), {}, False) for r in listed]


def test_a_worker_killed_in_the_middle_loses_nothing(organisation: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    listed, wanted = orders(organisation)
    with running("dask", tmp_path) as cluster:
        asked = named(cluster.executor)
        found = {}
        for number, outcome in process.each(wanted, 1, asked):
            found[number] = outcome
            if len(found) == 1:
                os.kill(cluster.workers()[0], signal.SIGKILL)
        assert not list(asked.notes())
        spread = as_json(fleet((r, found[n]) for n, r in enumerate(listed))).encode()
        assert made(organisation, "--executor", cluster.executor) == spread, "by the worker that is left"
    assert made(organisation) == spread, "here"


def test_what_no_worker_sees_is_analysed_here(organisation: Path, tmp_path: Path) -> None:
    class Blind:
        """Workers whose machines have none of the folders."""

        def spread(self, task: object, pieces: object) -> list[tuple[int, bytes]]:
            return []

    listed, wanted = orders(organisation)
    found = dict(process.each(wanted, 2, Blind()))  # type: ignore[arg-type]
    assert len(found) == len(listed) and all(outcome.report for outcome in found.values())
    shutil.rmtree(tmp_path / "elsewhere")
    gone = dict(process.each(wanted, 2))
    assert [o.failure for o in gone.values() if o.failure] == ["it could not be begun: its folder is gone"]


def test_a_crash_or_a_hang_costs_one_repository(organisation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unruly = (
        "import os, signal, time; name = os.path.basename(os.getcwd())\n"
        "if name == 'small0': os.kill(os.getpid(), signal.SIGSEGV)\n"
        "if name == 'small1': time.sleep(60)\n"
        "if name == 'small2': raise ValueError('no')\n"
    )
    monkeypatch.setattr(process, "BEGIN", unruly + process.BEGIN)
    listed, wanted = orders(organisation)
    wanted = [msgspec.structs.replace(order, seconds=2.0 * order.root.endswith("small1")) for order in wanted]
    found = dict(process.each(wanted, 4))
    result = fleet((r, found[n]) for n, r in enumerate(listed))
    assert [row.name for row in result.rows] == ["twin"]
    assert dict(result.failed) == {
        "small0": "its process was ended by SIGSEGV",
        "small1": "took more than 2 s (--time-limit)",
        "small2": "its process ended with 1: ValueError: no",
    }
    assert result.incomplete and "small1: took more than 2 s" in text(result, 100)


def test_the_code_of_a_repository_is_not_run(organisation: Path, tmp_path: Path) -> None:
    for name in ("statelint", "libcst", "msgspec", "yaml", "sitecustomize"):
        (tmp_path / f"organisation/small0/{name}.py").write_text(f"open({str(tmp_path / 'was_run')!r}, 'w')\n")
    made(organisation)
    assert not (tmp_path / "was_run").exists()


def test_exit_codes(organisation: Path, tmp_path: Path) -> None:
    organisation.write_text("organisation/small0\norganisation/small1\n")
    made(organisation, "--exit-zero", code=0)
    (tmp_path / "organisation/small0/statelint.toml").write_text("selct = []\n")
    outcome = statelint("fleet", str(organisation), cwd=tmp_path)
    assert outcome.code == 0, "what is left gives a note, below what fails"
    assert b"small0: statelint.toml: unknown key" in outcome.err and b"did you mean" in outcome.out
    made(organisation, "--fail-on", "note")
    made(organisation, "--strict", code=3)
    organisation.write_text("organisation/small0\n")
    made(organisation, code=3)
    for wrong in ("organisation/nowhere\n", "# nothing\n"):
        organisation.write_text(wrong)
        made(organisation, code=2)
    assert statelint("fleet", "nowhere.txt", cwd=tmp_path).code == 2
    assert statelint("fleet", str(organisation), "-o", "jsn=x", cwd=tmp_path).code == 2


def test_several_outputs(organisation: Path, tmp_path: Path) -> None:
    files = [f"-o{kind}=out.{kind}" for kind in ("json", "html", "markdown")]
    outcome = statelint("fleet", str(organisation), "--no-cache", *files, "-o", "text=-", cwd=tmp_path)
    assert outcome.code == 1 and b"3 of 4 repositories keep state" in outcome.out and not outcome.err
    assert (tmp_path / "out.json").read_bytes() == made(organisation)
    assert "<table" in (tmp_path / "out.html").read_text() and "`small0`" in (tmp_path / "out.markdown").read_text()


def evil() -> Fleet:
    """Three repositories, one with names that no terminal and no browser may obey, one that failed."""
    bad = "<script>\x1b[31m|`x`"
    note = finding("m:N", severity=Severity.NOTE)
    maybe = finding("m:M", verdict=Verdict.ARGUABLE)
    stale = finding("m:S", rule=rule("SL901", "unused-suppression", "statelint", check=""))
    trouble = Problem("a.py", 3, "syntax", "cannot be parsed: <b>")
    reports = {
        bad: report(finding(message=f"`{bad}` is kept"), problems=(trouble,), lines=10),
        "calm": report(lines=5),
        "dense": report(finding("m:A"), note, maybe, stale, lines=2000),
    }
    done = [(Repository(name, name, Path(name)), Outcome(made, True)) for name, made in reports.items()]
    return fleet([*done, (Repository("z", "z", Path("z")), Outcome(failure="<i>no</i>\x1b[0m"))])


def test_orders_and_weights() -> None:
    outcomes = [(Repository(row.name, row.path, Path(row.path)), Outcome(row.report)) for row in evil().rows]
    by_weight = fleet(outcomes)
    assert next((row.name, row.weight, row.arguable) for row in by_weight.rows) == ("dense", 5, 1)
    by_density = fleet(reversed(outcomes), "density")
    assert [row.density for row in by_density.rows] == [400.0, 2.5, 0.0]
    assert [row.name for row in fleet(outcomes, "name").rows] == sorted(row.name for row in by_weight.rows)
    assert by_weight.rules[0][:1] + by_weight.rules[0][3:] == ("SL101", 3, 2)
    empty = replace(by_weight.rows[0].report, lines=0)
    assert fleet([(outcomes[0][0], Outcome(empty))], "density").rows[0].density == 0.0


def test_the_json_fits_its_published_schema(tmp_path: Path) -> None:
    schema = json.loads(statelint("config", "schema", "--fleet", cwd=tmp_path).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(as_json(evil())), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(as_json(evil())), "more": 1}, schema)


def test_no_name_is_obeyed() -> None:
    for drawn in (text(evil(), 200), markdown(evil()), html(evil()), as_json(evil())):
        assert "\x1b" not in drawn
    assert "<script>" not in html(evil()) and "<i>no" not in html(evil())
    rows = [line for line in markdown(evil()).splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) in (9, 6) for line in rows)
    assert 'href="#of-' in html(evil()) and html(evil()).count("<table") == 2


def test_the_text_is_short_unless_all_is_wanted() -> None:
    many = fleet(
        (Repository(f"r{n:02}", "", Path()), Outcome(report(*[finding(f"m:C{k}") for k in range(n)], lines=1)))
        for n in range(40)
    )
    assert "… and 14 more (--all)" in text(many, 100) and "r01" not in text(many, 100)
    assert "r01" in text(many, 100, everything=True)
    nothing = fleet([(Repository("a", "a", Path()), Outcome(report()))])
    assert text(nothing, 100).startswith("no definite state was found in 1 repository")
    assert fleet([]).rows == () and text(fleet([]), 80).startswith("no repository could be analysed")


def test_the_list(tmp_path: Path) -> None:
    for folder in ("a/web", "b/web", "b/api", "b c"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "b/file").write_text("")
    file = tmp_path / "deep" / "list.txt"
    file.parent.mkdir()
    file.write_text(
        f"../a/web\n../b/*  # all\n  # nothing\nmy = name = {tmp_path}/b c\n".replace("my = name", "my name")
    )
    assert [(r.name, r.path, r.root) for r in repositories(file)] == [
        ("../a/web", "../a/web", tmp_path / "a/web"),
        ("api", "../b/api", tmp_path / "b/api"),
        ("../b/web", "../b/web", tmp_path / "b/web"),
        ("my name", f"{tmp_path}/b c", tmp_path / "b c"),
    ]
    for wrong, why in (
        ("../a/web\n../a/web\n", "2: `../a/web` is listed twice"),
        ("../nowhere\n", "1: no such folder: ../nowhere"),
        ("x = ../b/*\n", "one name cannot stand for several"),
        ("\n", "lists no repository"),
    ):
        file.write_text(wrong)
        with pytest.raises(ConfigError, match=re.escape(why)):
            repositories(file)
