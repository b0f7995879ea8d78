"""Who calls whom: edges between scopes, and which arguments reach which parameters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from statelint import facts as f
from statelint.project.classes import decorator_names, first_parameter
from statelint.project.names import Names
from statelint.project.scopes import CallSite, Scope
from statelint.project.values import Bound, Cls, Func, Heap, Obj, Site, Value, qualified
from statelint.spans import Place

Arguments = Mapping[tuple[Scope, str], list[tuple[f.Expr, Scope]]]

COMMON = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, int, object) for name in dir(kind)
) | {"put", "send", "close", "read", "write", "open", "run", "start", "stop", "save", "delete", "execute", "connect",
     "commit", "query", "filter", "all", "first", "add", "flush", "publish", "emit", "submit", "create"}  # fmt: skip
"""Method names that say nothing about the class of an unknown receiver."""
ARGUMENTS_KEPT = 16
ADDERS = frozenset({"append", "appendleft", "add", "insert", "setdefault", "put", "put_nowait"})


class Edge(NamedTuple):
    """`caller` can run `callee`. how: call, construct, passed, property, enter, decorator, guess."""

    caller: Scope
    callee: Scope
    at: Place
    how: str
    receiver: Value | None = None
    site: CallSite | None = None


class Calls:
    """The call graph. Built once; edges by caller, and the call sites by the qualified name of outside callees."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.out: dict[Scope, list[Edge]] = defaultdict(list)
        self.into: dict[Scope, list[Edge]] = defaultdict(list)
        self.outside: dict[str, list[CallSite]] = defaultdict(list)
        self.arguments: dict[tuple[Scope, str], list[tuple[f.Expr, Scope]]] = defaultdict(list)
        self.stored: dict[Site, list[tuple[f.Expr, Scope]]] = defaultdict(list)
        """What stores and adding methods put into each container."""
        self.attached: dict[tuple[Scope, str], list[tuple[f.Expr, Scope, Place]]] = defaultdict(list)
        """What is assigned to attributes of functions."""
        self._methods = self._unique_methods()
        self._properties = {
            s.name for s in names.every if s.owner and isinstance(s.node, f.Function)
            and set(decorator_names(s.node)) & {"property", "cached_property", "classproperty"}
        }  # fmt: skip
        for scope in names.every:
            self._collect(scope)

    def _unique_methods(self) -> Mapping[str, Scope]:
        found: dict[str, list[Scope]] = defaultdict(list)
        for cls in self._names.classes.all:
            for name, bindings in cls.bindings.items():
                if name not in COMMON and not name.startswith("__"):
                    for b in bindings:
                        if b.kind == "function" and cls.module.in_service:
                            found[name].append(cls.by_node[id(b.node)])
        return {name: scopes[0] for name, scopes in found.items() if len(scopes) == 1}

    def _add(self, edge: Edge) -> None:
        self.out[edge.caller].append(edge)
        self.into[edge.callee].append(edge)

    def _collect(self, scope: Scope) -> None:
        denote = self._names.denote
        for site in scope.calls:
            self._call(site)
        for read, _ in scope.reads:
            if read.name in self._properties:
                for value in denote(read.of, scope):
                    if isinstance(value, Obj) and isinstance(value.cls, Cls):
                        method = self._names.classes.method(value.cls.scope, read.name)
                        if method:
                            self._add(Edge(scope, method, read.at, "property", value))
        for expr, is_async, _ in scope.withs:
            for value in denote(expr, scope):
                if isinstance(value, Obj) and isinstance(value.cls, Cls):
                    for name in ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__"):
                        method = self._names.classes.method(value.cls.scope, name)
                        if method:
                            self._add(Edge(scope, method, expr.at, "enter", value))
        for store in scope.stores:
            if isinstance(store.target, f.Attr) and store.value is not None:
                for value in denote(store.target.of, scope):
                    if isinstance(value, Func) and not _made_by_a_call(value.scope):
                        given = self.attached[value.scope, store.target.name]
                        given.append((store.value, scope, store.target.at))
            if isinstance(store.target, f.Item):
                name = "__delitem__" if store.op == "del" else "__setitem__"
                for value in denote(store.target.of, scope):
                    self._put(value, store.value, scope)
                    if isinstance(value, Obj) and isinstance(value.cls, Cls):
                        method = self._names.classes.method(value.cls.scope, name)
                        if method:
                            self._add(Edge(scope, method, store.at, "call", value))
        if isinstance(scope.node, f.Function) and scope.parent:
            for decorator in scope.node.decorators:
                for value in denote(decorator, scope.parent):
                    if isinstance(value, Func):
                        self._add(Edge(scope.parent, value.scope, decorator.at, "call"))
                        for wrapper in self._names.returned(value.scope):
                            if isinstance(wrapper, Func) and wrapper.scope is not scope:
                                self._add(Edge(scope, wrapper.scope, decorator.at, "decorator"))

    def _call(self, site: CallSite) -> None:
        call, scope = site.call, site.scope
        if isinstance(call.func, f.Attr) and call.func.name in ADDERS and call.args:
            for held in self._names.denote(call.func.of, scope):
                self._put(held, call.args[-1], scope)
        values = self._names.denote(call.func, scope)
        inside = False
        for value in values:
            targets = tuple(self._targets(value, site))
            for callee, how, receiver, offset in targets:
                inside = True
                self._add(Edge(scope, callee, call.at, how, receiver, site))
                self._pass_arguments(call, scope, callee, offset)
            name = qualified(value) if not targets else None
            if name:
                self.outside[name].append(site)
        if not values and isinstance(call.func, f.Attr) and call.func.name in self._methods:
            callee = self._methods[call.func.name]
            inside = True
            self._add(Edge(scope, callee, call.at, "guess", Obj(Cls(callee.owner)) if callee.owner else None, site))
            self._pass_arguments(call, scope, callee, 1)
        for arg in (*call.args, *(value for _, value in call.keywords)):
            self._passed(arg, site, inside)

    def _put(self, held: Value, value: f.Expr | None, scope: Scope) -> None:
        if isinstance(held, Heap) and value is not None and not isinstance(value, f.Const):
            given = self.stored[held.site]
            if len(given) < ARGUMENTS_KEPT:
                given.append((value, scope))

    def _targets(self, value: Value, site: CallSite) -> Iterable[tuple[Scope, str, Value | None, int]]:
        classes = self._names.classes
        if isinstance(value, Func):
            yield value.scope, "call", None, 0
        elif isinstance(value, Bound):
            receiver = first_parameter(value.scope)
            yield value.scope, "call", value.receiver, 1 if receiver else 0
        elif isinstance(value, Cls):
            made = Obj(value, self._names.site(site.call, site.scope))
            found = False
            for name in ("__new__", "__init__", "__post_init__"):
                method = classes.method(value.scope, name)
                if method:
                    found = True
                    yield method, "construct", made, 1
            for base in classes.lineage(value.scope):
                meta = self._metaclass(base.scope) if isinstance(base, Cls) else None
                method = classes.method(meta, "__call__") if meta else None
                if method:
                    found = True
                    yield method, "call", value, 1
            if not found:
                return
        elif isinstance(value, Obj) and isinstance(value.cls, Cls):
            method = classes.method(value.cls.scope, "__call__")
            if method:
                yield method, "call", value, 1

    def _metaclass(self, cls: Scope) -> Scope | None:
        if isinstance(cls.node, f.Class) and cls.parent:
            for name, expr in cls.node.keywords:
                if name == "metaclass":
                    for value in self._names.denote(expr, cls.parent):
                        if isinstance(value, Cls):
                            return value.scope
        return None

    def _passed(self, arg: f.Expr, site: CallSite, inside: bool) -> None:
        """A function given to a call may run because of it. Inside the project the parameter shows whether it does."""
        if isinstance(arg, f.Star | f.Await):
            arg = arg.value
        if isinstance(arg, f.Table):
            for _, given in arg.pairs:
                self._passed(given, site, inside)
        elif isinstance(arg, f.Group):
            for item in arg.items:
                self._passed(item, site, inside)
        if not isinstance(arg, f.Name | f.Attr | f.Lambda):
            return
        for value in self._names.denote(arg, site.scope):
            if isinstance(value, Func | Bound) and (not inside or isinstance(arg, f.Lambda)):
                receiver = value.receiver if isinstance(value, Bound) else None
                self._add(Edge(site.scope, value.scope, arg.at, "passed", receiver, site))

    def _pass_arguments(self, call: f.Call, scope: Scope, callee: Scope, offset: int) -> None:
        node = callee.node
        if not isinstance(node, f.Function):
            return
        positional = [p.name for p in node.params if p.kind in ("positional", "positional-only")][offset:]
        for name, arg in zip(positional, call.args):  # noqa: B905 - surplus arguments go to *args
            if isinstance(arg, f.Star):
                break
            self._give(callee, name, arg, scope)
        known = {p.name for p in node.params}
        for keyword, value in call.keywords:
            if keyword in known:
                self._give(callee, keyword, value, scope)

    def _give(self, callee: Scope, name: str, arg: f.Expr, scope: Scope) -> None:
        given = self.arguments[callee, name]
        if len(given) < ARGUMENTS_KEPT and not isinstance(arg, f.Const):
            given.append((arg, scope))

    def sites(self, name: str) -> list[CallSite]:
        """Calls of an outside callable by its qualified name."""
        return self.outside.get(name, [])


def _made_by_a_call(function: Scope) -> bool:
    """Whether a function is made anew by each call of the function around it."""
    return function.parent is not None and function.parent.kind == "function"
