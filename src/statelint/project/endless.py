"""Loops that go on until the process ends: what waits for something, or fetches page after page, ends by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from statelint import facts as f
from statelint.project.kinds import words
from statelint.project.loops import takes_next
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk

LAST: Final = frozenset({"StopIteration", "StopAsyncIteration", "EOFError"})
"""Errors that say that there is nothing more."""


def goes_on(function: Scope, vocabulary: Mapping[str, AbstractSet[str]]) -> bool:
    """Whether a function, or the guarded block of a module, has a loop that ends only when something else says so."""
    body = function.node.body if isinstance(function.node, f.Function) else ()
    if function.kind == "module":
        body = tuple(step for s in function.module.facts.body if isinstance(s, f.If) for step in s.then)
    loops = (s for s in walk(body) if isinstance(s, f.Loop) and s.kind == "while")
    return any(
        isinstance(loop.source, f.Const) and bool(loop.source.value) and _stays(loop, function, vocabulary)
        for loop in loops
    )


def _stays(loop: f.Loop, function: Scope, vocabulary: Mapping[str, AbstractSet[str]]) -> bool:
    """Whether a loop takes in messages, after which a break is the end of all of them, or waits for a word to stop."""
    receives, queues = vocabulary.get("receives", frozenset()), vocabulary.get("queues", frozenset())
    ends = vocabulary.get("ends", frozenset())
    if all(any(_tells(test, function, ends) for test in tests) for tests in _ways_out(loop.body, (), True)):
        return True
    calls = (node for node in walk(loop.body) if isinstance(node, f.Call))
    return any(last_name(call.func) in receives or takes_next(call, queues) for call in calls)


def _ways_out(body: tuple[f.Stmt, ...], tests: tuple[f.Expr, ...], own: bool) -> Iterator[tuple[f.Expr, ...]]:
    """The tests under which each statement stands that leaves a loop; of errors only the last item's end it.

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
            last = (step for h in s.handlers if h.type and last_name(h.type) in LAST for step in h.body)
            yield from _ways_out((*s.body, *last, *s.other, *s.final), tests, own)
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
