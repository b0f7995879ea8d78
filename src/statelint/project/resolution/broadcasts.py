"""Functions that a mark of a library decorates: a call of their name on the library's object runs them."""

from __future__ import annotations

from collections import defaultdict

from statelint import facts as f
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Cls, Ext, Func, Obj, Value, Values, qualified


class Broadcasts:
    """Look-up of what such a call runs. Nothing is looked at before a project uses such a library."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        rows = [row for _, row in names.knowledge.rows(lambda library: library.broadcasts)]
        self.known = bool(rows)
        self._marks = {names.knowledge.canonical(mark) for row in rows for mark in row.marks}
        self._marked: dict[str, list[Scope]] | None = None

    def of(self, holder: str, name: str) -> Values:
        """The functions that `holder.name()` runs, where the holder is one that tables speak of."""
        if self._names.knowledge.find("broadcasts", holder) is None:
            return ()
        if self._marked is None:
            self._marked = self._all_marked()
        return tuple(_callable(scope) for scope in self._marked.get(name, ()))

    def _all_marked(self) -> dict[str, list[Scope]]:
        found: dict[str, list[Scope]] = defaultdict(list)
        for scope in self._names.every:
            outer, node = scope.parent, scope.node
            if outer is None or not isinstance(node, f.Function) or not scope.module.in_service:
                continue
            if any(self._is_mark(d, outer) for d in node.decorators):
                found[scope.name].append(scope)
        return found

    def _is_mark(self, decorator: f.Expr, scope: Scope) -> bool:
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        for value in self._names.denote(target, scope):
            name = value.cls.name if isinstance(value, Obj) and isinstance(value.cls, Ext) else qualified(value)
            if name and self._names.knowledge.canonical(name) in self._marks:
                return True
        return False


def _callable(scope: Scope) -> Value:
    return Bound(scope, Obj(Cls(scope.owner))) if scope.owner is not None else Func(scope)
