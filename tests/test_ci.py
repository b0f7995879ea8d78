"""The GitHub action and the GitLab job, run with bash as their runners would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import EXAMPLES, ROOT

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the scripts are for bash")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
JOB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())["statelint"]


def bash(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=cwd, capture_output=True, check=False, timeout=120,
        env={**os.environ, "NO_COLOR": "1", "CI": "true", **environment},
    )  # fmt: skip


def step(name: str) -> dict[str, Any]:
    return next(step for step in ACTION["runs"]["steps"] if step["name"] == name)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's temporary folder with the program where the first step would have installed it."""
    program = tmp_path / "statelint" / "bin" / "statelint"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m statelint "$@"\n')
    program.chmod(0o755)
    return tmp_path


def act(runner: Path, project: Path, **inputs: str) -> tuple[dict[str, str], bytes, int]:
    """Run the action's check and its last step; the outputs, what was printed, and the exit code."""
    defaults = {name.upper().replace("-", "_"): given["default"] for name, given in ACTION["inputs"].items()}
    environment = {**defaults, **inputs, "RUNNER_TEMP": str(runner), "GITHUB_OUTPUT": str(runner / "outputs")}
    checked = bash(step("Report")["run"], project, **environment)
    assert checked.returncode == 0, checked.stderr.decode()
    outputs = dict(line.split("=", 1) for line in (runner / "outputs").read_text().splitlines())
    last = bash(step("Fail when there are findings")["run"], project, CODE=outputs["exit-code"])
    return outputs, checked.stdout, last.returncode


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "shop"))


def test_the_action_reports_and_then_fails(runner: Path, shop: Path) -> None:
    outputs, printed, code = act(runner, shop)
    assert outputs == {"exit-code": "1"} and code == 1
    assert b"::error " in printed
    assert json.loads((shop / "statelint.sarif").read_text())["runs"][0]["results"]


def test_wrong_usage_fails_in_any_case(runner: Path, shop: Path) -> None:
    outputs, _, code = act(runner, shop, ARGUMENTS="--select SL999")
    assert outputs["exit-code"] == "2" and code == 2


def test_inputs_are_words_and_never_commands(runner: Path, shop: Path) -> None:
    act(runner, shop, PATHS="$(touch ran) `touch ran` ; touch ran")
    assert not (shop / "ran").exists()
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"], "an expression in a script would be pasted into it"


def test_the_gitlab_job_writes_its_report_and_then_fails(runner: Path, shop: Path) -> None:
    path = f"{runner / 'statelint' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script = [line for line in JOB["script"] if not line.startswith("pip ")]
    done = bash("\n".join(script), shop, **JOB["variables"], PATH=path)
    assert done.returncode == 1 and b"SL101" in done.stdout
    report = json.loads((shop / JOB["artifacts"]["reports"]["codequality"]).read_text())
    assert {"description", "check_name", "fingerprint", "severity", "location"} == report[0].keys()


def test_the_action_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("zizmor")
    if not linter.exists():
        pytest.skip("zizmor is not installed")
    command = [linter, "--offline", "--no-progress", "--persona", "pedantic", "--format", "json", ROOT / "action.yml"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0 and json.loads(done.stdout) == []
