"""The command line as users meet it: exit codes, streams, messages, PATHS, several outputs, a closed pipe."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Outcome, modules_loaded_by
from commands import statelint as started
from conftest import EXAMPLES

from statelint import cli
from statelint.report import formats

CLEAN = "VALUE = 1\n"
STATEFUL = """\
from flask import Flask, request

app = Flask(__name__)
CARTS = {}


@app.post("/cart/<user>")
def add(user):
    CARTS[user] = request.form["item"]
    return "ok"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("[tool.statelint]\n")
    (root / "web.py").write_text(STATEFUL)
    (root / "clean.py").write_text(CLEAN)
    return root


def statelint(*arguments: str, cwd: Path, **environment: str) -> Outcome:
    """Run the command line in this process, as if it had been started in a folder."""
    before = Path.cwd(), sys.stdout, sys.stderr, dict(os.environ)
    encoding = environment.pop("PYTHONIOENCODING", "utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding, write_through=True) for _ in range(2))
    os.environ.update({"NO_COLOR": "1", "COLUMNS": "120", **environment})
    os.chdir(cwd)
    sys.stdout, sys.stderr = out, err
    try:
        code = cli.run(list(arguments))
    finally:
        os.chdir(before[0])
        sys.stdout, sys.stderr = before[1:3]
        os.environ.clear()
        os.environ.update(before[3])
    return Outcome(code, *(stream.buffer.getvalue() for stream in (out, err)))  # type: ignore[attr-defined]


def check(root: Path, *options: str, **environment: str) -> Outcome:
    return statelint("check", "--no-cache", *options, cwd=root, **environment)


@pytest.mark.parametrize("name", formats())
def test_exit_codes_are_the_same_in_every_format(project: Path, name: str) -> None:
    to = ["--output-format", name]
    assert check(project, *to).code == 1
    assert check(project, *to, "--exit-zero").code == 0
    assert check(project, *to, "--warn", "SL1").code == 0
    assert check(project, *to, "--warn", "SL1", "--fail-on", "warning").code == 1
    (project / "broken.py").write_text("def (:\n")
    assert check(project, *to).code == 1
    assert check(project, *to, "--strict").code == 3, "3 beats 1"
    assert check(project, *to, "--strict", "--exit-zero").code == 3
    assert check(project, *to, "--select", "SL999").code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], "did you mean `check`?"),
        (["web.py"], "did you mean `statelint check web.py`?"),
        (["./no/such/path"], "did you mean `statelint check ./no/such/path`?"),
        (["check", "nowhere"], "no such path: nowhere"),
        (["check", "--selct", "SL1"], "no option `--selct`; did you mean `--select`?"),
        (["check", "--select", "SL1O1"], "did you mean `SL101`?"),
        (["check", "--ignore", "sl103"], "did you mean `SL103`?"),
        (["check", "--fail-on", "eror"], "--fail-on takes note, warning or error, not `eror`; did you mean `error`?"),
        (["audit", "--output-format", "htm"], "did you mean `html`?"),
        (["completions", "fsh"], "bash, zsh or fish, not `fsh`; did you mean `fish`?"),
        (["config", "shw"], "no command `shw`; did you mean `show`?"),
        (["check", "--config", "selct = []"], "--config 'selct = []': unknown key `selct`"),
        (["check", "--select", "mutable-modul-state"], "did you mean `mutable-module-state`?"),
        (["check", "--output-format", "sarf"], "did you mean `sarif`?"),
        (["check", "-o", "sarif"], "write FORMAT=PATH"),
        (["check", "-o", "json=-", "-o", "sarif=-"], "cannot both go to stdout"),
        (["check", "--config", "selct = []"], "did you mean `select`?"),
        (["check", "--config", "nowhere.toml"], "neither a file nor"),
        (["check", "-"], "--stdin-filename"),
        (["check", "--new-since", "HEAD"], "git"),
        (["rule", "SL1011"], "no rule `SL1011`"),
        (["explain", "CARTZ"], "did you mean `CARTS`?"),
        (["baseline", "show"], "baseline create"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_two_and_says_what_was_meant(project: Path, arguments: list[str], message: str) -> None:
    outcome = statelint(*arguments, cwd=project)
    assert outcome.code == 2 and outcome.out == b"" and message in outcome.err.decode()
    assert b"Traceback" not in outcome.err


def test_wrong_configuration_is_two(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.statelint]\nselct = []\n")
    outcome = check(project)
    assert outcome.code == 2 and b"pyproject.toml: unknown key `selct`; did you mean `select`?" in outcome.err


def test_stdout_is_data_and_stderr_is_talk(project: Path) -> None:
    outcome = check(project, "--output-format", "json")
    assert json.loads(outcome.out)["summary"]["findings"] == 1
    assert outcome.err.decode().startswith("1 finding (1 error) in 3 files, 1 way in")
    assert check(project, "-q", "--output-format", "json").err == b""


def test_what_is_hidden_is_said_with_the_way_to_see_it(project: Path) -> None:
    outcome = check(project, "clean.py")
    assert outcome.code == 0 and outcome.out == b"" and b"1 outside PATHS" in outcome.err


def test_paths_limit_the_report_and_not_the_analysis(project: Path) -> None:
    (project / "store.py").write_text("CARTS = {}\n")
    (project / "web.py").write_text(STATEFUL.replace("CARTS = {}\n", "").replace("Flask,", "Flask,", 1))
    (project / "web.py").write_text("from store import CARTS\n" + (project / "web.py").read_text())
    for path in ("store.py", "web.py", "."):
        outcome = check(project, path)
        assert outcome.code == 1 and b"store.py:1:1: error: SL101" in outcome.out, path


def test_a_deleted_file_among_others_is_no_error(project: Path) -> None:
    assert check(project, "web.py", "gone.py").code == 1


def test_a_folder_that_is_a_project_is_analysed_as_one(project: Path) -> None:
    outcome = statelint("check", "--no-cache", "project", cwd=project.parent)
    assert outcome.code == 1 and outcome.out.startswith(b"project/web.py:4:1:")
    inside = project / "sub"
    inside.mkdir()
    outcome = statelint("check", "--no-cache", "..", cwd=inside)
    assert outcome.out.startswith(b"../web.py:4:1:"), "paths lead from where the user stands"


def test_named_paths_are_excluded_too_unless_told_otherwise(project: Path) -> None:
    (project / "old" / "in").mkdir(parents=True)
    for path in ("old/app.py", "old/in/app.py", "ignored.py"):
        (project / path).write_text(STATEFUL)
    (project / ".gitignore").write_text("ignored.py\n")
    (project / "statelint.toml").write_text('exclude = ["old/"]\n')
    for path, option, shown in (
        ("old/in/app.py", (), b""),
        ("old/in/app.py", ("--no-force-exclude",), b"old/in/app.py"),
        ("old", ("--no-force-exclude",), b"old/app.py\nold/in/app.py"),
        ("ignored.py", ("--config", "force-exclude = false"), b"ignored.py"),
    ):
        outcome = check(project, *option, path)
        assert b"\n".join(line.split(b":")[0] for line in outcome.out.splitlines()) == shown, (path, option)
        assert outcome.code == bool(shown)


def test_a_folder_below_one_that_is_no_project_is_analysed_alone(tmp_path: Path) -> None:
    for name in ("shop", "other"):
        (tmp_path / name / "web").mkdir(parents=True)
        (tmp_path / name / "web" / "app.py").write_text(STATEFUL)
    outcome = statelint("check", "--no-cache", "shop", cwd=tmp_path)
    assert outcome.out.startswith(b"shop/web/app.py:4:1:") and b" in 1 file," in outcome.err
    outcome = statelint("check", "--no-cache", "shop/web/app.py", "shop/gone.py", cwd=tmp_path)
    assert outcome.out.startswith(b"shop/web/app.py:4:1:") and b" in 1 file," in outcome.err
    (tmp_path / "shop" / "statelint.toml").write_text('ignore = ["SL101"]\n')
    assert statelint("check", "--no-cache", "shop/web", cwd=tmp_path).code == 0, "the marker above the folder counts"
    assert statelint("check", "--no-cache", "shop/web", "other", cwd=tmp_path).err.startswith(b"2 findings")


def test_several_outputs_at_once(project: Path) -> None:
    outcome = check(project, "-o", "sarif=a.sarif", "-o", "concise=-", "-o", "html=a.html")
    assert outcome.code == 1 and b"SL101" in outcome.out
    assert json.loads((project / "a.sarif").read_text())["version"] == "2.1.0"
    assert (project / "a.html").read_text().startswith("<!doctype html>")
    only = check(project, "-o", "json=b.json")
    assert only.out == b"" and only.code == 1
    assert check(project, "-o", "json=no/folder/b.json").code == 2


def test_standard_input_stands_for_a_file(project: Path) -> None:
    program = [sys.executable, "-m", "statelint", "check", "--no-cache", "-", "--stdin-filename"]
    for name, text, codes in (("web.py", CLEAN, 0), ("new.py", STATEFUL, 1)):
        done = subprocess.run([*program, name], cwd=project, input=text.encode(), capture_output=True, check=False)
        assert done.returncode == codes, done.stderr
        assert (f"{name}:4:1: error: SL101".encode() in done.stdout) is bool(codes)
    assert not (project / "new.py").exists()


def test_colour(project: Path) -> None:
    assert b"\x1b[" not in check(project).out
    assert b"\x1b[" in check(project, "--color", "always").out
    assert b"\x1b[" in check(project, NO_COLOR="", FORCE_COLOR="1").out
    assert b"\x1b[" not in check(project, NO_COLOR="", FORCE_COLOR="0").out
    assert b"\x1b[" in check(project, NO_COLOR="", CLICOLOR_FORCE="1").out
    assert b"\x1b[" not in check(project, NO_COLOR="1", FORCE_COLOR="1").out
    assert b"\x1b[" not in check(project, "-o", "full=x.txt", "--color", "always").out
    assert "\x1b[" not in (project / "x.txt").read_text(), "colours are for stdout"


def test_a_poor_stream_gets_a_poor_drawing(project: Path) -> None:
    (project / "web.py").write_text(STATEFUL.replace("CARTS", "KÖRBE"))
    outcome = check(project, "--output-format", "full", PYTHONIOENCODING="ascii")
    assert outcome.code == 1 and outcome.out.isascii() and rb"K\xd6RBE" in outcome.out


@pytest.mark.skipif(os.name == "nt", reason="pipes close differently there")
def test_a_closed_pipe_ends_quietly(project: Path) -> None:
    many = STATEFUL + "".join(f'\nD{n} = {{}}\n@app.post("/{n}")\ndef f{n}():\n    D{n}[1] = 1\n' for n in range(300))
    (project / "web.py").write_text(many)
    command = f"{sys.executable} -m statelint check --no-cache -q --output-format full . | head -1"
    done = subprocess.run(command, shell=True, cwd=project, capture_output=True, check=False)
    assert done.stderr == b"" and done.stdout.count(b"\n") == 1


def test_the_start_page_fits_and_names_the_way_in(project: Path) -> None:
    outcome = statelint(cwd=project)
    assert outcome.code == 0 and len(outcome.out.splitlines()) <= 12 and b"statelint check" in outcome.out


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "explain",
        "rule",
        "baseline",
        "suppressions",
        "config",
        "files",
        "clean",
        "completions",
        "test",
        "audit",
        "fleet",
        "server",
        *(f"config {name}" for name in ("show", "verify", "init", "schema")),
        *(f"baseline {name}" for name in ("create", "update", "prune", "show")),
    ],
)
def test_the_help_fits_a_screen_and_has_examples(project: Path, command: str) -> None:
    outcome = statelint(*command.split(), "--help", cwd=project, COLUMNS="130")
    assert outcome.code == 0 and len(outcome.out.splitlines()) <= 45
    assert outcome.out.decode().count(f"  statelint {command}") >= 1


