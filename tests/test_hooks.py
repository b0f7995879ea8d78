"""The pre-commit hooks as their file says: the same findings with file names, without, and on the command line."""

from __future__ import annotations

import re
import shutil
import subprocess
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
