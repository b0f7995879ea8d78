"""One way in: a function that the outside calls, and whether it shows that the project is a service."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Set as AbstractSet
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


ASIDE: Final = frozenset({"thread", "hook"})
"""Ways in of the standard library that are none where nothing else arrives."""


def tells_of_a_service(e: Entry, called: Container[Scope], always: AbstractSet[str], itself: AbstractSet[str]) -> bool:
    """Whether an entry shows that something arrives. `called` are the functions that code calls, `always` the libraries
    that tell of any project, `itself` those that the project is: what only looks like their handlers is none."""
    if e.confidence is not Confidence.HIGH and e.library in itself:
        return False
    if e.kind == "hook" and e.maker is not None and e.maker.owner is not None:
        return e.maker in called  # else a method that nothing calls would hand it over
    return e.kind != "thread" and (e.kind not in (*ASIDE, "timer") or e.library not in always)
