"""What runs when a value is called: project functions, with their receiver and how sure that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.dispatch import picked_from
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import FEW, WIDTH, Bound, Cls, Func, Obj, Value, Values

COMMON: Final = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, int, object) for name in dir(kind)
) | {"put", "send", "close", "read", "write", "open", "run", "start", "stop", "save", "delete", "execute", "connect",
     "commit", "query", "filter", "all", "first", "add", "flush", "publish", "emit", "submit", "create", "refresh",
     "rollback", "merge", "expire", "fetch", "scalar", "exists", "acquire", "release", "json", "result",
     "cancel"}  # fmt: skip
"""Method names that say nothing about the class of an unknown receiver."""
MANY: Final = 64
"""So many classes below another are told where one of their methods is called."""
CROWD: Final = 512
"""So many where that is a method which code picks by a computed name, as from the handlers of a service."""


class Callee(NamedTuple):
    """A function that a call runs. how: call, construct, guess; `skipped` leading parameters get no argument."""

    scope: Scope
    how: str
    receiver: Value | None
    skipped: int


def _is_receiver(e: f.Expr, scope: Scope) -> bool:
    receiver = first_parameter(scope)
    return type(e) is f.Name and receiver is not None and e.id == receiver[0]


def run_by(names: Resolver, e: f.Expr, scope: Scope) -> Values:
    """What running an expression can mean: where callers hand it over just to be run, no more than a few of all that
    they hand over, since who calls the function runs nothing of what others give it."""
    values = names.denote(e, scope)
    return values[:WIDTH] if len(values) > WIDTH and is_handed(e, scope) else values


def is_handed(e: f.Expr, scope: Scope) -> bool:
    """Whether an expression names a parameter of a function, or of one around it."""
    inner: Scope | None = scope
    while type(e) is f.Name and inner is not None and inner.kind == "function":
        if e.id in inner.bindings:
            return any(b.kind == "param" for b in inner.bindings[e.id])
        inner = inner.parent
    return False


class Callees:
    """Look-up of what calls run."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._unique = self._unique_methods()

    def of(self, value: Value, site: CallSite) -> Iterator[Callee]:
        """The project functions that calling `value` runs."""
        if type(value) is Func:
            yield Callee(value.scope, "call", None, 0)
        elif type(value) is Bound:
            yield Callee(value.scope, "call", value.receiver, 1 if first_parameter(value.scope) else 0)
        elif type(value) is Cls:
            yield from self._constructors(value, site)
        elif type(value) is Obj and type(value.cls) is Cls:
            method = self._names.classes.method(value.cls.scope, "__call__")
            if method:
                yield Callee(method, "call", value, 1)

    def guessed(self, call: f.Call) -> Callee | None:
        """For a receiver of which nothing is known: the only method of the service that has this unusual name."""
        if type(call.func) is not f.Attr or call.func.name not in self._unique:
            return None
        method = self._unique[call.func.name]
        return Callee(method, "guess", Obj(Cls(method.owner)) if method.owner else None, 1)

    def steps(self, site: CallSite, values: Values) -> Iterator[Callee]:
        """`self.run()` in a class with many below it: their methods, of which `values` names the first ones only."""
        func, scope = site.call.func, site.scope
        for below in self._picked_below(values):
            yield Callee(below, "call", Obj(Cls(below.owner)) if below.owner else None, 1)
        if len(values) < FEW or not isinstance(func, f.Attr) or not _is_receiver(func.of, scope) or scope.owner is None:
            return
        known = {value.scope for value in values if isinstance(value, Bound)}
        for below in self._names.classes.subclasses(scope.owner)[:MANY]:
            for binding in below.bindings.get(func.name, ()):
                method = below.by_node.get(id(binding.node)) if binding.kind == "function" else None
                if method is not None and method not in known and first_parameter(method):
                    yield Callee(method, "call", Obj(Cls(below)), 1)

    def _picked_below(self, values: Values) -> Iterator[Scope]:
        """All methods that a computed name can mean, of which `values` names the first ones only."""
        known = {value.scope for value in values if isinstance(value, Bound)}
        for root, names in dict.fromkeys(self._names.picked[m] for m in known if m in self._names.picked):
            for cls in self._names.classes.subclasses(root)[:CROWD]:
                for b in (b for name in names for b in cls.bindings.get(name, ()) if b.kind == "function"):
                    method = cls.by_node[id(b.node)]
                    if method not in known and first_parameter(method):
                        yield method

    def picked(self, site: CallSite) -> Iterator[Callee]:
        """`getattr(library, message.method)(…)`: any public method of a class, where nothing tells which one.

        A name that stands for one of the object's own methods is left to what spells it.
        """
        of = picked_from(site.call.func, site.scope)
        if of is None or _is_receiver(of, site.scope):
            return
        for value in self._names.denote(of, site.scope):
            cls = value.cls.scope if type(value) is Obj and type(value.cls) is Cls else None
            lines = self._names.classes.lineage(cls) if cls else ()
            names = dict.fromkeys(c.name for item in lines if type(item) is Cls for c in item.scope.children)
            for name in names:
                method = self._names.classes.method(cls, name) if cls and not name.startswith("_") else None
                if method is not None and first_parameter(method):
                    yield Callee(method, "guess", value, 1)

    def _constructors(self, value: Cls, site: CallSite) -> Iterator[Callee]:
        classes = self._names.classes
        made = Obj(value, self._names.site(site.call, site.scope))
        for name in ("__new__", "__init__", "__post_init__"):
            method = classes.method(value.scope, name)
            if method:
                yield Callee(method, "construct", made, 1)
        for base in classes.lineage(value.scope):
            meta = self._metaclass(base.scope) if isinstance(base, Cls) else None
            method = classes.method(meta, "__call__") if meta else None
            if method:
                yield Callee(method, "call", value, 1)

    def _metaclass(self, cls: Scope) -> Scope | None:
        if type(cls.node) is f.Class and cls.parent:
            for name, expr in cls.node.keywords:
                if name == "metaclass":
                    for value in self._names.denote(expr, cls.parent):
                        if type(value) is Cls:
                            return value.scope
        return None

    def _unique_methods(self) -> Mapping[str, Scope]:
        found: dict[str, list[Scope]] = defaultdict(list)
        for cls in self._names.classes.all:
            for name, bindings in cls.bindings.items() if not self._names.protocols.is_protocol(cls) else ():
                if name not in COMMON and not name.startswith("__"):
                    for b in bindings:
                        if b.kind == "function" and cls.module.in_service:
                            found[name].append(cls.by_node[id(b.node)])
        return {name: scopes[0] for name, scopes in found.items() if len(scopes) == 1}
