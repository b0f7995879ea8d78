"""What a command imports: parsing and drawing are heavy, and most runs need neither."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import modules_loaded_by, statelint
from conftest import EXAMPLES

HEAVY = {"libcst", "rich"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], ["rule", "SL101"]], ids=" ".join)
def test_commands_that_analyse_nothing_import_neither_parser_nor_drawing(arguments: list[str], tmp_path: Path) -> None:
    assert not HEAVY & modules_loaded_by(*arguments, cwd=tmp_path)


def test_a_fully_cached_check_imports_neither_parser_nor_drawing(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "shop", shop)
    check = ["check", "--cache-dir", str(tmp_path / "cache"), "--output-format", "concise", "."]
    assert statelint(*check, cwd=shop).code == 1
    assert not HEAVY & modules_loaded_by(*check, cwd=shop)


@pytest.mark.parametrize(("line", "imported"), [("x = 1", False), ("print 'Python 2'", True)])
def test_a_cold_check_imports_the_heavy_parser_only_for_what_the_interpreter_refuses(
    line: str, imported: bool, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLES / "shop", tmp_path / "shop")
    (tmp_path / "shop" / "more.py").write_text(line)
    loaded = modules_loaded_by("check", "--no-cache", "--output-format", "concise", ".", cwd=tmp_path / "shop")
    assert ("libcst" in loaded) is imported


def test_version(tmp_path: Path) -> None:
    outcome = statelint("--version", cwd=tmp_path)
    assert outcome.code == 0 and b"statelint" in outcome.out


def test_version_is_as_quick_as_its_option_parser(tmp_path: Path) -> None:
    """CPU seconds, not seconds, since other work may run; the best of several, in turns."""

    def cost(*command: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], cwd=tmp_path, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    program = ("-c", "import sys; sys.argv = ['statelint', '--version']; from statelint.cli import main; main()")
    pairs = [(cost(*program), cost("-c", "import click")) for _ in range(12)]
    own, parser = (min(times) for times in zip(*pairs, strict=True))
    assert own <= 1.5 * parser, f"{own:.3f} s against {parser:.3f} s"
