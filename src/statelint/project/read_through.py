"""Stores that only keep what a function makes: it asks for a key, and puts there what it makes where nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from statelint import facts as f
from statelint.project.resolution.paths import asks_for_lack, same_path
from statelint.project.resolution.scopes import CallSite, Scope, still_current, visible
from statelint.project.walking import walk


def made_for(call: f.Call, scope: Scope) -> tuple[f.Expr, ...]:
    """What a function puts under a key of a store where `cache.get(key)` gave nothing, so that the store only keeps
    what the function makes. Nothing where that is made of what it got."""
    func = call.func
    if not isinstance(func, f.Attr) or func.name not in ("get", "set") or not call.args:
        return ()
    got = [site.call for site in _of_store(scope, "get", func.of, call.args[0])]
    put = _of_store(scope, "set", func.of, call.args[0])
    if len(put) != 1 or len(put[0].call.args) < 2 or not got:
        return ()
    names = {n for n, bound in scope.bindings.items() if any(any(b.value is c for c in got) for b in bound)}
    kept = put[0].call.args[1]
    made: tuple[f.Expr, ...] = (kept,)
    if isinstance(kept, f.Name) and kept.id in names:
        bound = [b for b in scope.bindings[kept.id] if not any(b.value is c for c in got)]
        made = tuple(b.value for b in bound if b.value is not None and b.kind == "assign" and b.position is None)
        if len(made) < len(bound):
            return ()
    elif not any(asks_for_lack(test, taken, n, scope) for test, taken in put[0].context.tests for n in names):
        return ()
    seen: set[int] = set()
    return () if any(_is_made_of(m, got, scope, seen) for m in made) else made


def _is_made_of(e: f.Expr, got: Sequence[f.Call], scope: Scope, seen: set[int]) -> bool:
    """Whether an expression reads what one of these calls gave, be it through local names."""
    for part in walk(e):
        if any(part is call for call in got):
            return True
        bindings = scope.bindings.get(part.id, ()) if isinstance(part, f.Name) and id(part) not in seen else ()
        seen.add(id(part))
        for b in still_current(visible(bindings, part.at), part.at) if bindings else ():
            if b.value is not None and _is_made_of(b.value, got, scope, seen):
                return True
    return False


def is_alike(call: f.Call, other: f.Call) -> bool:
    """Whether two calls get from or put into the same store under the same key, as both are written."""
    funcs = [
        c.func.of for c in (call, other) if isinstance(c.func, f.Attr) and c.func.name in ("get", "set") and c.args
    ]
    return len(funcs) == 2 and same_path(*funcs) and same_path(call.args[0], other.args[0])


def _of_store(scope: Scope, method: str, of: f.Expr, key: f.Expr) -> list[CallSite]:
    """The calls of a method of a store for a key, as both are written."""
    found = []
    for site in scope.calls:
        func, args = site.call.func, site.call.args
        asks = isinstance(func, f.Attr) and func.name == method and same_path(func.of, of)
        if asks and args and same_path(args[0], key):
            found.append(site)
    return found
