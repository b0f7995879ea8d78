"""What code hands over: arguments to parameters, elements to containers, attributes to functions.

One pass over all calls and stores, before anything is known of parameters. Name resolution then follows what was handed
over, so that the two relations need no common fixpoint.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from statelint import facts as f
from statelint.project.callees import Callees
from statelint.project.resolver import Given, Resolver
from statelint.project.results import PARTIAL
from statelint.project.scopes import CallSite, Scope
from statelint.project.values import Ext, Func, Heap, Value

KEPT: Final = 16
"""Arguments of one parameter, or elements of one container, beyond which more say nothing new."""
ADDERS: Final = frozenset({"append", "appendleft", "add", "insert", "setdefault", "put", "put_nowait"})


def given(names: Resolver, callees: Callees) -> Given:
    """All that is handed over, collected scope by scope."""
    return _Collector(names, callees).given


class _Collector:
    def __init__(self, names: Resolver, callees: Callees) -> None:
        self._names = names
        self._callees = callees
        self.given = Given(defaultdict(list), defaultdict(list), defaultdict(list))
        for scope in names.every:
            for site in scope.calls:
                self._call(site)
            for store in scope.stores:
                if isinstance(store.target, f.Item):
                    for value in names.denote(store.target.of, scope):
                        self._put(value, store.value, scope)
                elif isinstance(store.target, f.Attr) and store.value is not None:
                    for value in names.denote(store.target.of, scope):
                        if isinstance(value, Func) and not made_by_a_call(value.scope):
                            attached = self.given.attached[value.scope, store.target.name]
                            attached.append((store.value, scope, store.target.at))

    def _call(self, site: CallSite) -> None:
        call, scope = site.call, site.scope
        if isinstance(call.func, f.Attr) and call.func.name in ADDERS and call.args:
            for held in self._names.denote(call.func.of, scope):
                self._put(held, call.args[-1], scope)
        values = self._names.denote(call.func, scope)
        if not call.args and not call.keywords:
            return
        for value in values:
            if isinstance(value, Ext) and value.name == PARTIAL and call.args:
                early = f.Call(call.args[0], call.args[1:], call.keywords, call.at)
                for bound in self._names.denote(call.args[0], scope):
                    for callee in self._callees.of(bound, site):
                        self._pass(early, scope, callee.scope, callee.skipped)
            for callee in self._callees.of(value, site):
                self._pass(call, scope, callee.scope, callee.skipped)
        guessed = None if values else self._callees.guessed(call)
        if guessed:
            self._pass(call, scope, guessed.scope, guessed.skipped)

    def _put(self, held: Value, value: f.Expr | None, scope: Scope) -> None:
        if isinstance(held, Heap) and value is not None and not isinstance(value, f.Const):
            stored = self.given.stored[held.site]
            if len(stored) < KEPT:
                stored.append((value, scope))

    def _pass(self, call: f.Call, scope: Scope, callee: Scope, skipped: int) -> None:
        node = callee.node
        if not isinstance(node, f.Function):
            return
        positional = [p.name for p in node.params if p.kind in ("positional", "positional-only")][skipped:]
        for name, arg in zip(positional, call.args):  # noqa: B905 - surplus arguments go to *args
            if isinstance(arg, f.Star):
                break
            self._give(callee, name, arg, scope)
        known = {p.name for p in node.params}
        for keyword, value in call.keywords:
            if keyword in known:
                self._give(callee, keyword, value, scope)

    def _give(self, callee: Scope, name: str, arg: f.Expr, scope: Scope) -> None:
        arguments = self.given.arguments[callee, name]
        if len(arguments) < KEPT and not isinstance(arg, f.Const):
            arguments.append((arg, scope))


def made_by_a_call(function: Scope) -> bool:
    """Whether a function is made anew by each call of the function around it."""
    return function.parent is not None and function.parent.kind == "function"
