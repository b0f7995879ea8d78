"""`--diff` and `--fix` as users meet them: streams, exit codes, files, and what is left as it was."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from commands import Outcome, statelint

from statelint.cli import fixing
from statelint.fix.files import replace

STICKY = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  sessionAffinity: ClientIP  # since the uploads
"""
CALM = STICKY.replace("ClientIP", "None")
WEB = """\
from flask import Flask

app = Flask(__name__)
CARTS = {}


@app.post("/cart/<user>")
def add(user):
    CARTS[user] = 1
    return "ok"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "deploy").mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.statelint]\n")
    for name in ("one", "two"):
        (root / "deploy" / f"{name}.yaml").write_text(STICKY.format(name=name))
    return root


def check(root: Path, *options: str) -> Outcome:
    return statelint("check", "--no-cache", *options, cwd=root)


def text(root: Path, name: str) -> str:
    return (root / "deploy" / f"{name}.yaml").read_text()


def test_diff_shows_a_patch_that_applies_and_writes_nothing(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*.*") if path.is_file()}
    outcome = check(project, "--diff")
    assert outcome.code == 1 and b"would fix 2 findings in 2 files" in outcome.err
    assert {path: path.read_bytes() for path in before} == before
    assert outcome.out.startswith(b"--- a/deploy/one.yaml\n+++ b/deploy/one.yaml\n@@ -3,4 +3,4 @@\n")
    git = shutil.which("git")
    assert git
    subprocess.run([git, "apply", "-"], input=outcome.out, cwd=project, check=True)
    assert text(project, "one") == CALM.format(name="one") and text(project, "two") == CALM.format(name="two")
    clean = check(project, "--diff")
    assert (clean.code, clean.out) == (0, b"")


def test_fix_writes_and_reports_what_is_left(project: Path) -> None:
    (project / "web.py").write_text(WEB.replace("CARTS[user] = 1", "pass"))
    outcome = check(project, "--fix")
    assert (outcome.code, outcome.out) == (0, b"")
    assert b"fixed 2 findings in 2 files" in outcome.err and b"no findings" in outcome.err
    assert text(project, "one") == CALM.format(name="one")
    assert sorted(path.name for path in (project / "deploy").iterdir()) == ["one.yaml", "two.yaml"]
    again = check(project, "--fix")
    assert again.code == 0 and b"fixed 0 findings" in again.err


def test_the_report_says_how_many_can_be_fixed_and_why_not_safely(project: Path) -> None:
    assert b"fixable: 2 with --fix\n" in check(project).err
    (project / "web.py").write_text(WEB)
    note = b"fixable: 2 with --fix --unsafe-fixes (1 object keeps state in the process or on its disk, which it hides)"
    assert note in check(project).err


def test_unsafe_fixes_are_made_only_when_asked_for(project: Path) -> None:
    (project / "web.py").write_text(WEB)
    outcome = check(project, "--fix")
    assert (
        outcome.code == 1 and b"fixed 0 findings" in outcome.err and text(project, "one") == STICKY.format(name="one")
    )
    outcome = check(project, "--fix", "--unsafe-fixes")
    assert outcome.code == 1 and b"fixed 2 findings" in outcome.err and text(project, "one") == CALM.format(name="one")
    assert outcome.out.count(b"\n") == 1 and b"SL101" in outcome.out


def test_paths_limit_what_is_written(project: Path) -> None:
    assert check(project, "--fix", "deploy/two.yaml").code == 0
    assert text(project, "one") == STICKY.format(name="one") and text(project, "two") == CALM.format(name="two")


def test_suppressed_and_accepted_findings_are_not_fixed(project: Path) -> None:
    kept = STICKY.format(name="one").replace("# since", "# statelint: ignore[SL501] -- since")
    (project / "deploy" / "one.yaml").write_text(kept)
    assert check(project, "--fix").code == 0
    assert text(project, "one") == kept and text(project, "two") == CALM.format(name="two")


def test_exit_codes_are_those_of_the_report(project: Path) -> None:
    assert check(project, "--diff", "--exit-zero").code == 0
    assert check(project, "--diff", "--warn", "SL5").code == 0
    assert check(project, "--fix", "-").code == 2
    (project / "broken.yaml").write_text("a: [\n")
    assert check(project, "--fix", "--strict").code == 3


def test_modes_and_line_ends_stay(project: Path) -> None:
    file = project / "deploy" / "one.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + STICKY.format(name="one").replace("\n", "\r\n").encode()[:-2])
    file.chmod(0o640)
    assert check(project, "--fix").code == 0
    assert file.read_bytes() == b"\xef\xbb\xbf" + CALM.format(name="one").replace("\n", "\r\n").encode()[:-2]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_stays_a_link_and_none_leads_out(project: Path, tmp_path: Path) -> None:
    (project / "deploy" / "one.yaml").rename(project / "deploy" / "real.yaml")
    (project / "deploy" / "one.yaml").symlink_to("real.yaml")
    assert check(project, "--fix").code == 0
    assert (project / "deploy" / "one.yaml").is_symlink() and text(project, "real") == CALM.format(name="one")
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(b"old")
    (project / "link.yaml").symlink_to(outside)
    assert replace(project, "link.yaml", b"old", b"new") == "it leads out of the project"
    assert outside.read_bytes() == b"old"


def test_a_file_that_has_changed_meanwhile_stays(project: Path) -> None:
    assert replace(project, "deploy/one.yaml", b"something else", b"new") == "it has changed meanwhile"
    assert text(project, "one") == STICKY.format(name="one")
    assert "cannot be written" in replace(project, "deploy/none.yaml", b"", b"new")
    assert not [path for path in (project / "deploy").iterdir() if path.name.startswith(".")]


def test_a_fix_that_does_not_stand_the_trial_is_not_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from statelint.cli import run

    def spoiled(path: str, written: str, findings: object) -> tuple[str, object]:
        return (written + "x: [\n", findings) if path.endswith("one.yaml") else real(path, written, findings)

    real = fixing.patched
    monkeypatch.setattr(fixing, "patched", spoiled)
    monkeypatch.chdir(project)
    assert run(["check", "--no-cache", "--fix"]) == 1
    assert text(project, "one") == STICKY.format(name="one") and text(project, "two") == CALM.format(name="two")


def test_diff_of_standard_input(project: Path) -> None:
    import sys

    command = [sys.executable, "-m", "statelint", "check", "--no-cache", "--diff", "--stdin-filename", "new.yaml", "-"]
    done = subprocess.run(
        command, input=STICKY.format(name="new").encode(), cwd=project, capture_output=True, check=False
    )
    assert done.returncode == 1 and b"+  sessionAffinity: None" in done.stdout and b"a/new.yaml" in done.stdout
