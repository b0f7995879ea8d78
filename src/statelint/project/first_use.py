"""What runs once, on first use: `if _app is None: _app = make()`, `if not self.ready: self.set_up()`, memos.

What they do is part of the start, whichever request happens to come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from types import MappingProxyType
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.decorators import keeps_the_result, runs_once
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, receiver_rooted
from statelint.project.resolution.scopes import CallSite, Context, Scope, Store
from statelint.project.resolution.values import Bound, Cls, Func, qualified

PUTTING: Final = frozenset({"append", "add", "extend", "update", "setdefault", "insert"})
TAKING: Final = frozenset({"pop", "popitem", "popleft", "clear", "remove", "discard"})
"""Methods that only take something out of a container."""
NONE: Final[Mapping[str, bool]] = MappingProxyType({})


def asked_for(test: f.Expr, taken: bool, idle: Mapping[str, bool] = NONE) -> Iterator[f.Expr]:
    """The names and attributes that are not there, or not yet true, where this branch of a test is taken.

    `idle` are parameters that no call gives, with the truth of their defaults: `if app and not force: return`.
    """
    if isinstance(test, f.Op):
        if test.op in ("and", "or"):
            deciding = [o for o in test.operands if _truth(o, idle) is not (test.op == "and")]
            if len(deciding) == 1 or test.op == ("and" if taken else "or"):
                for operand in deciding:
                    yield from asked_for(operand, taken, idle)
        elif test.op == "not":
            yield from asked_for(test.operands[0], not taken, idle)
        elif test.op == ("is" if taken else "is not") and _is_none(test.operands[-1]):
            yield test.operands[0]
    elif not taken:
        yield as_attribute(test)


def as_attribute(e: f.Expr) -> f.Expr:
    """`getattr(self, "_ready", False)` and `hasattr(self, "_ready")` ask for the attribute."""
    asks = isinstance(e, f.Call) and isinstance(e.func, f.Name) and e.func.id in ("getattr", "hasattr")
    if asks and isinstance(e, f.Call) and len(e.args) > 1 and isinstance(e.args[1], f.Const):
        return f.Attr(e.args[0], str(e.args[1].value), e.where)
    return e


def _truth(e: f.Expr, idle: Mapping[str, bool]) -> bool | None:
    """What a parameter that no call gives, or its opposite, is worth in a test; None for anything else."""
    if isinstance(e, f.Op) and e.op == "not":
        inner = _truth(e.operands[0], idle)
        return None if inner is None else not inner
    return idle.get(e.id) if isinstance(e, f.Name) else None


class FirstUse:
    """Which tests guard what is done once, and which functions are."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge, entered: AbstractSet[Scope]) -> None:
        """`entered` are the functions that something outside runs."""
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._entered = entered
        self._idle: dict[Scope, Mapping[str, bool]] = {}
        self._memoised: dict[Scope, bool] = {}
        self._known: dict[tuple[int, bool, Scope], str | None] = {}

    def of(self, context: Context, scope: Scope, lasting: bool) -> bool:
        """Whether code in this context runs once; `lasting` says that the receiver of the method is the only one."""
        for test, taken in context.tests:
            key = (id(test), taken, scope)
            if key not in self._known:
                self._known[key] = self._guards(test, taken, scope)
            if self._known[key] == "global" or (lasting and self._known[key] == "self"):
                return True
        return False

    def calls_of(self, function: Scope) -> list[CallSite]:
        """All calls of a function; none where something else may run it."""
        edges = self._calls.into.get(function, ())
        sites = [edge.site for edge in edges if edge.site is not None and edge.how == "call"]
        return sites if len(sites) == len(edges) else []

    def asked(self, context: Context, scope: Scope) -> Iterator[f.Expr]:
        """All that is not there, or not yet true, where code in this context runs."""
        for test, taken in context.tests:
            yield from asked_for(test, taken, self._idle_in(scope))

    def _idle_in(self, function: Scope) -> Mapping[str, bool]:
        """The parameters of a function with constant defaults that no call gives, each with the default's truth."""
        if function not in self._idle:
            params = function.node.params if isinstance(function.node, f.Function) else ()
            self._idle[function] = {
                p.name: bool(p.default.value)
                for p in params
                if isinstance(p.default, f.Const) and not self._calls.ever_given(function, p.name)
            }
        return self._idle[function]

    def body_runs_once(self, function: Scope, lasting: bool) -> bool:
        """Whether a memo keeps the one result of a function without arguments, as a cached property does."""
        node = function.node
        if not isinstance(node, f.Function) or not node.decorators or len(node.params) > (function.owner is not None):
            return False
        if function not in self._memoised:
            self._memoised[function] = any(self._is_memo(d, function) for d in node.decorators)
        return self._memoised[function] and (lasting or function.owner is None)

    def is_part_of_the_start(self, store: Store) -> bool:
        """Whether an attribute of the one object of a class is given a value that it keeps."""
        return self.body_runs_once(store.scope, True) or self.of(store.context, store.scope, True)

    def _is_memo(self, decorator: f.Expr, function: Scope) -> bool:
        values = self._names.denote(decorator, function.parent or function)
        if any(isinstance(v, Func) and runs_once(v.scope) for v in values):
            return True
        if isinstance(decorator, f.Call):
            if any(not isinstance(given, f.Const) for given in (*decorator.args, *(v for _, v in decorator.keywords))):
                return False  # a cache of its own, which may forget
            decorator = decorator.func
        values = self._names.denote(decorator, function.parent or function)
        if any(isinstance(v, Func) and keeps_the_result(v.scope) for v in values):
            return True
        names = (v.scope.name if isinstance(v, Func) else qualified(v) for v in values)
        kept = self._knowledge.words.get("kept", frozenset())
        return any(n and (n.rpartition(".")[2] in kept or self._knowledge.find("memo", n)) for n in names)

    def _guards(self, test: f.Expr, taken: bool, scope: Scope) -> str | None:
        for said in asked_for(test, taken, self._idle_in(scope)):
            asked, there = self._said_by(said, scope)
            if isinstance(asked, f.Name) and there.outer.get(asked.id, "global") == "global":
                stores = self._module_stores(asked.id, there)
                if stores and self._built(test, asked.id, scope, stores, set()):
                    return "global"
                if stores and self._turned_at_import(test, asked.id, scope, stores):
                    return "global"
                if (
                    not stores
                    and there is scope
                    and asked.id not in scope.bindings
                    and self._fills(test, asked.id, scope)
                ):
                    return "global"
            elif isinstance(asked, f.Attr) and isinstance(asked.of, f.Name):
                if any(self._built(test, asked.name, scope, s, set()) for s in self._class_stores(asked, there)):
                    return "global"
                owner = scope.owner if receiver_rooted(asked, there) and receiver_rooted(said, scope) else None
                if owner is not None:
                    helpers = self._called_under(test, scope)
                    stores = [a.store for a in self._names.classes.assigned(owner, asked.name)]
                    if self._built(test, asked.name, scope, stores, helpers):
                        return "self"
                    if not stores and self._filled(test, asked.name, scope, owner, helpers):
                        return "self"
        return None

    def _turned_at_import(self, test: f.Expr, flag: str, scope: Scope, stores: list[Store]) -> bool:
        """Whether a module calls a function when it is imported that turns a flag first thing, itself or by what it
        calls below this test, so that no later call comes there again."""
        edges = [e for e in self._calls.out.get(scope, ()) if e.site is not None and _under(test, e.site.context)]
        turning = {e.callee for e in edges if e.site is not None and len(e.site.context.tests) == 1}
        turned = [s for s in stores if isinstance(s.value, f.Const) and s.context.sure and s.scope in turning]
        return (
            bool(turned)
            and self._built(test, flag, scope, stores, turning)
            and any(
                e.how == "call" and e.caller.kind == "module" and e.caller.module.in_service and e.site.context.sure
                for e in self._calls.into.get(scope, ())
                if e.site is not None
            )
        )

    def _said_by(self, e: f.Expr, scope: Scope) -> tuple[f.Expr, Scope]:
        """What a function without arguments only gives, and where: `self.is_ready()` gives `self._ready`."""
        if isinstance(e, f.Call) and not e.args and not e.keywords:
            called = self._names.denote(e.func, scope)
            inner = called[0].scope if len(called) == 1 and isinstance(called[0], Func | Bound) else None
            if inner is not None and len(inner.returns) == 1 and not inner.stores and not inner.calls:
                given = inner.returns[0]
                return (given, inner) if isinstance(given, f.Name | f.Attr) else (e, scope)
        return e, scope

    def _fills(self, test: f.Expr, name: str, scope: Scope) -> bool:
        """Whether the block puts something into a table of the module out of which nothing is ever taken."""
        inside = False
        for s in self._names.top(scope).descendants():
            events: tuple[Store | CallSite, ...] = (*s.stores, *s.calls)
            for event in events:
                here = s is scope and _under(test, event.context)
                given = isinstance(event, CallSite) and any(_names(arg, name) for arg in event.call.args)
                if _names(_taken_from(event), name) or (given and not here):
                    return False
                inside = inside or (here and (given or _names(_put_into(event), name)))
        return inside

    @staticmethod
    def _filled(test: f.Expr, name: str, scope: Scope, owner: Scope, helpers: set[Scope]) -> bool:
        """Whether methods put something into a container of the object only while it is empty."""
        puts: list[tuple[Scope, Context]] = []
        for s in owner.descendants():
            events: tuple[Store | CallSite, ...] = (*s.stores, *s.calls)
            held = ((_put_into(event), event.context) for event in events)
            puts.extend((s, context) for e, context in held if last_name(e) == name and receiver_rooted(e, s))
        inside = [s for s, context in puts if (s is scope and _under(test, context)) or s in helpers]
        return bool(inside) and len(inside) == len(puts)

    def _class_stores(self, asked: f.Attr, scope: Scope) -> Iterator[list[Store]]:
        """What code assigns to an attribute of a class that is asked for: `cls._only`, `Shop._only`."""
        for value in self._names.denote(asked.of, scope):
            if isinstance(value, Cls):
                yield self._names.classes.given_to_class(value.scope, asked.name)

    def _module_stores(self, name: str, scope: Scope) -> list[Store]:
        top = self._names.top(scope)
        inner = [s for s in top.descendants() if s.outer.get(name) == "global"]
        return [s for one in inner for s in one.stores if isinstance(s.target, f.Name) and s.target.id == name]

    def builds(self, name: str, scope: Scope) -> bool:
        """Whether all functions that give a name of the module a value do so once, on first use."""
        stores = self._module_stores(name, scope)
        return bool(stores) and all(self.of(store.context, store.scope, False) for store in stores)

    def _called_under(self, test: f.Expr, scope: Scope) -> set[Scope]:
        """The methods of the same object that the guarded block calls."""
        found: set[Scope] = set()
        for site in scope.calls:
            func = site.call.func
            if isinstance(func, f.Attr) and scope.owner and receiver_rooted(func, scope) and _under(test, site.context):
                method = self._names.classes.method(scope.owner, func.name)
                found.update({method} if method else ())
        return found

    def _built(self, test: f.Expr, name: str, scope: Scope, stores: list[Store], helpers: set[Scope]) -> bool:
        """Whether the block, or a method that it calls, gives the name its value, and nothing else ever does."""
        inside = [s for s in stores if (s.scope is scope and _under(test, s.context)) or s.scope in helpers]
        others = [s for s in stores if s not in inside and s.scope.name not in CONSTRUCTORS]
        return bool(inside) and all(
            any(last_name(a) == name for a in _lacking(s.context)) or self._is_idle(s.scope) for s in others
        )

    def _is_idle(self, function: Scope) -> bool:
        """Whether nothing in the service runs a function, or calls one of its name: what resets something for tests."""
        node = function.node
        return (
            isinstance(node, f.Function)
            and not node.decorators
            and function not in self._entered
            and not self._calls.into.get(function)
            and function.name not in self._called
        )

    @cached_property
    def _called(self) -> frozenset[str]:
        """The last names of all that the service calls."""
        scopes = (scope for scope in self._names.every if scope.module.in_service)
        return frozenset(last_name(site.call.func) for scope in scopes for site in scope.calls)


def _put_into(event: Store | CallSite) -> f.Expr:
    """The container that a store or a call puts something into, or an expression without a name."""
    if isinstance(event, Store):
        return event.target.of if isinstance(event.target, f.Item) and event.op != "del" else event.target
    func = event.call.func
    return func.of if isinstance(func, f.Attr) and func.name in PUTTING else event.call


def _taken_from(event: Store | CallSite) -> f.Expr | None:
    """The container that a store or a call takes something out of."""
    if isinstance(event, Store):
        return event.target.of if isinstance(event.target, f.Item) and event.op == "del" else None
    func = event.call.func
    return func.of if isinstance(func, f.Attr) and func.name in TAKING else None


def _names(e: f.Expr | None, name: str) -> bool:
    return isinstance(e, f.Name) and e.id == name


def _lacking(context: Context) -> Iterator[f.Expr]:
    for test, taken in context.tests:
        yield from asked_for(test, taken)


def _under(test: f.Expr, context: Context) -> bool:
    return any(t is test for t, _ in context.tests)


def _is_none(e: f.Expr) -> bool:
    return isinstance(e, f.Const) and e.kind == "none"
