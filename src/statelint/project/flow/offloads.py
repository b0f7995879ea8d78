"""Functions of the project that run what they are given: `async def in_thread(work, *args)`."""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.project.resolution.arguments import positional
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.scopes import Scope


class Offloads:
    """Looks at each function once."""

    def __init__(self) -> None:
        self._known: dict[Scope, int | None] = {}

    def position(self, scope: Scope) -> int | None:
        """At which position, the receiver not counted, a function takes the callable that it runs with its further
        arguments; None for a function that does no such thing."""
        if scope not in self._known:
            self._known[scope] = _position(scope)
        return self._known[scope]


def _position(scope: Scope) -> int | None:
    node = scope.node
    if not isinstance(node, f.Function):
        return None
    rest = next((p.name for p in node.params if p.kind == "star"), "")
    if not rest:
        return None
    taken = positional(node)[1 if first_parameter(scope) else 0 :]
    if not taken:
        return None
    last = taken[-1]  # what comes behind it is for the callable
    runs = any(last in _run_by(site.call, rest) for inner in (scope, *scope.descendants()) for site in inner.calls)
    return len(taken) - 1 if runs else None


def _run_by(call: f.Call, rest: str) -> Iterator[str]:
    """The names that a call runs, or hands to what runs them, with the further arguments."""
    for number, arg in enumerate(call.args):
        if isinstance(arg, f.Star) and isinstance(arg.value, f.Name) and arg.value.id == rest:
            before = call.args[number - 1] if number else call.func
            if isinstance(before, f.Name):
                yield before.id
