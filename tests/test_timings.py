"""`--timings` says what was done, `--no-sift` does more of it; neither shows in the report."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from commands import statelint
from conftest import EXAMPLES, FIXTURES

LARGE = sorted(FIXTURES.glob("*/bad/*"), key=lambda folder: (-sum(1 for _ in folder.rglob("*.*")), folder))[:2]
TEST = "from app import SESSIONS\n\nSEEN = {}\n\n\ndef test_login():\n    SEEN['a'] = SESSIONS['b'] = 1\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "project"))
    (root / "tests").mkdir(exist_ok=True)
    (root / "tests" / "test_more.py").write_text(TEST)
    return root


def counts(err: bytes) -> dict[str, int]:
    """What the last line of the timings counts."""
    return {what: int(number) for number, what in re.findall(r"(\d+) ([a-z ]+)", err.decode().splitlines()[-1])}


def check(root: Path, *options: str) -> tuple[bytes, bytes]:
    outcome = statelint("check", "--output-format", "json", "--pedantic", "--exit-zero", *options, ".", cwd=root)
    assert outcome.code == 0, outcome.err.decode()
    return outcome.out, outcome.err


def test_timings_count_what_is_extracted(shop: Path, tmp_path: Path) -> None:
    cache = ["--cache-dir", str(tmp_path / "cache")]
    plain, _ = check(shop, "--no-cache")
    cold, err = check(shop, *cache, "--timings")
    assert cold == plain
    first = counts(err)
    assert first["extracted"] > 1 and first["from the cache"] == 0
    assert b"extract facts" in err and b"judge" in err
    changed = next(
        path for path in sorted(shop.rglob("*.py")) if b"def " in path.read_bytes() and "tests" not in path.parts
    )
    changed.write_bytes(changed.read_bytes() + b"\nEXTRA = 1\n")
    second = counts(check(shop, *cache, "--timings")[1])
    assert (second["extracted"], second["from the cache"]) == (1, first["extracted"] - 1)


def test_what_is_sifted_out_changes_nothing(shop: Path) -> None:
    sifted, few = check(shop, "--no-cache", "--timings")
    everything, all_of_it = check(shop, "--no-cache", "--no-sift", "--timings")
    assert sifted == everything
    assert counts(all_of_it)["extracted"] > counts(few)["extracted"]


@pytest.mark.parametrize("project", LARGE, ids=lambda path: f"{path.parent.parent.name}-{path.name}")
def test_what_is_sifted_out_of_fixtures_changes_nothing(project: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(project, tmp_path / "project"))
    assert check(root, "--no-cache")[0] == check(root, "--no-cache", "--no-sift")[0]
