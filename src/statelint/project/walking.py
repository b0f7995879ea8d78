"""All facts inside a fact, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from statelint.spans import Place

INNER: Final = (msgspec.Struct, tuple)


def walk(node: Any) -> Iterator[Any]:
    """All facts inside a fact, itself included."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, msgspec.Struct):
            yield node
            for name in node.__struct_fields__[::-1]:  # what is put there last is taken first
                value = getattr(node, name)
                if isinstance(value, INNER):
                    todo.append(value)
        elif type(node) is tuple:  # and no place
            todo += node[::-1]


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
