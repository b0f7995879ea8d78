"""Loops that go on until the process ends: what waits for something, or fetches page after page, ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.project.kinds import words
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk


def goes_on(function: Scope, receives: AbstractSet[str], ends: AbstractSet[str]) -> bool:
    """Whether a function has a loop that ends only when something else says so.

    `receives` are methods by which such a loop takes in messages, `ends` are words of what tells it to stop.
    """
    body = function.node.body if isinstance(function.node, f.Function) else ()
    loops = (s for s in walk(body) if isinstance(s, f.Loop) and s.kind == "while")
    return any(
        isinstance(loop.source, f.Const) and bool(loop.source.value) and _stays(loop, function, receives, ends)
        for loop in loops
    )


def _stays(loop: f.Loop, function: Scope, receives: AbstractSet[str], ends: AbstractSet[str]) -> bool:
    out = [any(_tells(test, function, ends) for test in tests) for tests in _ways_out(loop.body, (), True)]
    return all(out) or any(isinstance(node, f.Call) and _takes_in(node, receives) for node in walk(loop.body))


def _takes_in(call: f.Call, receives: AbstractSet[str]) -> bool:
    """Whether a call takes the next message or item, after which a break is the end of all of them."""
    name = last_name(call.func)
    return name in receives or (name == "get" and isinstance(call.func, f.Attr) and not call.args)


def _ways_out(body: tuple[f.Stmt, ...], tests: tuple[f.Expr, ...], own: bool) -> Iterator[tuple[f.Expr, ...]]:
    """The tests under which each statement stands that leaves a loop; what leaves it for an error does not end it.

    `own` says that a `break` here is one of this loop.
    """
    for s in body:
        if isinstance(s, f.Return) or (own and isinstance(s, f.Jump) and s.kind == "break"):
            yield tests
        elif isinstance(s, f.If):
            yield from _ways_out((*s.then, *s.other), (*tests, s.test), own)
        elif isinstance(s, f.Loop):
            yield from _ways_out(s.body, tests, False)
            yield from _ways_out(s.other, tests, own)
        elif isinstance(s, f.With):
            yield from _ways_out(s.body, tests, own)
        elif isinstance(s, f.Try):
            yield from _ways_out((*s.body, *s.other, *s.final), tests, own)
        elif isinstance(s, f.Match):
            yield from _ways_out(tuple(inner for case in s.cases for inner in case.body), tests, own)


def _tells(test: f.Expr, function: Scope, ends: AbstractSet[str]) -> bool:
    """Whether a test asks what is not of the function itself whether it is the end: `stop.is_set()`, `self._closed`."""
    return any(
        not ends.isdisjoint(words(last_name(node)))
        for node in walk(test)
        if isinstance(node, f.Attr) or (isinstance(node, f.Name) and not _is_its_own(node.id, function))
    )


def _is_its_own(name: str, function: Scope) -> bool:
    return name not in function.outer and any(b.kind == "assign" for b in function.bindings.get(name, ()))
