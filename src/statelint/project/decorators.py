"""Which functions a decorator of the project wraps, and where its wrapper calls them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from statelint import facts as f
from statelint.project.names import Names
from statelint.project.scopes import Scope
from statelint.project.values import Bound, Cls, Func, Obj


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


def _first(function: Scope, skip: int = 0) -> str:
    """The name of the first parameter, after `skip` others."""
    node = function.node
    params = node.params[skip:] if isinstance(node, f.Function) else ()
    return params[0].name if params else ""
