"""Memory that is free again, given back to the system.

The C library keeps what is freed between blocks in use. What large projects leave there when all is extracted, their
texts and the encoded facts, is an eighth of the memory of the analysis, which asks for blocks of other sizes.
"""

from __future__ import annotations

import sys
from contextlib import suppress

WORTH_GIVING = 4_000_000
"""Bytes below which looking for them costs more than they are worth."""


def give_back(size: int) -> None:
    """Give back what is free, where so many bytes were freed and the C library can be asked to."""
    if size < WORTH_GIVING or sys.platform != "linux":
        return
    with suppress(ImportError, OSError, AttributeError):  # no foreign calls in this interpreter, or another library
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
