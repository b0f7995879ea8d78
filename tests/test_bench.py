"""The parts of the benchmarks that need no network: the trees that they make, and the pictures of what was measured."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import EXAMPLES, ROOT

BENCH = ROOT / "bench"


@pytest.fixture(autouse=True)
def on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


def test_copies_import_themselves_and_no_file_is_like_another(tmp_path: Path) -> None:
    growth = import_module("growth")
    for number in (1, 2):
        growth.add_copy(EXAMPLES / "shop", tmp_path, number)
    first, second = (sorted((tmp_path / f"shop_{number}").rglob("*.py")) for number in (1, 2))
    assert len(first) == len(second) == len(list((EXAMPLES / "shop" / "shop").rglob("*.py")))
    texts = [file.read_bytes() for file in first + second]
    assert len(set(texts)) == len(texts)
    assert not any(b"from shop " in text or b"from shop." in text for text in texts)
    assert any(b"from shop_2" in text for text in texts)


def test_growth_is_said_by_line() -> None:
    rows = [
        {"lines": 100 * n, "cold_seconds": 2.0 * n, "warm_seconds": 1.0, "ruff_seconds": 0.5, "peak_megabytes": 0.1 * n}
        for n in (1, 3, 9)
    ]
    made = import_module("growth").with_ratios(rows)
    assert [row["time_by_line"] for row in made] == [1.0, 1.0, 1.0]
    assert [row["cold_to_ruff"] for row in made] == [4.0, 12.0, 36.0]
    assert [row["kilobytes_by_line"] for row in made] == [1.0, 1.0, 1.0]


def test_manifests_have_names_of_their_own(tmp_path: Path) -> None:
    import_module("manifests").write(tmp_path, 120)
    texts = [file.read_bytes() for file in sorted(tmp_path.rglob("*.y*ml"))]
    assert len(set(texts)) == len(texts) == 120 and len(list(tmp_path.iterdir())) == 3


def test_pictures_are_those_of_the_results() -> None:
    plot = import_module("plot")
    for name, draw in plot.PICTURES.items():
        drawn = draw()
        file = BENCH / "results" / f"{name}.svg"
        assert drawn == (file.read_text() if file.exists() else ""), "run `python bench/plot.py`"
        if drawn:
            ElementTree.fromstring(drawn)
    assert plot.shown(plot.README.read_text()) == plot.README.read_text(), "run `python bench/plot.py`"
    curve = plot.curves("a & b", "n", [("one", [(1e5, 1.0), (1e6, 1.1)]), ("two", [(1e5, 2.0)])])
    assert ElementTree.fromstring(curve).attrib["aria-label"] == "a & b"


def test_the_fleet_has_two_hundred_packages() -> None:
    names = [line for line in (BENCH / "fleet.txt").read_text().splitlines() if not line.startswith("#")]
    assert len(set(names)) == len(names) >= 200 and all("==" in name for name in names)


def test_every_script_of_the_benchmarks_is_told_of() -> None:
    told = (BENCH / "README.md").read_text()
    scripts = [file for file in sorted(BENCH.glob("*.py")) if 'if __name__ == "__main__"' in file.read_text()]
    assert scripts and not [file.name for file in scripts if f"bench/{file.name}" not in told]
    assert str(BENCH) in sys.path
