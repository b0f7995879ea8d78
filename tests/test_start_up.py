"""What a command imports: parsing and drawing are heavy, and most runs need neither."""

from __future__ import annotations

import shutil
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


def test_version(tmp_path: Path) -> None:
    outcome = statelint("--version", cwd=tmp_path)
    assert outcome.code == 0 and b"statelint" in outcome.out
