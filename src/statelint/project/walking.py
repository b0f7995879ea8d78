"""All facts inside a fact, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from statelint.spans import Place


def walk(node: Any) -> Iterator[Any]:
    """All facts inside a fact, itself included."""
    if isinstance(node, tuple) and not isinstance(node, Place):
        for item in node:
            yield from walk(item)
    elif isinstance(node, msgspec.Struct):
        yield node
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, msgspec.Struct | tuple) and not isinstance(value, Place):
                yield from walk(value)
