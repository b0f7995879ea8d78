"""Sources → what they hold: bytes, and the name that these have in the cache."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from statelint.cache import key
from statelint.discover import Source

if TYPE_CHECKING:
    from statelint.facts import Facts

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is read at all."""
READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Content(NamedTuple):
    """What one source holds: its bytes and their name in the cache, or facts that say why it cannot be read."""

    source: Source
    name: bytes
    content: bytes
    unreadable: Facts | None = None


class Named(NamedTuple):
    """A source, and the name of what it holds or why it cannot be read."""

    source: Source
    name: bytes
    unreadable: Facts | None = None


def read(root: Path, sources: Sequence[Source], texts: Mapping[str, bytes] | None = None) -> tuple[Content, ...]:
    """The contents of the sources, in their order.

    `texts` are contents to take instead of what is on disk, by path: an editor's unsaved files, or standard input.
    """
    found, folder = [], f"{root}{os.sep}"
    for source in sources:
        if texts and source.path in texts:
            content = texts[source.path]
            found.append(Content(source, key(source.kind, content), content))
        else:
            found.append(read_one(folder + source.path, source))
    return tuple(found)


def read_one(path: str, source: Source) -> Content:
    """What one source holds that lies at a path."""
    try:
        content = _read(path)
    except OSError as error:
        return _unreadable(source, "unreadable", f"cannot be read: {error.strerror}")
    except _TooLarge as error:
        message = f"{error.size // 1024} KiB; files above {LARGEST // 1024} KiB are not analysed"
        return _unreadable(source, "size", message)
    return Content(source, key(source.kind, content), content)


class _TooLarge(Exception):
    def __init__(self, size: int) -> None:
        self.size = size


def _read(path: str) -> bytes:
    """The bytes of a file, by the fewest calls of the system: a tree has ten thousands of files."""
    handle = os.open(path, READING)
    try:
        size = os.fstat(handle).st_size
        if size > LARGEST:
            raise _TooLarge(size)
        content = os.read(handle, size + 1)
        while len(content) != size and (more := os.read(handle, size + 1)):
            content += more  # it grew meanwhile, or a call of the system was cut short
    finally:
        os.close(handle)
    return content


def _unreadable(source: Source, kind: str, message: str) -> Content:
    from statelint.facts import Facts, Trouble

    return Content(source, b"", b"", Facts(troubles=(Trouble(kind, 1, message),)))
