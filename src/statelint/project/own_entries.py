"""Containers to which requests add nothing that is not in them already: look-up tables that find their own entries
under further keys, and tables of things to be made that put what an entry makes in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.resolution.paths import mentions
from statelint.project.resolution.scopes import Scope, still_current, visible
from statelint.project.walking import walk
from statelint.project.writes import Write

ASKING_FOR_KIND: Final = frozenset({"isinstance", "callable"})
DISPLAYED: Final = (f.Table, f.Group, f.Const)
DEPTH: Final = 3


def finds_its_own(writes: Sequence[Write], given: Callable[[Write], Sequence[tuple[f.Expr, Scope]]]) -> bool:
    """Whether each write that adds gives the container one of its own entries, or what such an entry makes, and each
    one that takes an entry out runs it. Without any that adds, what start-up code put in is used up by running it.

    `given` tells what a write stores, in a helper what its callers hand to it.
    """
    return all(_adds_its_own(w, given(w)) or _runs_what_it_takes(w) for w in writes)


def told_their_keys(writes: Sequence[Write]) -> bool:
    """Whether all that requests give to an attribute of entries is the key under which the entry was found, which is
    the same for each of them: `found = table[name]`, and then `found.title = name`."""
    return bool(writes) and all(w.how == "rebind" and not w.element and _is_told_its_key(w) for w in writes)


def _is_told_its_key(write: Write) -> bool:
    target = next((s.target for s in write.scope.stores if s.at == write.at), None)
    entry = target.of if isinstance(target, f.Attr) else None
    if not isinstance(entry, f.Name) or not isinstance(write.value, f.Name):
        return False
    found = still_current(visible(write.scope.bindings.get(entry.id, ()), entry.at), entry.at)
    keys = [_key(b.value) for b in found if b.kind == "assign" and b.position is None]
    key = write.scope.bindings.get(write.value.id, ())
    return (
        len(keys) == len(found) == 1
        and isinstance(keys[0], f.Name)
        and keys[0].id == write.value.id
        and len(key) == 1
        and key[0].kind == "param"
    )


def _key(e: f.Expr | None) -> f.Expr | None:
    """The key under which an expression looks something up."""
    if isinstance(e, f.Item):
        return e.key
    gets = isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "get" and len(e.args) == 1
    return e.args[0] if gets and isinstance(e, f.Call) else None


def asks_in_vain(writes: Sequence[Write]) -> bool:
    """Whether requests would change entries of a display of constants only where a word is in them that none has:
    `if "total" in row: row.append("tax")`."""
    return bool(writes) and all(w.element and _asks_in_vain(w) for w in writes)


def _asks_in_vain(write: Write) -> bool:
    changed = next((s.call.func for s in write.scope.calls if s.call.at == write.at), None)
    target = next((s.target for s in write.scope.stores if s.at == write.at), changed)
    entry = target.of if isinstance(target, f.Attr | f.Item) else None
    bindings = write.home.scope.bindings.get(write.home.short.rpartition(".")[2], ())
    written = [e for b in bindings if b.value is not None for e in walk(b.value)]
    if not isinstance(entry, f.Name) or not written or not all(isinstance(e, DISPLAYED) for e in written):
        return False
    texts = {e.value for e in written if isinstance(e, f.Const)}
    return any(
        isinstance(test, f.Op)
        and test.op == ("in" if taken else "not in")
        and isinstance(test.operands[0], f.Const)
        and isinstance(test.operands[1], f.Name)
        and test.operands[1].id == entry.id
        and test.operands[0].value not in texts
        for test, taken in write.context.tests
    )


def takes_out_fixed(writes: Sequence[Write]) -> bool:
    """Whether requests do no more than take out entries that the code names."""
    return all(
        not w.element
        and isinstance(w.key, f.Const)
        and w.key.kind == "str"
        and ((w.how == "item" and w.method == "del") or (w.how == "method" and w.method in ("pop", "discard")))
        for w in writes
    )


def _adds_its_own(write: Write, given: Sequence[tuple[f.Expr, Scope]]) -> bool:
    if write.element or not given or not (write.how == "item" and write.method != "del"):
        return False
    return all(_is_entry(e, write, scope) or _makes_itself(e, write, scope) for e, scope in given)


def _is_entry(e: f.Expr, write: Write, scope: Scope, depth: int = 0) -> bool:
    """Whether an expression takes something out of the container that is written."""
    name = write.home.short.rpartition(".")[2]
    if isinstance(e, f.Name) and depth < DEPTH:
        given = [b.value for b in scope.bindings.get(e.id, ()) if b.kind == "assign" and b.value is not None]
        others = [b for b in scope.bindings.get(e.id, ()) if b.kind != "assign" or b.position is not None]
        return bool(given) and not others and all(_is_entry(v, write, scope, depth + 1) for v in given)
    if isinstance(e, f.Item):
        return mentions(e.of, name, scope)
    if isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "get" and len(e.args) == 1:
        return mentions(e.func.of, name, scope)
    return False


def _makes_itself(call: f.Expr, write: Write, scope: Scope) -> bool:
    """`if isinstance(found, Later): self.table[key] = found.make()`, where `found` is the entry under that key."""
    if not isinstance(call, f.Call) or call.args or call.keywords:
        return False
    maker = call.func.of if isinstance(call.func, f.Attr) else call.func
    name = write.home.short.rpartition(".")[2]
    contexts = (
        [write.context]
        if scope is write.scope
        else [site.context for site in scope.calls if any(arg is call for arg in site.call.args)]
    )
    return mentions(maker, name, scope) and any(
        taken and _asks_for_kind(test, name, scope) for context in contexts for test, taken in context.tests
    )


def _asks_for_kind(test: f.Expr, name: str, scope: Scope) -> bool:
    return (
        isinstance(test, f.Call)
        and getattr(test.func, "id", "") in ASKING_FOR_KIND
        and bool(test.args)
        and mentions(test.args[0], name, scope)
    )


def _runs_what_it_takes(write: Write) -> bool:
    """`hook = hooks.pop(key)`, and then `hook()`."""
    if write.method != "pop" or write.element:
        return False
    names = {
        name
        for name, bindings in write.scope.bindings.items()
        if any(isinstance(b.value, f.Call) and b.value.at == write.at for b in bindings)
    }
    return any(getattr(site.call.func, "id", "") in names for site in write.scope.calls)
