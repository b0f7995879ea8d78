"""Which functions a decorator of the project wraps, and where its wrapper calls them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
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
