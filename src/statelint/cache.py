"""Facts by content: what was extracted once from some bytes is not extracted again, wherever those bytes stand.

One SQLite file outside the project holds all entries, since ten thousand small files cost more to open than to parse.
An entry that cannot be read back, a file that is damaged and a folder that cannot be written are the same as no cache.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType

LARGEST = 512 * 1024 * 1024
"""Bytes of entries kept; beyond it the older half goes."""
VERSION = "3"
"""To be raised when what is kept changes in a way that the code of the extractors does not show."""
PAGES = ("page_count", "freelist_count", "page_size")


def default_folder() -> Path:
    """The platform's place for caches, or STATELINT_CACHE_DIR."""
    given = os.environ.get("STATELINT_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "statelint"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "statelint"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "statelint"


@cache
def _reader(kind: str) -> bytes:
    """What stands for the code that gives facts to a kind: other code may give other facts for the same bytes."""
    package = Path(__file__).parent
    if kind == "python":
        own = sorted(package.glob("extract/python/*.py"))
    else:  # a string may hold a text of any other kind
        own = sorted(
            [
                *package.glob("extract/*.py"),
                *package.glob("extract/yaml/*.py"),
                package / "embedded.py",
                package / "implied.py",
            ]
        )
    digest = hashlib.blake2b(VERSION.encode(), digest_size=16)
    for file in (*own, package / "facts.py", package / "spans.py"):
        digest.update(hashlib.blake2b(file.read_bytes()).digest())
    return digest.digest()


def key(kind: str, content: bytes) -> bytes:
    """The name of an entry: extraction depends on the kind and the bytes alone, not on rules or configuration."""
    return hashlib.blake2b(
        content, digest_size=20, key=_reader(kind.replace("-", "_")), person=kind.encode()[:16]
    ).digest()


def plain(value: object) -> object:
    """What msgspec does not encode by itself: read-only views of mappings."""
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


class Cache:
    """Reads and writes entries. `folder` None is a cache that keeps nothing."""

    def __init__(self, folder: Path | None, largest: int = LARGEST) -> None:
        self._connection = open_store(folder) if folder is not None else None
        self._largest = largest
        self.found = self.added = 0
        """How many entries were asked for and known, and how many were not and came to be."""

    def get(self, keys: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """The entries that exist, by key."""
        if self._connection is None:
            return {}
        wanted, found = list(keys), {}
        try:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = self._connection.execute(f"select key, value from facts where key in ({marks})", part)
                found.update({bytes(k): bytes(v) for k, v in rows})
        except (sqlite3.Error, TypeError):
            return {}
        self.found += len(found)
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep entries; a failure is silent, since the next run only does the work again."""
        self.added += len(entries)
        if self._connection is None or not entries:
            return
        try:
            with self._connection:
                self._connection.executemany("insert or replace into facts values (?, ?)", entries.items())
                if self._size() > self._largest:
                    self._connection.execute(
                        "delete from facts where rowid <= (select (min(rowid) + max(rowid)) / 2 from facts)"
                    )
        except sqlite3.Error:
            return

    def _size(self) -> int:
        """Bytes in use. Pages are counted, since to sum up the entries means to read them all."""
        assert self._connection is not None
        figures = [self._connection.execute(f"pragma {name}").fetchone()[0] for name in PAGES]
        pages, free, size = (int(figure) for figure in figures)
        return (pages - free) * size

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def open_store(folder: Path, name: str = "facts") -> sqlite3.Connection | None:
    """The store, made anew when its file is damaged; None when there can be none."""
    file = folder / f"{name}.sqlite"
    for attempt in ("as it is", "anew"):
        connection = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file, timeout=5)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = off")
            connection.execute("create table if not exists facts (key blob primary key, value blob not null)")
            connection.execute("select key, value from facts limit 1").fetchone()
            return connection
        except OSError:
            return None
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            if isinstance(error, sqlite3.OperationalError) and "no such column" not in str(error):
                return None  # locked, or not to be written: somebody else's, and perhaps in use
            if attempt == "as it is":
                for damaged in (file, folder / f"{file.name}-wal", folder / f"{file.name}-shm"):
                    with suppress(OSError):
                        damaged.unlink(missing_ok=True)
    return None
