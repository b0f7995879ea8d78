"""The pre-commit hooks as their file says: the same findings with file names, without, and on the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import statelint
from conftest import EXAMPLES, ROOT

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "shop"))
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def hook(name: str, root: Path, *files: str):  # type: ignore[no-untyped-def]
    program, *arguments = HOOKS[name]["entry"].split()
    assert program == "statelint"
    return statelint(*arguments, "--no-cache", *files, cwd=root, PRE_COMMIT="1", NO_COLOR="")


def tracked(root: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, check=True).stdout.decode().split()
    return [path for path in listed if re.search(HOOKS["statelint"]["files"], path)]


def test_three_hooks_that_run_one_at_a_time() -> None:
    assert list(HOOKS) == ["statelint", "statelint-all", "statelint-config"]
    assert all(h["language"] == "python" and h["require_serial"] for h in HOOKS.values())
    assert HOOKS["statelint-all"]["pass_filenames"] is False


def test_the_same_findings_with_all_names_without_and_on_the_command_line(shop: Path) -> None:
    outcome = hook("statelint", shop, *tracked(shop))
    assert outcome.code == 1
    assert outcome.out == hook("statelint-all", shop).out
    assert outcome.out == statelint("check", "--no-cache", cwd=shop).out
    assert b"\x1b" not in outcome.out + outcome.err and b"\r" not in outcome.err


def test_a_changed_file_gives_what_has_a_step_in_it(shop: Path) -> None:
    found = hook("statelint", shop, "shop/carts.py").out.decode()
    assert "CARTS" in found and "SESSIONS" not in found.replace("hides", "").splitlines()[0]


def test_untracked_files_change_nothing_and_deleted_ones_are_no_error(shop: Path) -> None:
    before = hook("statelint", shop, *tracked(shop))
    (shop / "shop" / "untracked.py").write_text("from shop.services.basket import remember\n\nX = {}\n")
    assert hook("statelint", shop, *tracked(shop)).out == before.out
    assert hook("statelint", shop, *tracked(shop), "shop/deleted.py").out == before.out


@pytest.mark.parametrize(
    "path", ["a/x.py", "k8s/x.yml", "chart/templates/_x.tpl", "nginx.conf", "haproxy.cfg", "Procfile"]
)
def test_files_that_matter_start_the_hook(path: str) -> None:
    assert re.search(HOOKS["statelint"]["files"], path)


def test_the_configuration_hook_runs_on_the_configuration() -> None:
    assert re.search(HOOKS["statelint-config"]["files"], "a/pyproject.toml")
    assert not re.search(HOOKS["statelint-config"]["files"], "a/other.toml")


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
def test_in_the_real_runner(runner: str, shop: Path, tmp_path: Path) -> None:
    """Both runners give the hooks their files, on a pseudo-terminal where they like, and show the same findings."""
    program = Path(sys.executable).with_name(runner)
    if not program.exists():
        pytest.skip(f"{runner} is not installed")
    hooks = [{**row, "language": "system", "entry": f"{sys.executable} -m {row['entry']}"} for row in HOOKS.values()]
    (shop / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    (shop / "untracked.py").write_text("X = {}\n")
    subprocess.run(["git", "add", ".pre-commit-config.yaml"], cwd=shop, check=True)

    homes = dict.fromkeys(("HOME", "PRE_COMMIT_HOME", "PREK_HOME", "XDG_CACHE_HOME"), str(tmp_path / "home"))

    def run(*arguments: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            [program, "run", *arguments], cwd=shop, capture_output=True, check=False, timeout=240,
            env={**os.environ, **homes, "TERM": "xterm"},
        )  # fmt: skip
        told = (done.stdout + done.stderr).decode()
        assert "\r" not in told and "Traceback" not in told
        return done.returncode, [line.strip() for line in told.splitlines() if ": error: SL" in line]

    wanted = statelint("check", "--no-cache", cwd=shop).out.decode().splitlines()
    assert run("statelint-all") == (1, wanted)
    assert run("statelint", "--all-files") == (1, wanted)
    code, found = run("statelint", "--files", "shop/carts.py", "shop/gone.py")
    assert code == 1 and 0 < len(found) < len(wanted) and any("CARTS" in line for line in found)
    assert run("statelint-config", "--all-files")[0] == 0
    (shop / "statelint.toml").write_text("selct = []\n")
    subprocess.run(["git", "add", "statelint.toml"], cwd=shop, check=True)
    assert run("statelint-config", "--all-files")[0] == 1


def test_the_next_files_need_no_analysis_of_their_own(shop: Path, tmp_path: Path) -> None:
    kept = ("check", "--cache-dir", str(tmp_path / "cache"), "--timings", "--output-format", "json")
    first = statelint(*kept, "shop/carts.py", cwd=shop)
    for files in (["shop/services", "shop/pictures.py"], ["shop/nothing.py", "shop/carts.py"], []):
        again = statelint(*kept, *files, cwd=shop)
        assert b"build relations" in first.err and b"build relations" not in again.err
        assert again.out == statelint("check", "--no-cache", "--output-format", "json", *files, cwd=shop).out


def test_a_finding_that_a_comment_silences_is_not_told_for_other_files(shop: Path) -> None:
    carts = shop / "shop/carts.py"
    carts.write_text("# statelint: ignore-file[SL101] -- known\n" + carts.read_text())
    for file, told in (("shop/carts.py", True), ("shop/pictures.py", False)):
        outcome = statelint("check", "--no-cache", "--sarif-suppressed", "--output-format", "sarif", file, cwd=shop)
        assert (b"CARTS" in outcome.out) == told
