"""Bytes of a Python source → facts, by one walk over its syntax tree.

There are two ways, and both give the same facts. The interpreter's own parser is ten times as quick (`native.py`). What
it refuses, LibCST reads (`concrete.py`): it knows the grammar of versions that are newer than the one that runs us, so
that the facts do not depend on the interpreter; it is imported only then. A source that cannot be read gives facts with
a trouble.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from statelint.extract.python import native
from statelint.facts import Facts, trouble

LARGEST: Final = 2 * 1024 * 1024
"""Bytes; a larger source is generated, and parsing it takes minutes."""
COOKIE: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


def extract(source: bytes) -> Facts:
    """The facts of one Python source. Never raises for any bytes."""
    if len(source) > LARGEST:
        return trouble("size", 1, f"{len(source) // 1024} KiB; sources above {LARGEST // 1024} KiB are not analysed")
    if b"\0" in source:
        return trouble("binary", source[: source.index(b"\0")].count(b"\n") + 1, "not text: it has null bytes")
    try:
        text = _decode(source)
    except (LookupError, UnicodeError) as error:
        line = source[: getattr(error, "start", 0)].count(b"\n") + 1
        return trouble("encoding", line, "not readable in the encoding that it declares (UTF-8 without a declaration)")
    try:
        return native.read(text)
    except native.Refused:
        from statelint.extract.python import concrete  # 0.25 s, and rarely needed

        return concrete.read(text)


def _decode(source: bytes) -> str:
    """The text, by byte order mark or coding declaration (PEP 263), else UTF-8. Raises LookupError or UnicodeError."""
    if source.startswith(codecs.BOM_UTF8):
        return source[3:].decode("utf-8")
    for line in source.split(b"\n", 2)[:2]:
        cookie = COOKIE.match(line)
        if cookie:
            name = cookie.group(1).decode("ascii")
            if not codecs.lookup(name)._is_text_encoding:
                raise LookupError(name)
            text = source.decode(name)
            text.encode()  # some codecs give halves of surrogate pairs, which are no text
            return text
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return source.decode("utf-8")
