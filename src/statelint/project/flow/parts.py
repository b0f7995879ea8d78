"""Whether a write is one of several that make up one upload."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.project.flow.events import Landing
from statelint.project.kinds import words
from statelint.project.resolution.scopes import Scope


def in_parts(landing: Landing, vocabulary: AbstractSet[str]) -> bool:
    """An append or an in-place write, by a function that speaks of parts of one upload."""
    if "a" not in landing.mode and not {"r", "+"} <= set(landing.mode):
        return False
    return any(any(word in part for word in vocabulary for part in spoken(frame.scope)) for frame in landing.frames)


def spoken(scope: Scope) -> list[str]:
    """The words in a function's names and literal keys."""
    found = set(words(scope.name))
    for name in scope.bindings:
        found.update(words(name))
    for site in scope.calls:
        for arg in site.call.args:
            if isinstance(arg, f.Const) and arg.kind == "str":
                found.update(words(str(arg.value)))
    for item in _keys(scope):
        found.update(words(item))
    return sorted(found)


def _keys(scope: Scope) -> Iterable[str]:
    for bindings in scope.bindings.values():
        for b in bindings:
            yield from _keys_in(b.value)


def _keys_in(e: f.Expr | None) -> Iterable[str]:
    if isinstance(e, f.Item):
        if isinstance(e.key, f.Const):
            yield str(e.key.value)
        yield from _keys_in(e.of)
    elif isinstance(e, f.Call):
        for arg in e.args:
            yield from _keys_in(arg)
        if isinstance(e.func, f.Attr):
            yield from _keys_in(e.func.of)
