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
from pathlib import Path

LARGEST = 512 * 1024 * 1024
"""Bytes of entries kept; beyond it the older half goes."""
VERSION = "3"
"""To be raised whenever extraction gives other facts for the same bytes."""


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


def key(kind: str, content: bytes) -> bytes:
    """The name of an entry: extraction depends on the kind and the bytes alone."""
    return hashlib.blake2b(content, digest_size=20, person=f"{VERSION}:{kind}".encode()[:16]).digest()


class Cache:
    """Reads and writes entries. `folder` None is a cache that keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._connection = _open(folder) if folder is not None else None

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
        except sqlite3.Error:
            return {}
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep entries; a failure is silent, since the next run only does the work again."""
        if self._connection is None or not entries:
            return
        try:
            with self._connection:
                self._connection.executemany("insert or replace into facts values (?, ?)", entries.items())
                (size,) = self._connection.execute("select coalesce(sum(length(value)), 0) from facts").fetchone()
                if size > LARGEST:
                    self._connection.execute(
                        "delete from facts where rowid <= (select (min(rowid) + max(rowid)) / 2 from facts)"
                    )
        except sqlite3.Error:
            return

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _open(folder: Path) -> sqlite3.Connection | None:
    file = folder / "facts.sqlite"
    for attempt in ("as it is", "anew"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file, timeout=5)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = off")
            connection.execute("create table if not exists facts (key blob primary key, value blob not null)")
            return connection
        except sqlite3.DatabaseError:
            if attempt == "as it is":
                file.unlink(missing_ok=True)
        except OSError:
            return None
    return None
