"""Small programs with state in memory, or what looks alike, over many frameworks: each gives exactly what it expects.

`cases/memory/*.txt`: a program begins at `### name`, a further file of it at `## path`; comments as in fixtures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from analysing import analyse
from expectations import difference

CASES = Path(__file__).parent / "cases" / "memory"
PROGRAM = re.compile(r"^### (\w+)\n", re.MULTILINE)
FILE = re.compile(r"^## (\S+\.py)\n", re.MULTILINE)


def programs() -> Iterator[tuple[str, str]]:
    """The name and the text of each program, files in order."""
    for path in sorted(CASES.glob("*.txt")):
        _, *parts = PROGRAM.split(path.read_text())
        yield from ((f"{path.stem}-{name}", text) for name, text in zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in programs()])
def test_program(text: str, tmp_path: Path) -> None:
    first, *others = FILE.split(text)
    for path, content in zip(("app.py", *others[::2]), (first, *others[1::2]), strict=True):
        if content or path != "app.py":
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content)
    assert not (message := difference(tmp_path, analyse(tmp_path))), message
