"""Bytes of one source → facts: one module or package a format, found by its name; none imports another.

What all formats of plain text begin with stands here.
"""

from __future__ import annotations

from statelint.facts import Facts, Trouble


def readable(source: bytes, what: str = "configuration", largest: int | None = None) -> str | Facts:
    """The text of a source in UTF-8, or facts with the trouble that says why it is none. `largest` is in bytes."""
    if b"\0" in source:
        return Facts(troubles=(Trouble("binary", 1, "not text: it has null bytes"),))
    if largest is not None and len(source) > largest:
        message = f"{len(source) // 1024} KiB; {what} above {largest // 1024} KiB is not analysed"
        return Facts(troubles=(Trouble("size", 1, message),))
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        return Facts(troubles=(Trouble("encoding", line, "not readable as UTF-8"),))
