"""The store of facts and reports: outside the project, bounded, shared by runs at the same time, never trusted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from statelint.cache import Cache, default_folder, key
from statelint.findings import Problem, Report
from statelint.runs import Before, Outcome, Runs, run_key

TODAY = date(2026, 5, 1)


def test_entries_come_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({b"a": b"1", b"b": b"2"})
    cache.put({b"a": b"3"})
    assert cache.get([b"a", b"b", b"c"]) == {b"a": b"3", b"b": b"2"}
    cache.close()
    assert Cache(tmp_path).get([b"a"]) == {b"a": b"3"}


def test_more_entries_than_a_query_takes(tmp_path: Path) -> None:
    entries = {n.to_bytes(4, "big"): b"x" for n in range(1700)}
    cache = Cache(tmp_path)
    cache.put(entries)
    assert cache.get(entries) == entries


def test_no_folder_keeps_nothing() -> None:
    cache = Cache(None)
    cache.put({b"a": b"1"})
    assert cache.get([b"a"]) == {}
    cache.close()


def test_the_older_half_goes(tmp_path: Path) -> None:
    cache = Cache(tmp_path, largest=200_000)
    for n in range(40):
        cache.put({n.to_bytes(4, "big"): os.urandom(20_000)})
    left = cache.get([n.to_bytes(4, "big") for n in range(40)])
    assert 0 < len(left) <= 12 and (39).to_bytes(4, "big") in left


@pytest.mark.parametrize("content", [b"", b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "facts.sqlite").write_bytes(content)
    cache = Cache(tmp_path)
    cache.put({b"a": b"1"})
    assert cache.get([b"a"]) == {b"a": b"1"}


def test_a_folder_that_cannot_be_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "below")
    cache.put({b"a": b"1"})
    assert cache.get([b"a"]) == {}


def test_a_store_in_use_is_left_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put({b"a": b"1"})
    other = sqlite3.connect(tmp_path / "facts.sqlite", isolation_level=None)
    other.execute("begin immediate")
    assert Cache(tmp_path).get([b"a"]) == {b"a": b"1"}
    other.execute("rollback")


def test_runs_at_the_same_time(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from statelint.cache import Cache\n"
        "cache = Cache(pathlib.Path(sys.argv[1]))\n"
        "for n in range(60): cache.put({f'{sys.argv[2]}-{n}'.encode(): b'x' * 5000})\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    names = [f"{run}-{n}".encode() for run in range(3) for n in range(60)]
    assert len(Cache(tmp_path).get(names)) == len(names)


def test_names_depend_on_kind_and_bytes_alone() -> None:
    assert key("python", b"a") == key("python", b"a")
    assert len({key("python", b"a"), key("python", b"b"), key("yaml", b"a")}) == 3


def test_run_names_depend_on_all_parts() -> None:
    assert run_key([b"a", b"b"]) == run_key([b"a", b"b"])
    assert len({run_key([b"a", b"b"]), run_key([b"ab"]), run_key([b"b", b"a"]), run_key([b"a", b"b", b""])}) == 4


def test_reports_come_back(tmp_path: Path) -> None:
    report = Report((), problems=(Problem("a.py", 3, "syntax", "not valid Python"),), files=2, hidden={"arguable": 1})
    runs = Runs(tmp_path, TODAY)
    runs.put(b"a", b"place", Outcome(report, {}, dated=False))
    assert runs.get(b"a") == report and runs.get(b"b") is None
    assert runs.last(b"place") == (Before(b"a", "", {}), report) and runs.last(b"elsewhere") is None
    connection = sqlite3.connect(tmp_path / "runs.sqlite")
    with connection:
        connection.execute("update facts set value = x'ff00'")
    assert runs.get(b"a") is None, "a damaged report is no report"
    assert runs.last(b"place") is None
    assert Runs(None, TODAY).get(b"a") is None


def test_a_report_that_the_day_counts_for_is_one_of_that_day(tmp_path: Path) -> None:
    today, tomorrow = Runs(tmp_path, TODAY), Runs(tmp_path, TODAY + timedelta(days=1))
    today.put(b"a", b"place", Outcome(Report((), files=1), {}, dated=True))
    assert today.get(b"a") is not None and tomorrow.get(b"a") is None
    assert today.last(b"place") is not None and tomorrow.last(b"place") is None
    today.put(b"a", b"place", Outcome(Report((), files=2), {}, dated=False))
    assert tomorrow.get(b"a") == Report((), files=2) and tomorrow.last(b"place") is not None


def test_few_reports_are_kept(tmp_path: Path) -> None:
    runs = Runs(tmp_path, TODAY)
    for n in range(100):
        runs.put(bytes([n]), b"place", Outcome(Report((), files=n), {}, dated=False))
    assert runs.get(bytes([99])) is not None and runs.get(bytes([1])) is None


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATELINT_CACHE_DIR", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("STATELINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform.startswith("linux"):
        assert default_folder() == tmp_path / "xdg" / "statelint"
