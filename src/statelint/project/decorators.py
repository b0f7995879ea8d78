"""Which functions a decorator of the project wraps, and where its wrapper calls them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope, Store
from statelint.project.resolution.values import Bound, Cls, Func, Obj


class Decorators:
    """Decorated functions by their decorator: a function, the inner function of a factory, or a class."""

    def __init__(self, names: Names) -> None:
        self._names = names

    @cached_property
    def _wrapped(self) -> dict[Scope, list[Scope]]:
        found: dict[Scope, list[Scope]] = defaultdict(list)
        for scope in self._names.every:
            if scope.kind == "function" and isinstance(scope.node, f.Function) and scope.parent:
                for decorator in scope.node.decorators:
                    for value in self._names.denote(decorator, scope.parent):
                        by = value.scope if isinstance(value, Func | Bound | Cls) else None
                        if isinstance(value, Obj) and isinstance(value.cls, Cls):
                            by = value.cls.scope
                        if by is not None:
                            found[by].append(scope)
        return dict(found)

    def wrapped_by(self, called: f.Expr, scope: Scope) -> list[Scope]:
        """The functions that `called` stands for where it is the parameter of a decorator: `fn(…)`, `self.fn(…)`."""
        if isinstance(called, f.Name):
            current: Scope | None = scope
            while current is not None and current.kind == "function":
                bindings = current.bindings.get(called.id)
                if bindings:
                    own = all(b.kind == "param" for b in bindings)
                    return self._wrapped.get(current, []) if own and _first(current) == called.id else []
                current = current.parent
        elif isinstance(called, f.Attr) and isinstance(called.of, f.Name) and scope.owner in self._wrapped:
            owner = scope.owner
            for assigned in self._names.classes.assigned(owner, called.name):
                given = assigned.value
                if isinstance(given, f.Name) and _first(assigned.store.scope, skip=1) == given.id:
                    return self._wrapped[owner]
        return []


def keeps_the_result(decorator: Scope) -> bool:
    """Whether what a decorator leaves in the place of a function keeps its result as an attribute, and runs the
    function only where there is none: `try: return getattr(self, name)`, else `setattr(self, name, function(self))`."""
    wrapped = _first(decorator)
    return bool(wrapped) and any(_keeps(wrapped, inner) for inner in decorator.children if inner.kind == "function")


def _keeps(wrapped: str, wrapper: Scope) -> bool:
    runs = [site for site in wrapper.calls if getattr(site.call.func, "id", "") == wrapped]
    if not runs or wrapped in wrapper.bindings or any(_compares(t) for site in runs for t, _ in site.context.tests):
        return False
    called = [site.call for site in runs]
    results = {name for name, bound in wrapper.bindings.items() if any(b.value in called for b in bound)}
    asked = {last_name(site.call.func) for site in wrapper.calls}
    sets = [
        site.call.args[2]
        for site in wrapper.calls
        if last_name(site.call.func) == "setattr" and len(site.call.args) > 2
    ]
    sets += [s.value for s in wrapper.stores if isinstance(s.target, f.Attr) and s.value is not None]
    kept = any(e in called or getattr(e, "id", "") in results for e in sets)
    return kept and not asked.isdisjoint({"getattr", "hasattr"})


def runs_once(decorator: Scope) -> bool:
    """Whether a decorator, or the factory of one, runs the function only until it has noted somewhere that it did:
    `if name in done: return`, then `function(self)` and `done[name] = True`; or a flag in the place of the table."""
    return any(
        inner.parent is not None and _notes(_first(inner.parent), inner)
        for inner in decorator.descendants()
        if inner.kind == "function" and inner.parent is not None and inner.parent.kind == "function"
    )


def _notes(wrapped: str, wrapper: Scope) -> bool:
    runs = [site for site in wrapper.calls if wrapped and getattr(site.call.func, "id", "") == wrapped]
    if not runs or wrapped in wrapper.bindings:
        return False
    noted = [_noted_by(store) for store in wrapper.stores]
    noted += [
        (last_name(func.of), site.call.args[0])
        for site in wrapper.calls
        if isinstance(func := site.call.func, f.Attr) and func.name == "add" and len(site.call.args) == 1
    ]
    return all(any(_is_lacking(t, taken, noted, wrapper) for t, taken in site.context.tests) for site in runs)


def _noted_by(store: Store) -> tuple[str, f.Expr | None]:
    """The table and the key under which something is noted, or the flag that is set."""
    if store.op != "=" or (isinstance(store.value, f.Const) and not store.value.value):
        return "", None
    target = store.target
    return (last_name(target.of), target.key) if isinstance(target, f.Item) else (last_name(target), None)


def _is_lacking(test: f.Expr, taken: bool, noted: Sequence[tuple[str, f.Expr | None]], wrapper: Scope) -> bool:
    """Whether this branch is taken only while what the wrapper notes is not yet noted.

    A key that comes with the call tells calls apart, as a memo does.
    """
    if isinstance(test, f.Op) and test.op == "not":
        return _is_lacking(test.operands[0], not taken, noted, wrapper)
    if isinstance(test, f.Op) and test.op in ("in", "not in") and taken == (test.op == "not in"):
        key, table = test.operands
        own = isinstance(key, f.Const) or (isinstance(key, f.Name) and key.id not in wrapper.bindings)
        return own and any(name == last_name(table) and _same(key, other) for name, other in noted)
    flag = isinstance(test, f.Name | f.Attr) and not taken
    return flag and (last_name(test), None) in noted


def _same(a: f.Expr, b: f.Expr | None) -> bool:
    if isinstance(a, f.Name):
        return isinstance(b, f.Name) and a.id == b.id
    return isinstance(a, f.Const) and isinstance(b, f.Const) and a.value == b.value


def _compares(test: f.Expr) -> bool:
    """Whether a test compares sizes, as one does that asks for the age of what is kept."""
    if isinstance(test, f.Op):
        return test.op in ("<", ">", "<=", ">=") or any(_compares(o) for o in test.operands)
    return False


def _first(function: Scope, skip: int = 0) -> str:
    """The name of the first parameter, after `skip` others."""
    node = function.node
    params = node.params[skip:] if isinstance(node, f.Function) else ()
    return params[0].name if params else ""
