"""Branches that the code itself switches off: below a name of a module that it binds once, to true or false, or below
a parameter that is false by default and that no caller turns on."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.project.resolution.arguments import matched, spread
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Context, Scope
from statelint.project.resolution.values import Lit


class SwitchedOff:
    """Look-up of such branches. What sets the name from elsewhere is looked for in the service alone: a script that
    builds the documents may set it, and runs in another process."""

    def __init__(self, names: Names, calls: Calls | None = None, entries: AbstractSet[Scope] = frozenset()) -> None:
        """Without `calls`, nothing is known of parameters; what comes in at `entries` gives theirs."""
        self._names = names
        self._calls = calls
        self._entries = entries
        self._off: dict[tuple[Scope, str], bool] = {}
        self._set_from_elsewhere = {
            store.target.name
            for scope in names.every
            if scope.module.in_service
            for store in scope.stores
            if type(store.target) is f.Attr
        }
        self._known: dict[tuple[int, bool], bool] = {}
        self._made: dict[Scope, bool] = {}

    def bars(self, context: Context, scope: Scope) -> bool:
        """Whether code in this context never runs."""
        return any(self.excludes(test, taken, scope) for test, taken in context.tests)

    def excludes(self, test: f.Expr, taken: bool, scope: Scope) -> bool:
        """Whether a test never comes out so."""
        key = (id(test), taken)
        if key not in self._known:
            self._known[key] = self._truth(test, scope) is (not taken)
        return self._known[key]

    def never_made(self, function: Scope) -> bool:
        """Whether a function, or one around it, is defined in such a branch."""
        known = self._made.get(function)
        if known is None:
            parent = function.parent
            bindings = parent.bindings.get(function.name, ()) if parent is not None else ()
            own = [b for b in bindings if b.node is function.node]
            known = any(self.bars(b.context, b.scope) for b in own)
            known = self._made[function] = known or (parent is not None and self.never_made(parent))
        return known

    def _truth(self, test: f.Expr, scope: Scope) -> bool | None:
        """What a test always comes out as; None where that is not known."""
        if type(test) is f.Op and test.op in ("not", "and", "or"):
            inner = [self._truth(operand, scope) for operand in test.operands]
            if test.op == "not":
                return None if inner[0] is None else not inner[0]
            decides = test.op == "or"
            return decides if decides in inner else None if None in inner else not decides
        if type(test) is not f.Name:
            return None
        if self._calls is not None and scope.kind == "function" and test.id in scope.bindings:
            return False if self._never_turned_on(scope, test.id, self._calls) else None
        if test.id in self._set_from_elsewhere:
            return None
        values = self._names.denote(test, scope)
        if len(values) != 1 or type(values[0]) is not Lit or values[0].kind != "bool":
            return None
        return bool(values[0].value) if self._is_of_a_module(test.id, scope) else None

    def _is_of_a_module(self, name: str, scope: Scope) -> bool:
        """Whether a name is bound nowhere but once at the top of its module, or there imported from another one."""
        top = self._names.top(scope)
        inner: Scope = scope
        while inner is not top and (name not in inner.bindings or (inner.kind == "class" and inner is not scope)):
            inner = inner.parent or top
        bindings: Sequence[Binding] = top.bindings.get(name, ())
        plain = len(bindings) == 1 and bindings[0].kind in ("assign", "from") and not bindings[0].context.tests
        return inner is top and plain and not top.stars and not self._names.rebound(top, name)

    def _never_turned_on(self, function: Scope, name: str, calls: Calls) -> bool:
        """Whether a parameter is false by default, all callers are seen, and none gives it anything but false or a
        parameter of its own of which the same holds."""
        key = (function, name)
        if key not in self._off:
            self._off[key] = True  # a function that hands it to itself turns nothing on
            self._off[key] = self._is_off(function, name, calls)
        return self._off[key]

    def _is_off(self, function: Scope, name: str, calls: Calls) -> bool:
        node, bindings = function.node, function.bindings.get(name, ())
        if len(bindings) != 1 or not isinstance(node, f.Function) or function in self._entries or node.decorators:
            return False
        param = bindings[0].node
        if not isinstance(param, f.Param) or not isinstance(param.default, f.Const) or param.default.value is not False:
            return False
        edges, skipped = calls.into.get(function, ()), int(first_parameter(function) is not None)
        return bool(edges) and all(
            e.site is not None
            and e.how in ("call", "construct")
            and not spread(e.site.call)
            and self._leaves_off(matched(e.site.call, node, skipped).get(name), e.caller, calls)
            for e in edges
        )

    def _leaves_off(self, given: f.Expr | None, caller: Scope, calls: Calls) -> bool:
        if given is None or isinstance(given, f.Const):
            return given is None or given.value is False
        own = isinstance(given, f.Name) and caller.kind == "function" and given.id in caller.bindings
        return own and isinstance(given, f.Name) and self._never_turned_on(caller, given.id, calls)
