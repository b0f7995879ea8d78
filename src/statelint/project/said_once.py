"""Containers and flags that only remember what was said already, so that a warning is given once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.first_use import TAKING
from statelint.project.resolution.paths import last_name, mentions
from statelint.project.resolution.scopes import blocks_in
from statelint.project.walking import walk
from statelint.project.writes import Write
from statelint.spans import Place

ADDING: Final = frozenset({"add", "append", "setdefault"})


def remembers_what_was_said(writes: Sequence[Write], says: Collection[str]) -> bool:
    """Whether each write that adds stands where the container lacks something, beside nothing but calls that say so.

    `says` are the last names of such calls.
    """
    adds = [w for w in writes if w.method in ADDING or (w.how == "item" and w.method != "del")]
    raised = [w for w in writes if w.how == "rebind" and isinstance(w.value, f.Const) and w.value.value]
    lowered = [w for w in writes if w.how == "rebind" and isinstance(w.value, f.Const) and not w.value.value]
    if raised and not adds:  # a flag: it is lowered where there is something new to say
        adds = raised if len(raised) + len(lowered) == len(writes) else []
    if not adds or not all(not w.element and _stands_beside_words(w, says) for w in adds):
        return False
    if adds == raised:
        return adds[0].home.kind == "module-variable" and not _is_shown(raised, lowered)
    return adds[0].home.kind != "module-variable" or not _is_read_elsewhere(adds)


def _is_shown(raised: Sequence[Write], lowered: Sequence[Write]) -> bool:
    """Whether code reads a flag otherwise than to ask before it says something."""
    home = raised[0].home
    asked = {id(t): t for w in (*raised, *lowered) for t, _ in w.context.tests if _names(t, home.short)}
    return _times(home.scope.module.facts.body, home.short) > 1 + len(raised) + len(lowered) + len(asked)


def _names(e: f.Expr, name: str) -> bool:
    return any(isinstance(node, f.Name) and node.id == name for node in walk(e))


def _is_read_elsewhere(adds: Sequence[Write]) -> bool:
    """Whether other code of the module names the container, but to empty it."""
    home = adds[0].home
    body = home.scope.module.facts.body
    own = {w.scope.node.body for w in adds if isinstance(w.scope.node, f.Function)}
    return _times(body, home.short) > 1 + sum(_times(b, home.short) for b in own)


def _times(body: tuple[f.Stmt, ...], name: str) -> int:
    """How often code names a container, where it is not to take something out."""
    nodes = list(walk(body))
    calls = (node.func for node in nodes if isinstance(node, f.Call) and isinstance(node.func, f.Attr))
    emptied = sum(isinstance(c.of, f.Name) and c.of.id == name for c in calls if c.name in TAKING)
    return sum(isinstance(node, f.Name) and node.id == name for node in nodes) - emptied


def _stands_beside_words(write: Write, says: Collection[str]) -> bool:
    name = write.home.short.rpartition(".")[2]
    if not isinstance(write.scope.node, f.Function) or not any(
        mentions(part, name, write.scope) for test, _ in write.context.tests for part in _parts(test)
    ):
        return False
    block = write.scope.node.body
    while inner := next((b for s in block for b in _blocks(s, name, write) if _holds(b, write.at)), None):
        block = inner
    return _only_says(block, write, says) and any(
        isinstance(s, f.Do) and _says(s.value, says) for s in _statements(block)
    )


def _parts(test: f.Expr) -> tuple[f.Expr, ...]:
    return test.operands if isinstance(test, f.Op) else (test,)


def _blocks(statement: f.Stmt, name: str, write: Write) -> Iterator[tuple[f.Stmt, ...]]:
    """The blocks of a test that asks for what the container lacks."""
    if isinstance(statement, f.If) and any(mentions(p, name, write.scope) for p in _parts(statement.test)):
        yield statement.then
        yield statement.other
    elif isinstance(statement, f.With | f.Loop | f.If | f.Try):
        for inner in (s for block in blocks_in(statement) for s in block):
            yield from _blocks(inner, name, write)


def _holds(block: tuple[f.Stmt, ...], at: Place) -> bool:
    return any(s.at[:2] <= at[:2] and at[2:] <= s.at[2:] for s in _statements(block))


def _statements(block: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    for statement in block:
        yield statement
        if isinstance(statement, f.If):
            yield from _statements((*statement.then, *statement.other))
        elif isinstance(statement, f.With):
            yield from _statements(statement.body)


def _only_says(block: tuple[f.Stmt, ...], write: Write, says: Collection[str]) -> bool:
    return all(_is_harmless(s, write, says) for s in block)


def _is_harmless(s: f.Stmt, write: Write, says: Collection[str]) -> bool:
    if isinstance(s, f.If):
        return _only_says((*s.then, *s.other), write, says)
    if isinstance(s, f.With):
        return _only_says(s.body, write, says)
    if isinstance(s, f.Return):
        return s.value is None
    if isinstance(s, f.Bind):
        return s.at == write.at or all(isinstance(t, f.Name) and t.id not in write.scope.outer for t in s.targets)
    if isinstance(s, f.Do):
        return isinstance(s.value, f.Const) or s.value.at == write.at or _says(s.value, says)
    return isinstance(s, f.Jump | f.Import)


def _says(e: f.Expr, says: Collection[str]) -> bool:
    return isinstance(e, f.Call) and last_name(e.func) in says
