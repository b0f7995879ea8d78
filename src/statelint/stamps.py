"""What the file system says of files whose contents are known, so that a run in which nothing has changed opens none.

A stamp is size, both times and the number of the file on its disk. It only stands for the name of a content that was
read before; anything that differs, and whatever is not certain, is read. As in git, a stamp counts only where both
times are well before the reading: what is written so shortly after another that a clock cannot tell, is read again. The
time of the last change of state is no program's to set back.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from statelint.contents import Content, Named, read_one
from statelint.discover import Source

RACY = 3_000_000_000
"""Nanoseconds before the reading in which a file may have changed twice at one time: the coarsest file systems count
two seconds."""
USABLE = sys.platform != "win32"
"""Whether the system tells when the state of a file has changed last."""


class Stamp(NamedTuple):
    """What the file system said of a file, and the name of what it held."""

    size: int
    written: int
    changed: int
    number: int
    name: bytes


class Stamps:
    """The stamps of one root, by path. `more` says whether there are some that were not known."""

    def __init__(self, known: dict[str, Stamp]) -> None:
        self.known = known
        self.more = False

    def named(self, root: Path, sources: Sequence[Source]) -> list[Named] | None:
        """The names of what the sources hold; only those without a certain stamp are read. None without any stamp."""
        if not self.known:
            return None
        found, folder = [], f"{root}{os.sep}"
        for source in sources:
            stamp = self.known.get(source.path)
            if stamp is None or _state(folder + source.path) != stamp[:4]:
                content = self._read(folder, source)
                found.append(Named(source, content.name, content.unreadable))
            else:
                found.append(Named(source, stamp.name))
        return found

    def read_all(self, root: Path, sources: Sequence[Source]) -> tuple[Content, ...]:
        """What the sources hold, each read."""
        folder = f"{root}{os.sep}"
        return tuple(self._read(folder, source) for source in sources)

    def _read(self, folder: str, source: Source) -> Content:
        """What a source holds; its stamp is known afterwards where that is certain."""
        path, began = folder + source.path, time.time_ns()
        before = _state(path)
        content = read_one(path, source)
        if content.unreadable is None and before is not None and before == _state(path):
            size, written, changed, number = before
            if max(written, changed) + RACY < began and size == len(content.content):
                self.known[source.path] = Stamp(size, written, changed, number, content.name)
                self.more = True
                return content
        self.known.pop(source.path, None)
        return content


def _state(path: str) -> tuple[int, int, int, int] | None:
    try:
        state = os.lstat(path)
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino
