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


def parts_of(node: msgspec.Struct) -> Iterator[Any]:
    """The facts right inside a fact."""
    for name in node.__struct_fields__:
        yield from _flat(getattr(node, name))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, msgspec.Struct):
        yield value
    elif isinstance(value, tuple) and not isinstance(value, Place):
        for item in value:
            yield from _flat(item)
