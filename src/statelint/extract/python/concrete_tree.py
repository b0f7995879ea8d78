"""Text → LibCST's tree, built without the parts of it that nobody reads here.

The parser makes an object of each token and of each gap between tokens, and each object checks itself. Here the gaps
are left out and what the parser has just made is not checked again: a quarter to a third less time for the same tree.
The parser takes the node classes from the package at the moment it needs them, so others stand there while it runs.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import libcst

UNREAD: Final = frozenset(
    {"SimpleWhitespace", "ParenthesizedWhitespace", "TrailingWhitespace", "EmptyLine", "Newline", "Comment"}
    | {"Semicolon", "Dot"}
)
UNREAD_FIELDS: Final = frozenset(
    {"semicolon", "header", "footer", "leading_lines", "lines_after_decorators", "trailing_whitespace"}
)
_one_at_a_time = threading.Lock()


def parse(text: str) -> libcst.Module:
    """The tree of a module. Raises ParserSyntaxError. Its gaps must not be read, nor its code generated."""
    with _one_at_a_time, _standing_in():
        return libcst.parse_module(text)


@contextmanager
def _standing_in() -> Iterator[None]:
    usual = {name: getattr(libcst, name) for name in _builders()}
    vars(libcst).update(_builders())
    try:
        yield
    finally:
        vars(libcst).update(usual)


@cache
def _builders() -> Mapping[str, Callable[..., Any]]:
    """What stands in for each node class, by its name."""
    classes = {name: value for name, value in vars(libcst).items() if isinstance(value, type)}
    return {
        name: dict if name in UNREAD else _builder(cls)
        for name, cls in classes.items()
        if issubclass(cls, libcst.CSTNode) and dataclasses.is_dataclass(cls)
    }


def _builder(cls: Any) -> Callable[..., Any]:
    """Makes objects of a node class from its fields, as its own constructor does but for the checks and the gaps."""
    fields = [
        (field.name, _default(field), getattr(cls, field.name).__set__)
        for field in dataclasses.fields(cls)
        if field.name not in UNREAD_FIELDS and not field.name.startswith("whitespace")
    ]

    def build(**given: Any) -> Any:
        node = cls.__new__(cls)
        for name, default, put in fields:
            put(node, given.get(name, default))
        return node

    return build


def _default(field: dataclasses.Field[Any]) -> Any:
    return None if field.default is dataclasses.MISSING else field.default
