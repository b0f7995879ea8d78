"""Who calls whom: edges between scopes, and the calls of outside functions by their qualified name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.resolution.callees import Callees, is_handed, run_by
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.signals import Signals
from statelint.project.resolution.values import Bound, Cls, Func, Obj, Value, qualified, union
from statelint.spans import Place, Where, unpacked

SETS: Final = "__setattr__"
LOOKS_UP: Final = ("__getitem__", "__missing__")
"""Methods that a look-up by key runs."""


class Edge(NamedTuple):
    """`caller` can run `callee`. how: call, construct, passed, property, enter, decorator, guess,
    sent (by a signal of the project)."""

    caller: Scope
    callee: Scope
    where: Where
    how: str
    receiver: Value | None = None
    site: CallSite | None = None

    @property
    def at(self) -> Place:
        return unpacked(self.where)


def in_main(edge: Edge) -> bool:
    """Whether a module calls something only where it is itself the program."""
    if edge.site is None:
        return False
    top = edge.caller
    return edge.site.context.in_main or (top.kind != "function" and top.module.dotted[-1:] == ("__main__",))


class Calls:
    """The call graph. Built once; edges by caller, and the call sites by the qualified name of outside callees."""

    def __init__(self, names: Names, callees: Callees) -> None:
        self._names = names
        self._callees = callees
        self.signals = Signals(names)
        self.out: dict[Scope, list[Edge]] = defaultdict(list)
        self.into: dict[Scope, list[Edge]] = defaultdict(list)
        self.outside: dict[str, list[CallSite]] = defaultdict(list)
        self._around: dict[Scope, set[Scope]] = defaultdict(set)
        """The functions in whose place a decorator leaves another one, by that one."""
        self.overridden: dict[str, list[CallSite]] = defaultdict(list)
        """Calls of project methods that take the place of an outside one, by the name of that one."""
        self._properties = names.classes.accessor_names
        self._looked_up = any(not frozenset(LOOKS_UP).isdisjoint(cls.bindings) for cls in names.classes.all)
        self._set_by_code = any(SETS in cls.bindings for cls in names.classes.all)
        self._looks = names.knowledge.words.get("looks", frozenset())
        for scope in names.every:
            self._collect(scope)

    def sites(self, name: str) -> list[CallSite]:
        """Calls of an outside callable by its qualified name."""
        return self.outside.get(name, [])

    def always_given(self, function: Scope, name: str) -> bool:
        """Whether every call of a project function hands over an argument for this parameter."""
        params = function.node.params if isinstance(function.node, f.Function) else ()
        place = next((i for i, p in enumerate(params) if p.name == name and p.kind != "keyword-only"), None)
        edges = self.into.get(function, ())
        return bool(edges) and all(e.site is not None and _gives(e, name, place) for e in edges)

    def ever_given(self, function: Scope, name: str) -> bool:
        """Whether a call of a project function hands over an argument for this parameter, or may do so unseen."""
        params = function.node.params if isinstance(function.node, f.Function) else ()
        place = next((i for i, p in enumerate(params) if p.name == name and p.kind != "keyword-only"), None)
        edges = self.into.get(function, ())
        return not edges or any(e.site is None or e.how == "passed" or _gives(e, name, place) for e in edges)

    def left_out(self, function: Scope, name: str) -> bool:
        """Whether all of the service that runs a plain function calls it without an argument for this parameter."""
        node = function.node
        if not isinstance(node, f.Function) or node.decorators or function.owner is not None:
            return False
        place = next((i for i, p in enumerate(node.params) if p.name == name and p.kind != "keyword-only"), None)
        edges = [e for e in self.into.get(function, ()) if e.caller.module.in_service]
        edges = [e for e in edges if not (e.caller.in_main or in_main(e))]
        return bool(edges) and all(e.site is not None and e.how == "call" and not _gives(e, name, place) for e in edges)

    def runs_what_it_wraps(self, edge: Edge) -> bool:
        """Whether the function that a decorator leaves in the place of others runs one of these.

        Who calls one of them calls only this one: to go on from the wrapper to all of them would mix them up.
        """
        return edge.how == "call" and edge.callee in self._around.get(edge.caller, ())

    def only_in_main(self, function: Scope) -> bool:
        """Whether all that calls a function stands below `if __name__ == "__main__"`."""
        edges = self.into.get(function, ())
        return bool(edges) and all(e.caller.in_main or in_main(e) for e in edges)

    def _add(self, edge: Edge) -> None:
        if edge.how == "decorator":
            self._around[edge.callee].add(edge.caller)
        self.out[edge.caller].append(edge)
        self.into[edge.callee].append(edge)

    def _collect(self, scope: Scope) -> None:
        for site in scope.calls:
            self._call(site)
        for read, _ in scope.reads:
            if read.name in self._properties:
                self._access(read, "getter", scope)
        for item in scope.gets if self._looked_up else ():
            self._runs(scope, item.of, LOOKS_UP, item.where, "call")
        for expr, is_async, _ in scope.withs:
            names = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
            self._runs(scope, expr, names, expr.where, "enter")
        for store in scope.stores:
            if type(store.target) is f.Attr and store.target.name in self._properties:
                self._access(store.target, "deleter" if store.op == "del" else "setter", scope)
            if type(store.target) is f.Attr and self._set_by_code and store.op != "del":
                self._runs(scope, store.target.of, (SETS,), store.where, "call")
            if type(store.target) is f.Item:
                name = "__delitem__" if store.op == "del" else "__setitem__"
                self._runs(scope, store.target.of, (name,), store.where, "call")
        if type(scope.node) is f.Function and scope.parent:
            for decorator in scope.node.decorators:
                values = self._names.denote(decorator, scope.parent)
                around = {value.scope for value in values if type(value) is Func}
                for value in values:
                    if type(value) is Func and value.scope.parent in around:
                        continue  # `@retried` and `@retried(times=3)`: what the second one leaves in the place
                    if type(value) is Cls and (wrapper := self._names.classes.method(value.scope, "__call__")):
                        made = Obj(value, self._names.site(decorator, scope.parent))  # the class stands in its place
                        self._add(Edge(scope, wrapper, decorator.where, "decorator", made))
                    if isinstance(value, Func | Bound):
                        receiver = value.receiver if type(value) is Bound else None
                        self._add(Edge(scope.parent, value.scope, decorator.where, "call", receiver))
                        for wrapper in self._wrappers(value.scope):
                            if wrapper is not scope and wrapper not in around:
                                self._add(Edge(scope, wrapper, decorator.where, "decorator"))

    def _wrappers(self, decorator: Scope) -> Iterator[Scope]:
        """The functions that a decorator leaves in the place of what it is given.

        One that may also be called with settings can give the decorator proper, which makes the wrapper.
        """
        left = (e for e in decorator.returns if not is_handed(e, decorator))  # what it is given stays in its place
        for inner in union(*(run_by(self._names, e, decorator) for e in left)):
            if isinstance(inner, Func):
                made = [v.scope for v in self._names.returned(inner.scope) if isinstance(v, Func)]
                yield from [scope for scope in made if scope.parent is inner.scope] or [inner.scope]

    def _runs(self, scope: Scope, of: f.Expr, names: tuple[str, ...], where: Where, how: str) -> None:
        """Python itself calls these methods of what `of` denotes."""
        for value in self._names.denote(of, scope):
            if type(value) is Obj and type(value.cls) is Cls:
                for name in names:
                    method = self._names.classes.method(value.cls.scope, name)
                    if method:
                        self._add(Edge(scope, method, where, how, value))

    def _access(self, e: f.Attr, what: str, scope: Scope) -> None:
        """Reading or setting an attribute runs the accessor of a property or a descriptor."""
        for value in self._names.denote(e.of, scope):
            if type(value) is Obj and type(value.cls) is Cls:
                found = self._names.classes.accessor(value.cls.scope, e.name)
                method = getattr(found, what) if found else None
                if found and method:
                    self._add(Edge(scope, method, e.where, "property", found.of or value))

    def _call(self, site: CallSite) -> None:
        call, scope = site.call, site.scope
        values = run_by(self._names, call.func, scope)
        inside = looks = False
        for value in values:
            is_outside = True
            for callee in self._callees.of(value, site):
                inside, is_outside = True, False
                self._add(Edge(scope, callee.scope, call.where, callee.how, callee.receiver, site))
            if type(value) is Bound and value.scope.owner is not None:
                for base in self._names.classes.outside_bases(value.scope.owner):
                    self.overridden[f"{base}.{value.scope.name}"].append(site)
            name = qualified(value) if is_outside else None
            if name:
                self.outside[name].append(site)
                looks = looks or name in self._looks
                if name == "builtins.setattr" and self._set_by_code and call.args:
                    self._runs(scope, call.args[0], (SETS,), call.where, "call")
                for receiver in self.signals.sent(call, scope) if self._sends(name) else ():
                    self._add(Edge(scope, receiver, call.where, "sent", None, site))
        for step in self._callees.steps(site, values):
            self._add(Edge(scope, step.scope, call.where, step.how, step.receiver, site))
        for picked in self._callees.picked(site) if not inside else ():
            self._add(Edge(scope, picked.scope, call.where, picked.how, picked.receiver, site))
        guessed = None if values else self._callees.guessed(call)
        if guessed:
            inside = True
            self._add(Edge(scope, guessed.scope, call.where, guessed.how, guessed.receiver, site))
        if looks:
            return  # what is only looked at does not run
        for arg in call.args:
            self._passed(arg, site, inside)
        for _, arg in call.keywords:
            self._passed(arg, site, inside)

    def _sends(self, name: str) -> bool:
        row = self._names.knowledge.find("through", name)
        return row is not None and row[1].how == "send"

    def _passed(self, arg: f.Expr, site: CallSite, inside: bool) -> None:
        """A function given to a call may run because of it. Inside the project the parameter shows whether it does."""
        if type(arg) is f.Star or type(arg) is f.Await:
            arg = arg.value
        if type(arg) is f.Table:
            for _, given in arg.pairs:
                self._passed(given, site, inside)
        elif type(arg) is f.Group:
            for item in arg.items:
                self._passed(item, site, inside)
        elif type(arg) is f.Lambda or (not inside and (type(arg) is f.Name or type(arg) is f.Attr)):
            for value in run_by(self._names, arg, site.scope):
                if type(value) is Func or type(value) is Bound:
                    receiver = value.receiver if type(value) is Bound else None
                    self._add(Edge(site.scope, value.scope, arg.where, "passed", receiver, site))


def _gives(edge: Edge, name: str, place: int | None) -> bool:
    call = edge.site.call if edge.site else None
    if call is None or edge.how not in ("call", "construct", "guess"):
        return False
    if name in dict(call.keywords) or "**" in dict(call.keywords) or any(isinstance(a, f.Star) for a in call.args):
        return True
    return place is not None and len(call.args) > place - (edge.receiver is not None)