def test_the_help_of_check_names_every_option(project: Path) -> None:
    from statelint.cli.check import command

    text = statelint("check", "--help", cwd=project).out.decode()
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert any(name in text for name in parameter.opts), parameter.opts


def test_rule_pages(project: Path) -> None:
    listed = statelint("rule", cwd=project).out.decode()
    assert "SL101" in listed and "mutable-module-state" in listed
    by_code, by_name = (statelint("rule", name, cwd=project).out for name in ("SL101", "mutable-module-state"))
    assert by_code == by_name and b"two-replica story" in by_code
    assert json.loads(statelint("rule", "SL101", "--output-format", "json", cwd=project).out)[0]["code"] == "SL101"


def test_explain(project: Path) -> None:
    listed = json.loads(check(project, "--output-format", "json").out)["findings"][0]
    pages = {
        statelint("explain", name, cwd=project).out for name in (listed["id"], listed["id"][:6], "web.py:4", "CARTS")
    }
    assert len(pages) == 1
    page = pages.pop().decode()
    assert "POST /cart/<user>" in page and f"statelint: ignore[{listed['rule']}]" in page and listed["id"] in page
    assert "1. POST /cart/<user> reaches replica A: written by add() (web.py:9), on A alone" in page
    assert "definite: the request path writes it" in page and '[tool.statelint.declare] "web:CARTS"' in page
    (project / "statelint.toml").write_text("")
    assert '[declare] "web:CARTS"' in statelint("explain", "CARTS", cwd=project).out.decode()


