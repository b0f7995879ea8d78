"""What a call sets only for as long as it runs: it sets it back in a `finally` clause, or when a context ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.writes import Write, class_around
from statelint.spans import Place

EXITS: Final = frozenset({"__exit__", "__aexit__"})
MANAGED: Final = EXITS | {"__init__", "__enter__", "__aenter__"}
"""The methods that Python runs around the block of a context."""


def block_of(method: Scope) -> Scope:
    """The class for a method that Python runs around a context, so that all of them count together; else itself."""
    owner = method.owner
    managed = method.name in MANAGED and owner is not None and not EXITS.isdisjoint(owner.bindings)
    return owner if managed and owner is not None else method


def sets_back(writes: Sequence[Write]) -> bool:
    """Whether each function that sets it also does so to say that it is done: at its own end, or that of a context."""
    if any(w.how not in ("rebind", "attribute") or w.element for w in writes):
        return False
    return all(
        any(
            stands_in_finally(w.scope, w.at)
            or _puts_back(w)
            or (w.scope.name in EXITS and around is class_around(w.scope))
            for w in found
        )
        for around in {block_of(w.scope) for w in writes}
        for found in [[w for w in writes if block_of(w.scope) is around]]
    )


def _puts_back(write: Write) -> bool:
    """Whether a write gives the value back that a local kept: `before = self.x`, and later `self.x = before`."""
    name = write.home.short.rpartition(".")[2]
    kept = write.scope.bindings.get(write.value.id, ()) if isinstance(write.value, f.Name) else ()
    return bool(kept) and all(b.kind == "assign" and last_name(b.value) == name for b in kept)


def stands_in_finally(function: Scope, at: Place) -> bool:
    """Whether an assignment or a call stands in a `finally` clause of a function, in no branch of it."""
    todo: list[tuple[f.Stmt, ...]] = [function.node.body] if isinstance(function.node, f.Function) else []
    while todo:
        for statement in todo.pop():
            if any(isinstance(s, f.Bind | f.Do) and s.at == at for s in _plain(getattr(statement, "final", ()))):
                return True
            todo.extend(getattr(statement, part, ()) for part in ("then", "other", "body", "final"))
    return False


def _plain(block: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """The statements of a block, with those that run in a context there, such as while a lock is held."""
    for statement in block:
        yield statement
        if isinstance(statement, f.With):
            yield from _plain(statement.body)
