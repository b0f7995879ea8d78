"""Who gets what is sent by a signal: functions that a decorator or a call connects to the same object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from statelint import facts as f
from statelint.entry_rows import Decorated, Passed
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Func, Obj, Value, qualified

Key = Value | str
"""An object that sends, or the name by which modules get the same one."""


class Signals:
    """Receivers by what they are connected to. Nothing is looked at before something is sent."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._found: dict[Key, list[Scope]] | None = None

    def receivers(self, signal: f.Expr, scope: Scope) -> list[Scope]:
        """The functions that run when `signal` sends."""
        if self._found is None:
            self._found = defaultdict(list)
            for key, receiver in self._connected():
                if receiver not in self._found[key]:
                    self._found[key].append(receiver)
        return list(dict.fromkeys(r for key in self._keys(signal, scope) for r in self._found.get(key, ())))

    def _keys(self, signal: f.Expr, scope: Scope) -> Iterator[Key]:
        for value in self._names.denote(signal, scope):
            if isinstance(value, Obj) and value.site is not None:
                yield value
                made = value.site.expr
                if isinstance(made, f.Call) and made.args and isinstance(made.args[0], f.Const):
                    yield f"{made.args[0].value}"

    def _connected(self) -> Iterator[tuple[Key, Scope]]:
        for scope in self._names.every:
            node, outer = scope.node, scope.parent
            if isinstance(node, f.Function) and outer is not None:
                for decorator in node.decorators:
                    for signal in self._signals(decorator, outer):
                        for key in self._keys(signal, outer):
                            yield key, scope
            for site in scope.calls:
                func, args = site.call.func, site.call.args
                if isinstance(func, f.Attr) and args and self._connects("handlers.arguments", func, scope):
                    receivers = [v.scope for v in self._names.denote(args[0], scope) if isinstance(v, Func | Bound)]
                    yield from ((key, r) for key in self._keys(func.of, scope) for r in receivers)

    def _signals(self, decorator: f.Expr, scope: Scope) -> Iterator[f.Expr]:
        """What a decorator connects a function to: what its method belongs to, or its first argument."""
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        if not self._connects("handlers.decorators", target, scope):
            return
        if isinstance(target, f.Attr):
            yield target.of
        if isinstance(decorator, f.Call) and decorator.args:
            first = decorator.args[0]
            yield from first.items if isinstance(first, f.Group) else (first,)

    def _connects(self, table: str, func: f.Expr, scope: Scope) -> bool:
        for value in self._names.denote(func, scope):
            name = qualified(value)
            row = self._names.knowledge.find(table, name) if name else None
            if row is not None and isinstance(row[1], Decorated | Passed) and row[1].entry == "signal":
                return True
        return False
