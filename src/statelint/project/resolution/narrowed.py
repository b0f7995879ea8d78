"""What tests of its class, or of the kind of function that it is, leave of what a name or an attribute can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from statelint import facts as f
from statelint.project.resolution.asked import Asked, written
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import (
    FEW,
    Bound,
    Cls,
    Ext,
    Func,
    Heap,
    Lit,
    Obj,
    Part,
    Value,
    Values,
    made_by_name,
    qualified,
    union,
)

PLAIN: Final = frozenset(
    f"builtins.{kind.__name__}" for kind in (str, bytes, int, float, bool, list, dict, set, tuple, frozenset)
)
"""Classes of which nothing is an object that is not made of them, or of a class below them."""
EMPTY: Final = frozenset({"builtins.object", "abc.ABC", "typing.Generic"})
"""Classes outside of the project that are above none of the plain ones."""
BY_LOOKS: Final = frozenset({"__instancecheck__", "__subclasshook__"})


class Narrowed:
    """Look-up of what is left: an object known by a class above is of the class that a test asks for."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._coroutines = names.knowledge.words.get("coroutine-functions", frozenset())
        self._last_names = {name.rpartition(".")[2] for name in self._coroutines}
        self._known: set[Scope] = set()
        """Classes of which all is known that they are made below; of others it may become known."""
        self._apart: dict[tuple[Scope, bool, Cls | Ext], bool] = {}
        """Whether no object of a class, or of one below it, is one of another class, where all of them are known."""

    def bound(self, values: Values, b: Binding, asked: Iterable[Asked]) -> Values:
        """What tests leave of what a binding gives its name, which those before it say nothing of."""
        return self._left(values, [one for one in asked if b.at[:2] < one.since], b.scope)

    def path(self, values: Values, asked: Iterable[Asked], scope: Scope) -> Values:
        """What tests leave of a path of attributes, or of a name from elsewhere, that nothing has set since."""
        return self._left(values, [one for one in asked if self._holds(one, scope)], scope) if asked else values

    def ruled_out(self, e: f.Expr | None, scope: Scope) -> bool:
        """Whether tests in front of a name turn away all functions that are known of it: it is never used there.

        That it is a part of a container says nothing more of what it is.
        """
        if type(e) is not f.Name or not any(one.kind for one in scope.asked.get(id(e), ())):
            return False
        known = self._names.lookup(e.id, scope)
        return any(isinstance(v, Func | Bound) for v in known) and all(
            isinstance(v, Part) for v in self._names.denote(e, scope)
        )

    def is_own(self, cls: Scope) -> bool:
        """Whether nothing outside of the project makes objects of a class, or of one below it, what they are."""
        kin = (cls, *self._names.classes.subclasses(cls))
        return all(self._is_known(one) and EMPTY.issuperset(self._names.classes.outside_bases(one)) for one in kin)

    @staticmethod
    def _holds(one: Asked, scope: Scope) -> bool:
        start = scope.bindings.get(one.path.partition(".")[0], ())
        return not any(b.at[:2] >= one.since for b in start) and not any(
            s.at[:2] >= one.since and written(s.target) == one.path for s in scope.stores
        )

    def _left(self, values: Values, asked: Iterable[Asked], scope: Scope) -> Values:
        for one in asked:
            if one.kind:
                if values and self._asks_for_coroutines(one.classes, scope):
                    values = tuple(v for v in values if _makes_coroutines(v) is not (not one.is_one))
                continue
            classes = tuple(self._classes(one.classes, scope))
            known = [cls for cls in classes if cls is not None]
            if not one.is_one:
                values = tuple(v for v in values if not any(self._is(v, cls) for cls in known))
            elif len(known) == len(classes):
                values = union(*[self._as(v, known) for v in values])
        return values

    def _asks_for_coroutines(self, func: f.Expr, scope: Scope) -> bool:
        """Whether a function says of another one whether it is an `async def`."""
        if last_name(func) not in self._last_names or self._is_local(func, scope):
            return False
        known = self._names.denote(func, scope)
        return bool(known) and all(qualified(v) in self._coroutines for v in known)

    def _classes(self, e: f.Expr, scope: Scope) -> Iterator[Cls | Ext | None]:
        """The classes that a test asks for; None for what may be any class."""
        if type(e) is f.Group:
            for item in e.items:
                yield from self._classes(item, scope)
        elif type(e) is f.Op and e.op == "|":
            for operand in e.operands:
                yield from self._classes(operand, scope)
        elif type(e) is f.Call and e.args and type(e.args[0]) is f.Const and e.args[0].kind == "none":
            return  # type(None)
        elif type(e) is f.Name or type(e) is f.Attr:
            values = () if self._is_local(e, scope) else self._names.denote(e, scope)
            yield values[0] if len(values) == 1 and isinstance(values[0], Cls | Ext) else None
        else:
            yield None

    @staticmethod
    def _is_local(e: f.Expr, scope: Scope) -> bool:
        """Whether a path starts at a parameter or a local name, which can be another class for each call."""
        start, current = written(e).partition(".")[0], scope
        while current.kind == "function" and start not in current.bindings and current.parent is not None:
            current = current.parent
        bound = current.bindings.get(start, ()) if current.kind == "function" else ()
        return any(b.kind not in ("class", "import", "from") for b in bound)

    def _as(self, value: Value, classes: list[Cls | Ext]) -> Values:
        if all(self._is_not(value, cls) for cls in classes):
            return ()
        if isinstance(value, Obj) and isinstance(value.cls, Cls) and value.site is None:
            below = self._names.classes.subclasses(value.cls.scope)
            if len(below) <= FEW and all(isinstance(cls, Cls) and cls.scope in below for cls in classes):
                return tuple(Obj(cls) for cls in classes)
        return (value,)

    def _is(self, value: Value, cls: Cls | Ext) -> bool:
        """Whether a value is sure to be an object of a class."""
        if isinstance(value, Heap):
            return value.type in PLAIN and Ext(value.type) == cls
        if not isinstance(value, Obj) or not isinstance(value.cls, Cls):
            return False
        return cls in self._names.classes.lineage(value.cls.scope)

    def _is_not(self, value: Value, cls: Cls | Ext) -> bool:
        """Whether a value is sure to be no object of a class."""
        if isinstance(value, Heap | Lit):
            if isinstance(cls, Cls):
                return not self._asks_for_looks(cls.scope)
            return isinstance(value, Heap) and value.type in PLAIN and cls.name in PLAIN and cls != Ext(value.type)
        if not isinstance(value, Obj) or not isinstance(value.cls, Cls):
            return False
        own = value.cls.scope
        key = (own, made_by_name(value, own), cls)
        if key not in self._apart:
            kin = (own,) if key[1] else (own, *self._names.classes.subclasses(own))
            if not all(self._is_known(one) for one in kin):
                return False
            self._apart[key] = self._are_apart(kin, cls)
        return self._apart[key]

    def _are_apart(self, kin: Iterable[Scope], cls: Cls | Ext) -> bool:
        if isinstance(cls, Ext):
            return cls.name in PLAIN and all(EMPTY.issuperset(self._names.classes.outside_bases(one)) for one in kin)
        return not self._asks_for_looks(cls.scope) and not any(cls in self._names.classes.lineage(one) for one in kin)

    def _is_known(self, cls: Scope) -> bool:
        """Whether all that a class is made below is known."""
        if cls not in self._known:
            lines = [item.scope for item in self._names.classes.lineage(cls) if isinstance(item, Cls)]
            if not all(one in self._known or self._knows_bases(one) for one in lines):
                return False
            self._known.update(lines)
        return True

    def _knows_bases(self, cls: Scope) -> bool:
        bases = cls.node.bases if isinstance(cls.node, f.Class) and cls.parent is not None else ()
        return all(self._names.denote(base, cls.parent or cls) for base in bases)

    def _asks_for_looks(self, cls: Scope) -> bool:
        """Whether what looks like an object of a class is one: a protocol, or one that decides by itself."""
        lineage = self._names.classes.lineage(cls)
        return any(
            item.name.endswith(".Protocol") if isinstance(item, Ext) else not BY_LOOKS.isdisjoint(item.scope.bindings)
            for item in lineage
        )


def _makes_coroutines(value: Value) -> bool | None:
    """Whether a function is an `async def`; None where a decorator or its class may say otherwise."""
    node = value.scope.node if isinstance(value, Func | Bound) else None
    if not isinstance(node, f.Function) or node.decorators:
        return None
    return node.is_async and not node.is_generator
