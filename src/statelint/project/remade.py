"""Entries of a table that are made anew: what was there before is given back, or taken out since it is of no use."""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.project.resolution.paths import asks_for_lack, mentions, same_path
from statelint.project.resolution.scopes import blocks_in
from statelint.project.writes import Write
from statelint.spans import Place


def is_remade(write: Write) -> bool:
    """Whether a write puts an entry where there is none, or none any more: `if found: if found.closed: del table[key]`,
    `else: return found`, and then `table[key] = make(key)`."""
    body = write.scope.node.body if isinstance(write.scope.node, f.Function) else ()
    if write.how != "item" or write.method == "del" or write.element:
        return False
    return any(_clears(s, write) for s in _before(body, write.at))


def _before(block: tuple[f.Stmt, ...], at: Place) -> Iterator[f.If]:
    """The tests that come out one way or the other before code runs at a place."""
    for i, statement in enumerate(block):
        if statement.at[:2] <= at[:2] and at[2:] <= statement.at[2:]:
            yield from (s for s in block[:i] if isinstance(s, f.If))
            for inner in blocks_in(statement):
                yield from _before(inner, at)


def _clears(test: f.If, write: Write) -> bool:
    """Whether a test asks for the entry, and there is none after the branch in which it is there."""
    name = write.home.short.rpartition(".")[2]
    return asks_for_lack(test.test, False, name, write.scope) and _is_gone(test.then, name, write)


def _is_gone(block: tuple[f.Stmt, ...], name: str, write: Write) -> bool:
    for s in block:
        if isinstance(s, f.Return | f.Raise):
            return True
        if isinstance(s, f.If) and s.other and _is_gone(s.then, name, write) and _is_gone(s.other, name, write):
            return True
        removed = [(t.of, t.key) for t in (s.targets if isinstance(s, f.Delete) else ()) if isinstance(t, f.Item)]
        call = s.value if isinstance(s, f.Do) and isinstance(s.value, f.Call) else None
        if call is not None and isinstance(call.func, f.Attr) and call.func.name == "pop" and call.args:
            removed.append((call.func.of, call.args[0]))
        if any(mentions(of, name, write.scope) and same_path(key, write.key) for of, key in removed):
            return True
    return False
