"""What is no longer needed is freed at once: nothing looks for cycles while an analysis runs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest

from statelint.embedded import read

SOURCES = {
    "python": "import cache\n\nclass Shop:\n    def sell(self, *rows):\n        return f'{rows} sold'\n",
    "python-wide": "PRICE = '5 €'\nprint(PRICE, 'ü')\n",
    "yaml": "services:\n  shop:\n    image: shop\n    deploy:\n      replicas: 2\n",
    "conf": "upstream shop {\n  ip_hash;\n  server a;\n}\n",
}


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
