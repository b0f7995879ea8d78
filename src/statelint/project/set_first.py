"""Attributes that each request sets before it reads them: what one leaves there, no later one sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.homes import Home, Homes
from statelint.project.only_ones import OnlyOnes
from statelint.project.reach import Reach
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import is_super, receiver_rooted
from statelint.project.resolution.scopes import CallSite, Context, Scope
from statelint.project.resolution.values import Cls, Obj
from statelint.project.writes import Write, class_around
from statelint.spans import Place

Spot = tuple[int, int]
ATTRIBUTES: Final = frozenset({"instance-attribute", "class-attribute"})
DEPTH: Final = 3
"""Helpers that call helpers which set an attribute, beyond which none is looked for."""


class _Attribute(NamedTuple):
    name: str
    kin: AbstractSet[Scope]
    """The class that has it and those below."""
    above: AbstractSet[Scope]
    set_at: Mapping[Scope, Sequence[tuple[Spot, Context]]]
    """Where methods that set it are done with that."""
    of_objects: bool
    """Whether each object has one of its own."""
    only_one: bool
    """Whether at most one object that has it lasts at any time."""


class SetFirst:
    """Look-up of such attributes."""

    def __init__(self, names: Names, calls: Calls, homes: Homes, reach: Reach) -> None:
        self._names = names
        self._calls = calls
        self._homes = homes
        self._reach = reach
        self._only_ones = OnlyOnes(names, calls, homes)
        self._turns = list(names.knowledge.rows(lambda library: library.turns))

    def covers(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether code reads an attribute, and nowhere before the same request has set it."""
        cls = home.scope if home.scope.kind == "class" else class_around(home.scope)
        name = home.short.rpartition(".")[2]
        if home.kind not in ATTRIBUTES or cls is None or home.name != f"{cls.full_name}.{name}":
            return False
        if any(w.element for w in writes):
            return False
        set_at: dict[Scope, list[tuple[Spot, Context]]] = defaultdict(list)
        emptied: set[tuple[Scope, Spot]] = set()
        for w in writes:
            own = w.rooted == "self" or (home.kind == "class-attribute" and w.rooted == "cls")
            if w.how == "method" and w.method == "clear":
                emptied.add((w.scope, _start(w.at)))
            elif w.how != "rebind":
                continue
            if own and class_around(w.scope) is not None:
                set_at[w.scope].append((_end(w.at), w.context))
        if not set_at:
            return False
        classes = self._names.classes
        above = {item.scope for item in classes.lineage(cls)[1:] if isinstance(item, Cls)}
        kin = {cls, *classes.subclasses(cls)}
        of_objects = home.kind == "instance-attribute"
        attribute = _Attribute(name, kin, above, set_at, of_objects, of_objects and self._only_ones.has(cls))
        found = [*self._reads(attribute), *((w.scope, _start(w.at)) for w in writes if w.how == "augment")]
        reads = [read for read in found if read not in emptied]
        return bool(reads) and not any(self._may_lack(scope, at, attribute) for scope, at in reads)

    @cached_property
    def _reading(self) -> Mapping[str, list[Scope]]:
        """The scopes of the service that read attributes of each name."""
        found: dict[str, list[Scope]] = defaultdict(list)
        for scope in self._names.every:
            for name in {read.name for read, _ in scope.reads} if scope.module.in_service else ():
                found[name].append(scope)
        return found

    def _reads(self, a: _Attribute) -> Iterator[tuple[Scope, Spot]]:
        """Where code reads it, as far as the object is known."""
        for scope in self._reading.get(a.name, ()):
            if self._runs_on_others(scope, a):
                continue
            for read, _ in scope.reads:
                if read.name == a.name and self._is_of(read.of, scope, a):
                    yield scope, _start(read.at)

    def _runs_on_others(self, scope: Scope, a: _Attribute) -> bool:
        """Whether a method runs only on objects that requests make for themselves, or not at all."""
        if not a.of_objects or scope.owner is None or scope.owner not in a.kin | a.above:
            return False
        return self._reach.chain(scope, lasting=True) is None

    def _is_of(self, e: f.Expr, scope: Scope, a: _Attribute) -> bool:
        if isinstance(e, f.Name) and receiver_rooted(e, scope):
            return class_around(scope) in a.kin | a.above
        classes = (v.cls if isinstance(v, Obj) else v for v in self._names.denote(e, scope))
        return any(isinstance(cls, Cls) and cls.scope in a.kin | a.above for cls in classes)

    def _may_lack(self, scope: Scope, at: Spot, a: _Attribute) -> bool:
        """Whether something that arrives can come to a place without setting the attribute on its way."""
        todo, seen = [(scope, at)], {(scope, at)}
        while todo:
            inner, spot = todo.pop()
            if self._is_set(inner, spot, a):
                continue
            if self._runs_on_others(inner, a):
                continue
            entered = self._reach.is_entry(inner) and self._is_way_in(inner, a)
            if entered and not self._is_set_in_turn(inner, a):
                return True
            before = [(e.caller, _start(e.at)) for e in self._calls.into.get(inner, ()) if self._comes(e, a)]
            if inner.parent is not None and inner.parent.kind == "function" and inner.node is not None:
                before.append((inner.parent, _start(inner.node.at)))
            if not before and not entered:
                return True  # nothing shows how it comes to run
            todo.extend(step for step in before if step not in seen)
            seen.update(before)
        return False

    def _comes(self, edge: Edge, a: _Attribute) -> bool:
        """Whether a call can be one of an object that has the attribute, because of something that arrives."""
        if not self._reach.runs(edge.caller):
            return False
        func = edge.site.call.func if edge.site is not None else None
        if edge.callee.owner not in a.kin | a.above or not isinstance(func, f.Attr):
            return True
        if _is_receiver(func.of, edge.caller):
            return class_around(edge.caller) in a.kin | a.above
        made = isinstance(edge.receiver, Obj) and edge.receiver.site is not None
        return not (made and a.of_objects and edge.receiver is not None and not self._homes.lasts(edge.receiver))

    def _is_way_in(self, entry: Scope, a: _Attribute) -> bool:
        """Whether an entry is none of the methods that the classes with the attribute have overridden."""
        if entry.owner not in a.above:
            return True
        return any(self._names.classes.method(cls, entry.name) is entry for cls in a.kin)

    def _is_set_in_turn(self, entry: Scope, a: _Attribute) -> bool:
        """Whether the library has called another method of the same object before, which sets the attribute."""
        library, owner = self._reach.library(entry), entry.owner
        for stem, turn in self._turns if owner is not None else ():
            if stem == library and entry.name in turn.names and owner is not None:
                below = (owner, *self._names.classes.subclasses(owner))
                firsts = [self._names.classes.method(cls, turn.first) for cls in below]
                return all(first is not None and self._is_set(first, LAST, a) for first in firsts)
        return False

    def _is_set(self, scope: Scope, at: Spot, a: _Attribute, depth: int = 0) -> bool:
        """Whether a function has set the attribute when it comes to a place, itself or by a method that it calls."""
        if any(_is_done(end, context, at) for end, context in a.set_at.get(scope, ())):
            return True
        if depth == DEPTH or (class_around(scope) not in a.kin | a.above and not a.only_one):
            return False
        by_call: dict[int, list[Edge]] = defaultdict(list)
        for edge in self._calls.out.get(scope, ()):
            here = edge.how == "call" and edge.site is not None and _is_done(_end(edge.at), edge.site.context, at)
            if here and edge.site is not None and _runs_at_once(edge.callee, edge.site):
                by_call[id(edge.site.call)].append(edge)
        return any(
            all(e.callee is not scope and self._lasts(e) and self._is_set(e.callee, LAST, a, depth + 1) for e in edges)
            for edges in by_call.values()
        )

    def _lasts(self, edge: Edge) -> bool:
        """Whether a call runs a method of the caller's own object, or of one that lasts, or no method."""
        func = edge.site.call.func if edge.site is not None else None
        if edge.callee.owner is None or (isinstance(func, f.Attr) and _is_receiver(func.of, edge.caller)):
            return True
        return edge.receiver is not None and self._homes.lasts(edge.receiver)


def _is_receiver(e: f.Expr, scope: Scope) -> bool:
    return is_super(e) or (isinstance(e, f.Name) and receiver_rooted(e, scope) is not None)


def _runs_at_once(callee: Scope, site: CallSite) -> bool:
    """Whether a call runs the body of a function then and there: that of a generator runs later, if at all."""
    node = callee.node
    return isinstance(node, f.Function) and not node.is_generator and (site.awaited or not node.is_async)


def _is_done(end: Spot, context: Context, at: Spot) -> bool:
    """Whether what ends there, in this context, has always run when its function comes to a later place."""
    return end <= at and (context.sure or at <= context.until)


LAST: Final[Spot] = (2**31, 0)
"""After all that a function does."""


def _start(at: Place) -> Spot:
    return at[:2]


def _end(at: Place) -> Spot:
    return at[2:]
