"""Who gets what is sent by a signal: functions that a decorator or a call connects to the same object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

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
        self._senders: dict[Key, set[Scope]] = defaultdict(set)

    def receivers(self, signal: f.Expr, scope: Scope) -> list[Scope]:
        """The functions that run when `signal` sends."""
        return list(dict.fromkeys(r for key in self._keys(signal, scope) for r in self._receivers.get(key, ())))

    def sent(self, call: f.Call, scope: Scope) -> list[Scope]:
        """The functions that a call runs which sends; it is remembered who sends."""
        if not isinstance(call.func, f.Attr):
            return []
        for key in self._keys(call.func.of, scope) if scope.module.in_service else ():
            self._senders[key].add(scope)
        return self.receivers(call.func.of, scope)

    def senders(self, receiver: Scope) -> frozenset[Scope]:
        """The code of the service that sends what a function receives; none where somebody else may send it too."""
        found: set[Scope] = set()
        for keys in self._connections.get(receiver, ()):
            own = {sender for key in keys for sender in self._senders.get(key, ())}
            if not own:
                return frozenset()
            found |= own
        return frozenset(found)

    @cached_property
    def _receivers(self) -> dict[Key, list[Scope]]:
        found: dict[Key, list[Scope]] = defaultdict(list)
        for receiver, connections in self._connections.items():
            for key in dict.fromkeys(key for keys in connections for key in keys):
                found[key].append(receiver)
        return found

    @cached_property
    def _connections(self) -> dict[Scope, list[tuple[Key, ...]]]:
        """For each receiver the keys of each signal that it is connected to; none for one that a library made."""
        found: dict[Scope, list[tuple[Key, ...]]] = defaultdict(list)
        for keys, receiver in self._connected():
            found[receiver].append(keys)
        return found

    def _keys(self, signal: f.Expr, scope: Scope) -> Iterator[Key]:
        for value in self._names.denote(signal, scope):
            if isinstance(value, Obj) and value.site is not None:
                yield value
                made = value.site.constructed.expr
                if isinstance(made, f.Call) and made.args and isinstance(made.args[0], f.Const):
                    yield f"{made.args[0].value}"

    def _connected(self) -> Iterator[tuple[tuple[Key, ...], Scope]]:
        for scope in self._names.every:
            node, outer = scope.node, scope.parent
            if isinstance(node, f.Function) and outer is not None:
                for decorator in node.decorators:
                    for signal in self._signals(decorator, outer):
                        yield tuple(self._keys(signal, outer)), scope
            for site in scope.calls:
                func, args = site.call.func, site.call.args
                if isinstance(func, f.Attr) and args and self._connects("handlers.arguments", func, scope):
                    receivers = [v.scope for v in self._names.denote(args[0], scope) if isinstance(v, Func | Bound)]
                    keys = tuple(self._keys(func.of, scope))
                    yield from ((keys, r) for r in receivers)

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
