"""Files written whole or not at all: beside the old one first, then put in its place, with its mode and owner."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

MARK = b"\xef\xbb\xbf"


def decoded(content: bytes) -> str | None:
    """The text of a file, without a byte order mark; None when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def encoded(text: str, like: bytes) -> bytes:
    """A text as bytes, with a byte order mark where the old content has one."""
    return (MARK if like.startswith(MARK) else b"") + text.encode()


def replace(root: Path, path: str, old: bytes, new: bytes) -> str:
    """Put new content in the place of the old; empty when it was done, else why not.

    A link is followed, but never out of the root; a file that has changed meanwhile stays as it is.
    """
    try:
        file = (root / path).resolve(strict=True)
        if not file.is_relative_to(root.resolve()):
            return "it leads out of the project"
        status = file.stat()
        if not stat.S_ISREG(status.st_mode) or not os.access(file, os.W_OK):
            return "it cannot be written"
        content = file.read_bytes()
        if content != old:
            return "" if content == new else "it has changed meanwhile"
        _put(file, new, status)
    except OSError as error:
        return f"it cannot be written: {error.strerror}"
    return ""


def _put(file: Path, content: bytes, status: os.stat_result) -> None:
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(OSError, AttributeError):
            os.chown(beside, status.st_uid, status.st_gid)
        beside.chmod(stat.S_IMODE(status.st_mode))
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
