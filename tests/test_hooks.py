"""The hooks for pre-commit: their entries run as the frameworks run them, and, where one is installed, for real."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import EXAMPLES, ROOT

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
CODE = re.compile(r"\bSL\d{3}\b")


def git(*arguments: str, cwd: Path) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=cwd, capture_output=True, check=True, text=True)
    return done.stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The example shop in a repository of its own."""
    root = Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "shop"))
    git("init", "-q", ".", cwd=root)
    git("add", "-A", cwd=root)
    git("commit", "-q", "-m", "Start", cwd=root)
    return root


def hook(name: str, root: Path, *files: str) -> tuple[int, str]:
    """The exit code and the output of a hook that is given these files."""
    given = files if HOOKS[name].get("pass_filenames", True) else ()
    command = [sys.executable, "-m", *shlex.split(HOOKS[name]["entry"]), *given]
    environment = {**os.environ, "PRE_COMMIT": "1", "STATELINT_CACHE_DIR": str(root.parent / "cache")}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert "\x1b" not in done.stdout + done.stderr and "\r" not in done.stderr
    return done.returncode, done.stdout


def tracked(root: Path) -> list[str]:
    pattern = re.compile(HOOKS["statelint"]["files"])
    return [path for path in git("ls-files", cwd=root).splitlines() if pattern.search(path)]


def test_all_files_the_whole_project_and_the_command_line_agree(shop: Path) -> None:
    code, by_names = hook("statelint", shop, *tracked(shop))
    assert code == 1 and len(CODE.findall(by_names)) >= 5
    assert hook("statelint-all", shop) == (code, by_names)
    line = [sys.executable, "-m", "statelint", "check", "--no-cache", "--output-format", "concise", "."]
    assert subprocess.run(line, cwd=shop, capture_output=True, text=True, check=False).stdout == by_names


def test_a_changed_file_brings_only_what_touches_it(shop: Path) -> None:
    code, out = hook("statelint", shop, "shop/services/basket.py")
    assert code == 1 and "CARTS" in out, "defined elsewhere, written here"
    assert "HITS" not in out


def test_untracked_files_change_nothing(shop: Path) -> None:
    before = hook("statelint-all", shop)
    (shop / "shop" / "new.py").write_text((shop / "shop" / "services" / "traffic.py").read_text())
    (shop / "broken.py").write_text("def broken(:\n")
    assert hook("statelint-all", shop) == before


def test_a_deleted_file_among_the_arguments_is_no_error(shop: Path) -> None:
    code, out = hook("statelint", shop, "shop/gone.py", "shop/services/traffic.py")
    assert code == 1 and "HITS" in out


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("shop/web.py", True), ("deploy/web.yaml", True), ("chart/templates/_helpers.tpl", True), ("Dockerfile", True),
        ("Procfile", True), ("etc/nginx.conf", True), ("etc/haproxy.cfg", True), ("main.tf", True),
        ("README.md", False), ("logo.png", False), ("page.html", False),
    ],
)  # fmt: skip
def test_which_files_start_the_hook(path: str, wanted: bool) -> None:
    assert bool(re.search(HOOKS["statelint"]["files"], path)) is wanted


def test_the_configuration_is_verified(shop: Path) -> None:
    assert hook("statelint-config", shop)[0] == 0
    (shop / "statelint.toml").write_text("selct = []\n")
    assert hook("statelint-config", shop)[0] == 2


@pytest.mark.parametrize("framework", ["pre-commit", "prek"])
def test_under_the_real_framework(framework: str, shop: Path, tmp_path: Path) -> None:
    program = shutil.which(framework)
    if program is None:
        pytest.skip(f"{framework} is not installed")
    revision = git("rev-parse", "HEAD", cwd=ROOT).strip()
    config = f"repos:\n- repo: {ROOT}\n  rev: {revision}\n  hooks: [{{id: statelint}}, {{id: statelint-all}}]\n"
    (shop / ".pre-commit-config.yaml").write_text(config)
    git("add", ".pre-commit-config.yaml", cwd=shop)
    homes = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PREK_HOME": str(tmp_path / "home")}
    shown = []
    for name in ("statelint", "statelint-all"):
        done = subprocess.run(
            [program, "run", name, "--all-files", "--color", "never"], cwd=shop, capture_output=True, text=True,
            check=False, env={**os.environ, **homes}, timeout=600,
        )  # fmt: skip
        assert done.returncode == 1 and "\x1b" not in done.stdout, done.stdout + done.stderr
        shown.append([line.strip() for line in done.stdout.splitlines() if CODE.search(line)])
    assert len(shown[0]) >= 5 and shown[0] == shown[1]