def test_explain_says_why_something_is_not_reported(project: Path) -> None:
    (project / "web.py").write_text(STATEFUL + "\nNAMES = []\n\n\ndef _fill():\n    NAMES.append('a')\n\n\n_fill()\n")
    outcome = statelint("explain", "NAMES", cwd=project)
    assert outcome.code == 0 and b"benign" in outcome.out and b"start-up" in outcome.out
    line = (project / "web.py").read_text().splitlines().index("NAMES = []") + 1
    assert statelint("explain", f"web.py:{line}", cwd=project).out == outcome.out
    (project / "tests").mkdir()
    (project / "tests" / "test_web.py").write_text(STATEFUL)
    for what, reason in (
        ("web.py:1", "nothing at web.py:1 keeps state that a request changes"),
        ("gone.py:1", "gone.py is not analysed"),
        ("tests/test_web.py:4", "tests/test_web.py is no part of the service: python, test"),
        ("NAMEZ", "nothing is found by the name `NAMEZ`"),
    ):
        outcome = statelint("explain", what, cwd=project)
        assert outcome.code == 2 and reason in outcome.err.decode()


def test_files_say_what_they_count_as(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_web.py").write_text(STATEFUL)
    (project / ".gitignore").write_text("clean.py\n")
    assert statelint("files", cwd=project).out.decode().split() == ["pyproject.toml", "web.py"]
    told = statelint("files", "--why", cwd=project).out.decode()
    assert "clean.py: left out: ignored by git" in told and "tests/test_web.py: python, test" in told


def test_baseline_from_beginning_to_end(project: Path) -> None:
    def baseline(*arguments: str) -> int:
        return statelint("baseline", *arguments, cwd=project).code

    assert baseline("create") == 0 and check(project).code == 0
    assert baseline("create") == 2, "one is there"
    (project / "more.py").write_text(STATEFUL.replace("CARTS", "ORDERS").replace("/cart", "/order"))
    assert check(project).code == 1 and check(project, "--no-baseline").out.count(b"SL101") == 2
    assert baseline("update") == 1 and baseline("update", "--allow-new") == 0 and check(project).code == 0
    (project / "web.py").write_text(CLEAN)
    assert b"1 entry of statelint-baseline.json fixed" in check(project).err
    assert b"mended" in statelint("baseline", "show", cwd=project).out
    assert baseline("prune") == 0 and b"fixed" not in check(project).err


def test_add_ignore_silences_everything_with_a_reason(project: Path) -> None:
    before = (project / "web.py").read_text()
    assert check(project, "--add-ignore=waits for the move").code == 0
    after = (project / "web.py").read_text()
    assert after == before.replace("CARTS = {}\n", "CARTS = {}  # statelint: ignore[SL101] -- waits for the move\n")
    assert check(project).code == 0 and check(project, "--no-ignores").code == 1
    listed = statelint("suppressions", cwd=project).out.decode()
    assert listed == "web.py:4: ignore[SL101] used -- waits for the move\n"


def test_config_commands(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.statelint]\nfail-on = "warning"\n\n[tool.statelint.declare]\n"a:B" = "constant"\n'
    )
    shown = statelint("config", "show", cwd=project).out.decode()
    assert 'fail-on = "warning"  # pyproject.toml:2' in shown and "pedantic = false  # default" in shown
    assert "# pyproject.toml:4" in shown
    assert statelint("config", "verify", cwd=project).code == 0
    assert json.loads(statelint("config", "schema", cwd=project).out)["$defs"]["Config"]["properties"]["fail-on"]
    assert json.loads(statelint("config", "schema", "--output", cwd=project).out)["title"] == "statelint/1"


