"""Queues and lists that only say in which order a cache beside them was filled, so that it forgets the oldest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.first_use import TAKING
from statelint.project.mentions import Mention, Mentions, own_parts, statements
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk
from statelint.project.writes import Write

PUT: Final = frozenset({"append", "appendleft", "put", "put_nowait"})
TAKEN: Final = TAKING | {"get", "get_nowait"}


def is_order_of(writes: Sequence[Write], cache: Sequence[Write], mentions: Mentions) -> bool:
    """Whether each key that is put in is put into the cache right there too, and what is taken out again is only used
    as a key of the cache."""
    puts = [w for w in writes if w.method in PUT]
    if not puts or any(w.element or w.how != "method" or w.method not in PUT | TAKEN for w in writes):
        return False
    if not all(any(_stands_beside(w, c) for c in cache) for w in puts):
        return False
    name = cache[0].home.short.rpartition(".")[2]
    found = mentions.of(writes[0].home)
    return found is not None and all(_puts(m) or _is_key(m, name) for m in found)


def _stands_beside(put: Write, kept: Write) -> bool:
    key, given = kept.key, put.value
    return (
        kept.how == "item"
        and kept.scope is put.scope
        and kept.context.tests == put.context.tests
        and isinstance(key, f.Name)
        and isinstance(given, f.Name)
        and key.id == given.id
    )


def _puts(m: Mention) -> bool:
    call = m.statement.value if isinstance(m.statement, f.Do) else None
    return isinstance(call, f.Call) and isinstance(call.func, f.Attr) and call.func.name in PUT


def _is_key(m: Mention, cache: str) -> bool:
    """Whether a statement gives what it takes out a name of its own, which is then only used as a key of the cache."""
    s = m.statement
    if not isinstance(s, f.Bind) or len(s.targets) != 1 or not isinstance(s.targets[0], f.Name):
        return False
    name = s.targets[0].id
    used = [e for e in _named(name, m.scope) if e is not s.targets[0]]
    keys = list(_keys(cache, m.scope))
    return name not in m.scope.outer and all(any(e is key for key in keys) for e in used)


def _named(name: str, scope: Scope) -> Iterator[f.Expr]:
    return (e for e in _expressions(scope) if isinstance(e, f.Name) and e.id == name)


def _keys(cache: str, scope: Scope) -> Iterator[f.Expr]:
    """All that code looks for in the cache or takes out of it."""
    for e in _expressions(scope):
        if isinstance(e, f.Item) and last_name(e.of) == cache:
            yield e.key
        elif isinstance(e, f.Op) and e.op in ("in", "not in") and last_name(e.operands[1]) == cache:
            yield e.operands[0]
        elif isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.args and last_name(e.func.of) == cache:
            yield from e.args[:1] if e.func.name in TAKEN else ()


def _expressions(scope: Scope) -> Iterator[f.Expr]:
    body = scope.node.body if isinstance(scope.node, f.Function) else ()
    return (e for s in statements(body) for part in own_parts(s) if part is not None for e in walk(part))
