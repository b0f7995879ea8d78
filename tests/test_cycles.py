"""What is no longer needed is freed at once: nothing looks for cycles while an analysis runs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from statelint.config import Config
from statelint.embedded import read
from statelint.run import Way, analyse

SOURCES = {
    "python": "import cache\n\nclass Shop:\n    def sell(self, *rows):\n        return f'{rows} sold'\n",
    "python-wide": "PRICE = '5 €'\nprint(PRICE, 'ü')\n",
    "yaml": "services:\n  shop:\n    image: shop\n    deploy:\n      replicas: 2\n",
    "conf": "upstream shop {\n  ip_hash;\n  server a;\n}\n",
}
PROJECT = """
from flask import Flask

app = Flask(__name__)
carts = {}
last = None

@app.post("/carts/<name>")
def put(name):
    global last
    last = carts[name] = name
    return "kept"
"""


@pytest.fixture
def left() -> Iterator[Callable[[], list[object]]]:
    """Finds what only cycles keep of all that the test has made."""

    def found() -> list[object]:
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            gc.collect()
            return [x for x in gc.garbage if type(x).__module__.startswith("statelint")]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()

    gc.collect()
    gc.disable()
    yield found
    gc.enable()


@pytest.mark.parametrize("name", SOURCES)
def test_extraction_leaves_nothing(name: str, left: Callable[[], list[object]]) -> None:
    read(name.partition("-")[0], SOURCES[name].encode())
    assert left() == []


def test_judging_states_leaves_nothing(left: Callable[[], list[object]], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROJECT)
    project, _ = analyse(tmp_path, Config(), Way(jobs=1, use_cache=False))
    assert project.states
    assert left() == []
