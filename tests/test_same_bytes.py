"""The same input gives the same bytes: whatever the cache, the number of processes, or where the project lies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import statelint
from conftest import EXAMPLES

FORMATS = ["json", "concise", "full", "sarif", "github"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "project"))


def check(root: Path, *options: str, format: str = "json") -> bytes:
    outcome = statelint("check", "--output-format", format, *options, ".", cwd=root)
    assert outcome.code == 1, outcome.err.decode()
    return outcome.out


@pytest.mark.parametrize("format", FORMATS)
def test_cache_and_processes_change_nothing(shop: Path, tmp_path: Path, format: str) -> None:
    plain = check(shop, "--no-cache", "--jobs", "1", format=format)
    cached = ["--cache-dir", str(tmp_path / "cache")]
    assert check(shop, *cached, "--jobs", "2", format=format) == plain, "cold cache, two processes"
    assert check(shop, *cached, "--jobs", "1", format=format) == plain, "warm cache"
    assert check(shop, "--no-cache", "--jobs", "2", format=format) == plain, "two processes"


@pytest.mark.parametrize("format", FORMATS)
def test_the_place_of_the_project_does_not_show(shop: Path, tmp_path: Path, format: str) -> None:
    elsewhere = Path(shutil.copytree(shop, tmp_path / "deeper" / "other"))
    here = check(shop, "--no-cache", format=format)
    assert check(elsewhere, "--no-cache", format=format) == here
    assert str(tmp_path).encode() not in here


def test_ids_survive_moves_and_edits(shop: Path) -> None:
    """Ids are hashes of rule and object, so lines and unrelated code do not change them."""
    before = {f["object"]["name"]: f["id"] for f in json.loads(check(shop, "--no-cache"))["findings"]}
    for path in shop.rglob("*.py"):
        path.write_text('"""Moved down."""\n\nUNRELATED = 1\n\n\n' + path.read_text())
    after = {f["object"]["name"]: f["id"] for f in json.loads(check(shop, "--no-cache"))["findings"]}
    assert after == before


def test_a_moved_file_is_not_extracted_again(shop: Path, tmp_path: Path) -> None:
    """The cache is keyed by content alone: no path, no rule, no configuration."""
    cached = ["--cache-dir", str(tmp_path / "cache")]
    check(shop, *cached)
    entries = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    (shop / "shop" / "services" / "traffic.py").rename(shop / "shop" / "services" / "visits.py")
    text = (shop / "shop" / "__init__.py").read_text()
    (shop / "shop" / "__init__.py").write_text(text.replace("traffic", "visits"))
    check(shop, *cached, "--select", "SL1")
    more = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()} - entries
    assert len(more) <= 2, "only `__init__.py` has new bytes"


def test_the_cache_stays_out_of_the_project(shop: Path, tmp_path: Path) -> None:
    before = sorted(shop.rglob("*"))
    statelint("check", ".", cwd=shop, XDG_CACHE_HOME=str(tmp_path / "home"))
    assert sorted(shop.rglob("*")) == before


ORDER = """
from statelint.project.flow.values import Handle, Inst, Loc, Many, Origin, Taint, Tup, content_of
from statelint.spans import Span
at = [Origin(Span("a.py", n, 1, n, 2), str(n)) for n in range(9)]
levels = ("upload", "content", "copy")
value = frozenset(
    [Taint(level, "t", at[n]) for n, level in enumerate(levels)]
    + [Many(frozenset({Taint("content", "u", at[3]), Loc("x"), Inst("y")})), Handle("local", frozenset({Loc("z")}))]
    + [Tup((frozenset({Taint("copy", "v", at[4])}),), ("key",))]
)
print([type(atom).__name__ for atom in value], [t.origin.text for t in content_of(value)])
"""


def test_request_data_comes_from_the_same_place_in_every_process() -> None:
    told = set()
    for seed in range(6):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run(
            [sys.executable, "-c", ORDER], env=environment, capture_output=True, text=True, check=True
        )
        told.add(done.stdout)
    assert len(told) == 1
