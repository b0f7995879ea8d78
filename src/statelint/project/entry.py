"""One way in: a function that the outside calls."""

from __future__ import annotations

from typing import Final, NamedTuple

from statelint.findings import Confidence
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Value
from statelint.spans import Span


class Entry(NamedTuple):
    """One way in. `label` is what a person calls it: `POST /carts/{id}`, `task send_mail`, `event connect`."""

    scope: Scope
    kind: str
    label: str
    library: str
    span: Span
    process_lived: bool
    """Whether the receiver of the method lives as long as the process."""
    confidence: Confidence = Confidence.HIGH
    receiver: Value | None = None
    by_name: bool = False
    """Whether only the function's name and parameters tell: it counts where nothing says more about the function."""
    maker: Scope | None = None
    """The code that hands the function over, where that is what makes it a way in."""
    alone: bool = False
    """Whether it counts only where nothing else is a way in."""
    near: bool = False
    """Whether only programs on the same machine can use it, beside other ways in for everybody."""


REQUESTED: Final = frozenset({"route", "websocket", "rpc", "page"})
"""Kinds of ways in that clients ask for."""
NEARBY: Final = "only programs on the same machine can reach it"
"""Why what such ways in lead to is doubtful."""
ASIDE: Final = frozenset({"thread", "hook"})
"""Ways in of the standard library that are none where nothing else arrives."""
ENTRY_ORDER: Final = (
    "route", "rpc", "websocket", "event", "page", "lambda", "message", "task", "signal", "middleware", "hook", "timer",
    "thread", "dependency",
)  # fmt: skip
"""The more convincing an entry is to a reader, the earlier."""
