"""What code hands over: arguments to parameters, elements to containers, attributes to functions.

One pass over all calls and stores, before anything is known of parameters. Name resolution then follows what was handed
over, so that the two relations need no common fixpoint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from statelint import facts as f
from statelint.project.resolution.applications import below_application, key_text, step_of
from statelint.project.resolution.arguments import matched, positional
from statelint.project.resolution.callees import Callees
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.resolver import Given, Resolver
from statelint.project.resolution.results import PARTIAL
from statelint.project.resolution.scopes import CallSite, Scope, Store
from statelint.project.resolution.values import (
    MANY,
    NAMED,
    Bound,
    Cls,
    Ext,
    Func,
    Heap,
    Obj,
    Site,
    Value,
    Values,
    names_something,
    qualified,
)

KEPT: Final = 16
"""Arguments of one parameter, or elements of one container, beyond which only more functions say something new."""
OWN: Final = frozenset({Func, Bound, Cls, Obj})
"""Kinds of values of which it is known what calling them runs."""
RUN: Final = ("target", "func", "function", "callback")
"""Keywords of calls by which they are handed a function, beside its `args`."""
ADDERS: Final = frozenset({"append", "appendleft", "add", "insert", "setdefault", "put", "put_nowait"})


def given(names: Resolver, callees: Callees) -> Given:
    """All that is handed over, collected scope by scope."""
    return _Collector(names, callees).given


class _Collector:
    def __init__(self, names: Resolver, callees: Callees) -> None:
        self._names = names
        self._callees = callees
        self.given = Given(
            defaultdict(list), set(), defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list),
            defaultdict(list),
        )  # fmt: skip
        self._constructing: list[tuple[f.Call, Value, Scope]] = []
        self._keyed: dict[Site, list[tuple[str, f.Expr, Scope]]] = defaultdict(list)
        """What is put under constant keys of each container."""
        rows = names.knowledge.rows(lambda library: library.beside)
        self._shown_by = {row.keyword for _, row in names.knowledge.rows(lambda library: library.yields)}
        self._constructs = any(library.constructs for _, library in names.knowledge.libraries)
        self._beside = {(names.knowledge.canonical(base), row.method) for _, row in rows for base in row.names}
        for scope in names.every:
            for site in scope.calls:
                self._call(site)
            for store in scope.stores:
                self._store(store)
            self._decorated(scope)
            for bindings in scope.bindings.values() if self._beside else ():
                for b in bindings:
                    self._hand_beside(b.value, b.scope)
            for value in scope.returns if self._beside else ():
                self._hand_beside(value, scope)
        for made in self._constructing:
            self._construct(*made)
        for scope in names.every:
            for site in scope.calls:
                self._put_through(site)

    def _put_through(self, site: CallSite) -> None:
        """What a function puts into a container that its callers hand to it."""
        func = site.call.func
        if type(func) is not f.Attr or func.name not in ADDERS or not site.call.args:
            return
        if type(func.of) is f.Name and any(b.kind == "param" for b in site.scope.bindings.get(func.of.id, ())):
            for container, caller in tuple(self.given.arguments.get((site.scope, func.of.id), ())):
                for held in self._names.denote(container, caller):
                    self._put(held, site.call.args[-1], site.scope)

    def _store(self, store: Store) -> None:
        target, scope = store.target, store.scope
        if not isinstance(target, f.Item | f.Attr):
            return
        for value in self._names.denote(target.of, scope):
            if isinstance(target, f.Item):
                self._put(value, store.value, scope, target.key)
                key = key_text(target.key) if self._constructs and type(value) is Heap else None
                if key is not None and store.value is not None and type(value) is Heap:
                    self._keyed[value.site].append((key, store.value, scope))
            elif type(value) is Func and store.value is not None:
                self.given.attached[value.scope, target.name].append((store.value, scope, target.at))
            path = below_application(value, self._names.knowledge) if store.op == "=" else None
            step = step_of(target)
            if path is not None and step and store.value is not None:
                self.given.kept[path + step].append((store.value, scope))

    def _decorated(self, scope: Scope) -> None:
        """`@bus.on("sold")` hands what is below it over, a function or class, to the method or to what that gives."""
        node = scope.node
        if node is None or not node.decorators or scope.parent is None:
            return
        itself = f.Name(scope.name, node.name_where)
        for decorator in node.decorators:
            applied = f.Call(decorator, (itself,), (), decorator.where)
            for value in self._names.denote(decorator, scope.parent):
                if isinstance(value, Func | Bound):
                    skipped = 1 if isinstance(value, Bound) and first_parameter(value.scope) else 0
                    self._pass(applied, scope.parent, value.scope, skipped)
            if isinstance(decorator, f.Call) and isinstance(node, f.Function) and node.params and decorator.keywords:
                self._receives(scope, node.params[0].name, decorator)

    def _receives(self, function: Scope, name: str, decorator: f.Call) -> None:
        """The object of a class that a decorator names, which is what the library calls the function with first."""
        assert function.parent is not None
        for value in self._names.denote(decorator.func, function.parent):
            row = self._names.knowledge.find("handlers.decorators", qualified(value) or "")
            cls = dict(decorator.keywords).get(row[1].receiver) if row and row[1].receiver else None
            if cls is not None:
                self._give(function, name, f.Call(cls, (), (), decorator.where), function.parent)

    def _hand_beside(self, e: f.Expr | None, scope: Scope) -> None:
        """`(pattern, Handler, {"shop": shop})`: the table is handed to a method of the class beside it."""
        if isinstance(e, f.Group):
            if e.kind == "tuple":
                self._beside_class(e.items, scope)
            for item in e.items:
                self._hand_beside(item, scope)

    def _beside_class(self, row: tuple[f.Expr, ...], scope: Scope) -> None:
        knowledge, classes = self._names.knowledge, self._names.classes
        for value in self._names.denote(row[1], scope) if len(row) > 2 else ():
            if not isinstance(value, Cls):
                continue
            bases = classes.outside_bases(value.scope)
            lines = {b for base in bases for b in knowledge.lineage(knowledge.canonical(base))}
            for base, name in self._beside:
                method = classes.method(value.scope, name) if base in lines else None
                for key, given in _entries_of(row[2]):
                    if method and isinstance(method.node, f.Function) and key in {p.name for p in method.node.params}:
                        self._give(method, key, given, scope)

    def _call(self, site: CallSite) -> None:
        call, scope = site.call, site.scope
        if type(call.func) is f.Attr and call.func.name in ADDERS and call.args:
            for held in self._names.denote(call.func.of, scope):
                self._put(held, call.args[-1], scope)
        values = self._names.denote(call.func, scope)
        if not call.args and not call.keywords:
            return
        if self._beside:
            self._beside_class(call.args, scope)
            for arg in (*call.args, *(value for _, value in call.keywords)):
                self._hand_beside(arg, scope)
        if self._shown_by and any(keyword in self._shown_by for keyword, _ in call.keywords):
            self._shown(call, values, scope)
        for value in values if self._constructs and call.keywords else ():
            self._constructing.append((call, value, scope))
        for value in values:
            if type(value) is Ext and value.name == PARTIAL and call.args:
                early = f.Call(call.args[0], call.args[1:], call.keywords, call.where)
                for bound in self._names.denote(call.args[0], scope):
                    for callee in self._callees.of(bound, site):
                        self._pass(early, scope, callee.scope, callee.skipped)
            for callee in self._callees.of(value, site):
                self._pass(call, scope, callee.scope, callee.skipped)
            if type(value) is Cls:
                self._fill(call, value, scope)
        if OWN.isdisjoint(map(type, values)):
            self._hand_on(site, values)
        guessed = None if values else self._callees.guessed(call)
        if guessed:
            self._pass(call, scope, guessed.scope, guessed.skipped)

    def _hand_on(self, site: CallSite, values: Values) -> None:
        """`pool.submit(work, rows)`, `app.add(Limit, rows=rows)`, `View.as_view("shop", rows)`: what an outside call is
        given after a function or class, it hands to that one."""
        call = site.call
        if any(type(value) is Ext and value.name.startswith("builtins.") for value in values):
            return  # `isinstance(given, Row)`, `super(Row, cls)`: such a function asks, and runs nothing with the rest
        handed = [
            (e, call.args[i + 1 :], call.keywords)
            for i, e in enumerate(call.args)
            if call.args[i + 1 :] or call.keywords
        ]
        named = dict(call.keywords)
        args = named.get("args")
        if type(args) is f.Group:
            handed += [(named[keyword], args.items, ()) for keyword in RUN if keyword in named]
        itself = call.func.of if type(call.func) is f.Attr and values else None
        if itself is not None:
            titled = bool(call.args) and type(call.args[0]) is f.Const
            handed.append((itself, call.args[1:] if titled else call.args, call.keywords))
        for e, rest, keywords in handed:
            if isinstance(e, f.Name | f.Attr):
                self._hand_to(f.Call(e, rest, keywords, call.at), site, e is itself)

    def _hand_to(self, call: f.Call, site: CallSite, only_classes: bool) -> None:
        for value in self._names.denote(call.func, site.scope):
            if isinstance(value, Cls) or (isinstance(value, Func | Bound) and not only_classes):
                for callee in self._callees.of(value, site):
                    self._pass(call, site.scope, callee.scope, callee.skipped)

    def _fill(self, call: f.Call, made: Cls, scope: Scope) -> None:
        """What a class whose body declares fields, and which has no constructor of its own, is made with."""
        if self._names.classes.method(made.scope, "__init__") is not None:
            return
        lines = [item.scope for item in reversed(self._names.classes.lineage(made.scope)) if isinstance(item, Cls)]
        fields = {name: cls for cls in lines for name, bound in cls.bindings.items() if bound[0].annotation is not None}
        for name, arg in (*zip(fields, call.args), *call.keywords):  # noqa: B905 - fewer given
            if name in fields and not isinstance(arg, f.Star):
                self._give(made.scope, name, arg, scope)

    def _shown(self, call: f.Call, values: Values, scope: Scope) -> None:
        """What a start-up hook yields as a table, requests see under its keys."""
        for name in filter(None, map(qualified, values)):
            row = self._names.knowledge.find("yields", name)
            hooks = [hook for keyword, hook in call.keywords if row and keyword == row[1].keyword]
            for value in (v for hook in hooks for v in self._names.denote(hook, scope)):
                if isinstance(value, Func) and row:
                    for key, given in (entry for shown in value.scope.yields for entry in _entries_of(shown)):
                        self.given.kept[f"{row[1].seen_as}.{key}"].append((given, value.scope))

    def _construct(self, call: f.Call, made: Value, scope: Scope) -> None:
        """`web.Application(routes, jobs=jobs)`, or with `**settings`: requests see the keywords as a table."""
        names, classes = [qualified(made)], self._names.classes
        if isinstance(made, Cls):
            names = [] if classes.method(made.scope, "__init__") else list(classes.outside_bases(made.scope))
        for name in filter(None, names):
            row = self._names.knowledge.find("constructs", name)
            if row is None:
                continue
            for key, value, written in self._keywords(call, scope):
                owner = self._names.knowledge.canonical(name).removesuffix(".__init__")
                self.given.settings[f"{owner}.{row[1].seen_as}.[{key}]"].append((value, written))
                self.given.kept[f".{row[1].seen_as}[{key}]"].append((value, written))
            return

    def _keywords(self, call: f.Call, scope: Scope) -> Iterator[tuple[str, f.Expr, Scope]]:
        """The keywords of a call, also those that a table holds which is spread out: with the scope of each value."""
        for keyword, value in call.keywords:
            if keyword != "**":
                yield keyword, value, scope
                continue
            for held in self._names.denote(value, scope):
                if isinstance(held, Heap):
                    yield from ((key, entry, held.site.scope) for key, entry in _entries_of(held.site.expr))
                    yield from self._keyed.get(held.site, ())

    def _put(self, held: Value, value: f.Expr | None, scope: Scope, key: f.Expr | None = None) -> None:
        if type(held) is Heap and value is not None and type(value) is not f.Const:
            stored = self.given.stored[held.site]
            if len(stored) < KEPT or self._is_another_function(value, scope, len(stored)):
                stored.append((value, scope, key))
            elif type(key) is f.Const and len(self.given.keyed[held.site, key.value]) < KEPT:
                self.given.keyed[held.site, key.value].append((value, scope))

    def _pass(self, call: f.Call, scope: Scope, callee: Scope, skipped: int) -> None:
        node = callee.node
        if type(node) is not f.Function:
            return
        for name, arg in matched(call, node, skipped).items():
            self._give(callee, name, arg, scope)
        first = next((i for i, arg in enumerate(call.args) if type(arg) is f.Star), len(call.args))
        surplus = call.args[min(first, max(len(positional(node)) - skipped, 0)) :]
        for gatherer in (p.name for p in node.params if p.kind == "star" and surplus):
            self._give(callee, gatherer, f.Group("list", surplus, call.where), scope)

    def _give(self, callee: Scope, name: str, arg: f.Expr, scope: Scope) -> None:
        arguments = self.given.arguments[callee, name]
        if type(arg) is f.Const:
            if arg.kind == "str":
                self.given.more.add((callee, name))
        elif len(arguments) < KEPT or self._is_another_function(arg, scope, len(arguments)):
            arguments.append((arg, scope))
        else:
            self.given.more.add((callee, name))

    def _is_another_function(self, e: f.Expr, scope: Scope, known: int) -> bool:
        """Whether what is handed over beside so much else is a function, as those are that code registers."""
        if known >= MANY:
            return False
        if type(e) is f.Group:
            return e.kind == "tuple" and names_something(e)
        if type(e) not in NAMED:
            return False
        return any(isinstance(v, Func | Bound) for v in self._names.denote(e, scope))


def _entries_of(e: f.Expr) -> list[tuple[str, f.Expr]]:
    """The entries with constant keys of a display, or of a call with keywords such as `dict(shop=shop)`."""
    if isinstance(e, f.Table):
        return [(str(key.value), value) for key, value in e.pairs if isinstance(key, f.Const)]
    return [(name, value) for name, value in e.keywords if name != "**"] if isinstance(e, f.Call) else []


def made_by_a_call(function: Scope) -> bool:
    """Whether a function is made anew by each call of the function around it."""
    return function.parent is not None and function.parent.kind == "function"