def test_config_init_looks_at_the_repository(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    (project / ".git").mkdir()
    assert statelint("config", "init", cwd=project).code == 0
    assert "flask" in (project / "statelint.toml").read_text()
    assert statelint("config", "verify", cwd=project).code == 0 and check(project).code == 1
    assert statelint("config", "init", cwd=project).code == 2, "one is there"


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def test_new_since_a_revision(project: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "first")
    assert check(project, "--new-since", "HEAD").code == 0
    text = (
        "# moved down\n\n"
        + STATEFUL
        + '\nLAST = {}\n\n\n@app.post("/last")\ndef last():\n    LAST["x"] = 1\n    return ""\n'
    )
    (project / "web.py").write_text(text)
    found = json.loads(check(project, "--new-since", "HEAD", "--output-format", "json").out)
    assert [(f["object"]["name"], f["baseline"]) for f in found["findings"]] == [("web:LAST", "new")]
    (project / "web.py").write_text(
        STATEFUL + '\n\n@app.delete("/cart/<user>")\ndef drop(user):\n    CARTS.pop(user)\n    return ""\n'
    )
    (f,) = json.loads(check(project, "--new-since", "HEAD", "--anchor", "changed", "--output-format", "json").out)[
        "findings"
    ]
    assert f["baseline"] == "changed" and f["location"]["start"]["line"] == 15
    assert any("DELETE /cart" in s["message"] for s in f["trace"])
    outcome = check(project, "--new-since", "nope")
    assert outcome.code == 2 and b"git knows no revision `nope`" in outcome.err


def test_a_shallow_clone_is_told_so(project: Path, tmp_path: Path) -> None:
    git(project, "init", "-q")
    for number in ("first", "second"):
        (project / "clean.py").write_text(f"VALUE = '{number}'\n")
        git(project, "add", "-A")
        git(project, "commit", "-qm", number)
    git(tmp_path, "clone", "-q", "--depth", "1", project.as_uri(), "shallow")
    outcome = check(tmp_path / "shallow", "--new-since", "HEAD~1")
    assert outcome.code == 2 and b"this clone is shallow" in outcome.err


def test_completions(project: Path) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert b"_STATELINT_COMPLETE" in statelint("completions", shell, cwd=project).out
    for words, expected in (
        ("statelint ch", {"check"}),
        ("statelint check --out", {"--output", "--output-format"}),
        ("statelint check --select SL5,mutable-m", {"SL5,mutable-module-state"}),
        ("statelint check --output-format sar", {"sarif"}),
        ("statelint check -o sar", {"sarif="}),
        ("statelint rule cat:cou", {"cat:counter"}),
        ("statelint config sh", {"show"}),
        ("statelint completions f", {"fish"}),
    ):
        asked = {"_STATELINT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        told = started(cwd=project, **asked).out.decode().split()
        assert {row.partition(",")[2] for row in told} == expected, words


def test_clean_removes_the_cache_and_nothing_else(project: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    statelint("check", cwd=project, XDG_CACHE_HOME=home)
    assert any(Path(home).rglob("*"))
    assert statelint("clean", cwd=project, XDG_CACHE_HOME=home).code == 0
    assert not [path for path in Path(home).rglob("*") if path.is_file()]
    keep = tmp_path / "keep"
    keep.mkdir()
    (keep / "mine.txt").touch()
    statelint("clean", "--cache-dir", str(keep), cwd=project)
    assert (keep / "mine.txt").exists()


def test_a_bug_of_ours_is_three_and_says_so(project: Path) -> None:
    breaks = "import sys, statelint.run\nfrom statelint import cli\nstatelint.run.linked = None\n"
    code = breaks + "sys.exit(cli.run(['check', '--no-cache']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, check=False)
    assert done.returncode == 3 and b"internal error" in done.stderr


def test_importing_the_command_line_is_light(tmp_path: Path) -> None:
    heavy = {"libcst", "rich", "yaml", "msgspec", "sqlite3"}
    assert not heavy & modules_loaded_by("--version", cwd=tmp_path)


def test_the_stateless_twin_gives_nothing(tmp_path: Path) -> None:
    twin = Path(shutil.copytree(EXAMPLES / "shop-stateless", tmp_path / "twin"))
    outcome = check(twin, "--strict", "--pedantic")
    assert outcome.code == 0 and outcome.out == b"", outcome.out.decode()


def test_github_gets_a_summary_too(project: Path) -> None:
    page = project / "summary.md"
    page.write_text("before\n")
    check(project, "--output-format", "github", GITHUB_STEP_SUMMARY=str(page))
    assert page.read_text().startswith("before\n### statelint: 1 finding\n") and "SL101" in page.read_text()


def test_the_audit_in_four_formats_and_out_of_date(project: Path) -> None:
    told = statelint("audit", "--no-cache", cwd=project).out.decode()
    assert told.startswith("project: one object blocks a second replica\nscore 90 of 100;")
    assert "keep each object" in told and "<- add()  <- POST /cart/<user>" in told
    for name, start in (("a.md", "# State audit of project"), ("a.json", "{"), ("a.html", "<!doctype html>")):
        assert statelint("audit", "--no-cache", "-o", name, cwd=project).code == 0
        text = (project / name).read_text()
        assert text.startswith(start) and "CARTS" in text
        assert statelint("audit", "--no-cache", "--check", name, cwd=project).code == 0
    page = (project / "a.html").read_text()
    assert "<script" not in page and 'role="img"' in page and "<desc" in page and "&lt;user&gt;" in page
    (project / "web.py").write_text(CLEAN)
    assert statelint("audit", "--no-cache", "--check", "a.md", cwd=project).code == 1
    assert json.loads((project / "a.json").read_text())["inventory"][0]["verdict"] == "definite"


def test_the_audit_lists_decisions(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.statelint.declare]\n"web:CARTS" = "replica-local-ok"\n')
    told = statelint("audit", "--no-cache", "--output-format", "json", cwd=project)
    made = json.loads(told.out)
    assert [(row["name"], row["verdict"], row["reason"]) for row in made["inventory"]] == [
        ("web:CARTS", "declared", "replica-local-ok")
    ]
    assert made["score"] == 100


def test_a_broken_house_rule_is_wrong_usage(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.statelint]\nrules = ["house"]\n')
    outcome = check(project)
    assert outcome.code == 2 and b"no folder of rules" in outcome.err
    (project / "house").mkdir()
    (project / "house" / "own.yaml").write_text("code: X1\nnmae: own\n")
    outcome = check(project)
    assert outcome.code == 2 and b"own.yaml" in outcome.err and b"Traceback" not in outcome.err
