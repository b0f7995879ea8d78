"""Holders: the homes of the object that an expression denotes, and whether a method changes that object."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.copied import Copied
from statelint.project.homes import Home, Homes
from statelint.project.namespaces import stood_in_for
from statelint.project.resolution.arguments import handed_to, matched
from statelint.project.resolution.factories import ASKING
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import alternatives, receiver_rooted, start_of
from statelint.project.resolution.scopes import Scope, still_current, visible
from statelint.project.resolution.values import (
    Bound,
    Cls,
    Ext,
    Func,
    Heap,
    Lit,
    Made,
    Member,
    Obj,
    Part,
    Site,
    Value,
    qualified,
    root,
)
from statelint.project.walking import walk

GENERIC_MUTATORS = frozenset(
    {"append", "appendleft", "extend", "add", "update", "setdefault", "pop", "popleft", "popitem", "insert", "remove",
     "discard", "clear"}
)  # fmt: skip
"""Mutating methods of an element whose own type nothing shows."""
NEEDING = GENERIC_MUTATORS - {"pop", "popleft", "popitem", "clear"}
"""Those of them that a container cannot be asked, or that do nothing, without an argument."""
OPERATORS = frozenset({"__setitem__", "__delitem__", "__ior__", "__iadd__", "__isub__", "__iand__", "__ixor__"})


class Holders:
    """From expressions and values to the homes that hold them."""

    def __init__(self, names: Names, homes: Homes, knowledge: Knowledge) -> None:
        self._names = names
        self._homes = homes
        self._knowledge = knowledge
        self.copied = Copied(names, homes)
        self._leaving = knowledge.words.get("leaves", frozenset()) | {f"builtins.{name}" for name in ASKING}
        """Functions that keep nothing of what they are given."""

    @cached_property
    def stood_in(self) -> frozenset[str]:
        """Classes of applications whose attributes an object of the project keeps elsewhere."""
        return stood_in_for(self._names, self._homes.application_classes)

    def held_by(self, e: f.Expr, scope: Scope) -> Iterator[tuple[Home, bool]]:
        """The homes of the container that `e` denotes; the bit says that `e` is an element inside it."""
        found: dict[tuple[Home, bool], None] = {}
        values = self._names.denote(e, scope)
        known = any(isinstance(value, Heap) for value in values)
        local = isinstance(e, f.Name) and scope.kind == "function" and e.id not in scope.outer
        calls = [v for v in values if local and isinstance(v, Heap) and v.site.scope is not scope]
        for value in values:
            if known and isinstance(value, Member):
                continue  # the attribute of some element: other values say what it is
            if isinstance(value, Obj) and isinstance(value.cls, Cls) and not self._is_container(value.cls.scope):
                continue
            if value in calls and self._is_of_this_call(e, value, scope):
                continue
            for home, element in self.homes_of(value, scope):
                if self.lasts_at(home, e, scope):
                    found[home, element] = None
        path = self._homes.application_path(e, scope)
        if path and not found and path.rpartition(".")[0] not in self.stood_in:
            found[self._homes.home("application-attribute", path, scope, e.at), False] = None
        yield from found

    def lasts_at(self, home: Home, e: f.Expr, scope: Scope) -> bool:
        """Whether the object whose attribute `e` reaches lasts, where its class has objects that do and others."""
        if (home.kind == "instance-attribute" and self.is_new(e, scope)) or self.copied.by_the_function(e, scope):
            return False
        if home.kind == "closure-variable" and not inside(scope, home.scope):
            return _of_receiver(e, scope) and not self._is_anew(scope)
        if home.kind != "instance-attribute" or not self._homes.mixed(home.scope):
            return True
        return receiver_rooted(e, scope) is not None or self._owner_lasts(home, e, scope)

    def _is_anew(self, method: Scope) -> bool:
        """Whether requests make all objects of the class of a method that live longer than what the start does."""
        cls = method.owner
        kin = (cls, *self._names.classes.subclasses(cls)) if cls is not None and cls in self._homes.anew else ()
        return bool(kin) and self._homes.long_classes.keys().isdisjoint(kin)

    def _owner_lasts(self, home: Home, e: f.Expr, scope: Scope, depth: int = 0) -> bool:
        while isinstance(e, f.Item | f.Call):
            e = e.func if isinstance(e, f.Call) else e.of
        if isinstance(e, f.Attr):
            if e.name != home.short.rpartition(".")[2]:
                return self._owner_lasts(home, e.of, scope, depth)
            return any(self._homes.lasts(value) for value in self._names.denote(e.of, scope))
        if not isinstance(e, f.Name) or depth > 3:
            return False
        given = self._names.given()
        sources = [(b.value, b.scope) for b in scope.bindings.get(e.id, ()) if b.value is not None]
        sources += given.arguments.get((scope, e.id), ()) if given else ()
        return any(self._owner_lasts(home, value, where, depth + 1) for value, where in sources)

    def is_new(self, e: f.Expr, scope: Scope) -> bool:
        """Whether a path starts at a local name for an object that this very call of the function makes, itself or by
        a function that makes one for each call and keeps none."""
        while isinstance(e, f.Attr | f.Item | f.Walrus):
            e = e.value if isinstance(e, f.Walrus) else e.of
        bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) and scope.kind == "function" else ()
        made = [e] if isinstance(e, f.Call) and scope.kind == "function" else [b.value for b in bindings]
        return bool(made) and all(
            values and all(self._is_made_by(call, v, scope) for v in values)
            for call in made
            for values in [self._names.denote(call, scope) if isinstance(call, f.Call) else ()]
        )

    def _is_of_this_call(self, e: f.Expr, held: Value, scope: Scope) -> bool:
        """Whether a local name has a container from helpers that make one for each call: what another call of them
        gives may last, this one is of this very call."""
        bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
        current = [b for b in still_current(visible(bindings, e.at), e.at) if held in self._names.bound(b)]
        return bool(current) and all(
            b.kind == "assign"
            and b.position is None
            and isinstance(b.value, f.Call)
            and not any(held in self._names.denote(arg, scope) for arg in handed_to(b.value))
            and all(
                isinstance(v, Func | Bound) and isinstance(held, Heap) and self._makes_anew(v.scope, held)
                for v in self._names.denote(b.value.func, scope)
            )
            for b in current
        )

    def _makes_anew(self, function: Scope, held: Heap) -> bool:
        """Whether a function makes this container itself, for its caller alone, and gives no other like it unless it
        was given that."""
        node = function.node
        if held.site.scope is not function or function.children or function.yields or not isinstance(node, f.Function):
            return False
        own = {n for n, found in function.bindings.items() if any(b.value is held.site.expr for b in found)}
        while new := {
            n for n, found in function.bindings.items() for b in found if _is_one_of(b.value, own)
        }.difference(own):
            own |= new
        given = own | {p.name for p in node.params}
        mine = all(
            e is held.site.expr or _is_one_of(e, given)
            for e in function.returns
            if held in self._names.denote(e, function)
        )
        return mine and not node.decorators and not self._keeps(function, own, held.site.expr)

    def is_part(self, value: Value) -> bool:
        """Whether an object lasts only in attributes of objects of whose classes requests make others."""
        if not isinstance(value, Obj) or not isinstance(value.cls, Cls) or value.site is None:
            return False
        homes = self._homes.of_site(value.site)
        return self._homes.mixed(value.cls.scope) and all(
            home.kind == "instance-attribute" and self._homes.mixed(home.scope) for home in homes
        )

    def whole_lasts(self, value: Value, e: f.Expr, scope: Scope) -> bool:
        """Whether the object at which a path starts lasts, where what it leads to can be part of one that does not."""
        start = start_of(e)
        if not isinstance(start, f.Name) or not self.is_part(value):
            return True
        bindings = scope.bindings.get(start.id, ())
        if len(bindings) == 1 and bindings[0].kind == "iterate" and bindings[0].value is not None:
            start = start_of(bindings[0].value)  # `for row in page.rows.values(): row.title = title`
        whole = self._names.denote(start, scope)
        return not whole or value in whole or any(map(self._homes.lasts, whole))

    def _is_made_by(self, call: f.Expr | None, value: Value, scope: Scope) -> bool:
        """Whether a value is the object of a class of the project that a call makes, right there or in a function."""
        if not isinstance(value, Obj) or not isinstance(value.cls, Cls) or value.site is None:
            return False
        if self._homes.is_single(value.cls.scope) or not isinstance(call, f.Call):
            return False
        if value.site.expr is call:
            return True
        called = self._names.denote(call.func, scope)
        return all(isinstance(v, Func) and self._gives_away(v.scope, value.site) for v in called)

    def _gives_away(self, function: Scope, site: Site) -> bool:
        """Whether what a function makes at a site goes nowhere but to its caller."""
        if site.scope is not function or not isinstance(function.node, f.Function) or function.node.decorators:
            return False
        own = {n for n, found in function.bindings.items() if any(b.value is site.expr for b in found)}
        return not self._keeps(function, own, site.expr)

    def _keeps(self, function: Scope, own: AbstractSet[str], made: f.Expr | None = None, depth: int = 0) -> bool:
        """Whether a function may put what goes by these local names, or is made there, where it outlives the call."""

        def means(e: f.Expr | None) -> bool:
            return e is not None and (e is made or (isinstance(e, f.Name) and e.id in own))

        stored = (
            s.value
            for s in function.stores
            if not isinstance(s.target, f.Name)
            and not (isinstance(s.target, f.Item) and getattr(s.target.of, "id", "") in own)  # in itself
        )
        if not own.isdisjoint(function.outer) or any(means(part) for value in stored for part in walk(value)):
            return True
        for call in (site.call for site in function.calls):
            if any(means(e) for e in (*call.args, *(value for _, value in call.keywords))):
                called = self._names.denote(call.func, function)
                if called and all(qualified(v) in self._leaving for v in called):
                    continue
                if depth > 2 or not called or not all(isinstance(v, Func) for v in called):
                    return True
                for callee in (v.scope for v in called if isinstance(v, Func)):
                    taken = matched(call, callee.node, 0) if isinstance(callee.node, f.Function) else {}
                    if self._keeps(callee, {name for name, e in taken.items() if means(e)}, depth=depth + 1):
                        return True
        return False

    def owners(self, home: Home, e: f.Expr, scope: Scope) -> tuple[Value, ...]:
        """The objects whose attribute an access path changes; none where the path does not name it."""
        while not (isinstance(e, f.Attr) and e.name == home.short.rpartition(".")[2]):
            if not isinstance(e, f.Attr | f.Item | f.Call):
                return ()
            e = e.func if isinstance(e, f.Call) else e.of
        return self._names.denote(e.of, scope)

    def _is_container(self, cls: Scope) -> bool:
        """Whether objects of a project class hold what is put under their keys, by themselves or in an attribute."""
        if any(self._knowledge.find("containers", base) for base in self._names.classes.outside_bases(cls)):
            return True
        method = self._names.classes.method(cls, "__setitem__")
        return method is not None and any(
            isinstance(s.target, f.Item) and any(isinstance(v, Heap) for v in self._names.denote(s.target.of, method))
            for s in method.stores
        )

    def homes_of(self, value: Value, scope: Scope) -> Iterator[tuple[Home, bool]]:
        """The homes of a value; the bit says that it is something inside of what the home holds."""
        held = root(value)
        if not isinstance(held, Heap | Obj | Made) or held.site is None:
            if isinstance(held, Obj) and isinstance(held.cls, Cls) and held.site is None:
                yield from self._homes_of_receiver(held.cls.scope, value is not held)
            return
        if isinstance(held, Heap):
            row = self._knowledge.find("containers", held.type)
            if row is None or row[1].immutable:
                return
        elif isinstance(held, Made) or isinstance(held.cls, Ext):
            return
        origin = held.site.scope
        if origin is scope and scope.kind == "function":
            return  # made by this very call
        for home in self._homes.of_site(held.site):
            yield home, value is not held
        around = origin.kind == "function" and inside(scope, origin)
        handed = origin in self._homes.at_start and origin.owner is None and scope.name != "__init__"
        if around or (handed and not self._homes.of_site(held.site)):
            name = _name_of(origin, held)
            if name:
                home = self._homes.home(
                    "closure-variable", f"{origin.full_name}.{name}", origin, origin.bindings[name][0].at
                )
                yield home, value is not held

    def _homes_of_receiver(self, cls: Scope, element: bool) -> Iterator[tuple[Home, bool]]:
        """Homes of long-lived instances of a container subclass, reached through `self`: not those in objects of which
        some last and others do not, where that holds of the containers too."""
        if not self._is_container(cls):
            return
        for home in self._homes.of_class(cls):
            if home.kind != "instance-attribute" or not (self._homes.mixed(cls) and self._homes.mixed(home.scope)):
                yield home, element

    def changed_by(self, value: Value, method: str, scope: Scope) -> Iterator[tuple[Home, bool]]:
        """The homes of a value whose content this method changes; none for a method that changes nothing."""
        held = root(value)
        if type(value) is Heap:
            row = self._knowledge.find("containers", value.type)
            changes = row is not None and (method in row[1].mutates or method in OPERATORS)
        elif type(value) is Part and type(held) is Heap:
            changes = method in GENERIC_MUTATORS and not self._is_their_own(held, method)
        elif type(value) is Obj and type(value.cls) is Cls:
            changes = self.inherits_mutator(value.cls.scope, method)
        else:
            changes = False
        if changes:
            yield from self.homes_of(value, scope)

    def _is_their_own(self, held: Heap, method: str) -> bool:
        """Whether all that a container is written with, annotated to hold or given are of the project, and have this
        method there or, as only some have it, none of a container: its body shows what it does."""
        written = self._names.written_elements(held) or self._names.declared(held.site)
        written = written or tuple(v for v in self._names.elements(held) if not isinstance(v, Part))
        owners = [v.cls if isinstance(v, Obj) else v for v in written if not isinstance(v, Lit)]
        classes = [owner.scope for owner in owners if isinstance(owner, Cls)]
        return (
            bool(owners)
            and len(classes) == len(owners)
            and any(self._defines(cls, method) for cls in classes)
            and not any(self.inherits_mutator(cls, method) for cls in classes)
        )

    def _defines(self, cls: Scope, method: str) -> bool:
        """Whether a class, or one below it, has a method of the project."""
        classes = self._names.classes
        return any(classes.method(c, method) for c in (cls, *classes.subclasses(cls)))

    def inherits_mutator(self, cls: Scope, name: str, above: bool = False) -> bool:
        """Whether a method of a container type changes the objects of a class below it; `above` passes by the class."""
        classes = self._names.classes
        starts = [b.scope for b in classes.bases(cls) if isinstance(b, Cls)] if above else [cls]
        if any(classes.method(start, name) for start in starts):
            return False  # the project's own method; its body shows what it does
        for base in self._names.classes.outside_bases(cls):
            row = self._knowledge.find("containers", base)
            if row and (name in row[1].mutates or (above and name in OPERATORS)):
                return True
        return False


def _is_one_of(e: f.Expr | None, names: AbstractSet[str]) -> bool:
    """Whether a value is that of one of these names, or may be."""
    parts = alternatives(e) if e is not None else ()
    return any(isinstance(part, f.Name) and part.id in names for part in parts)


def _of_receiver(e: f.Expr, scope: Scope) -> bool:
    """Whether a path is an attribute of the receiver: what a function is given can be another one for each call."""
    while isinstance(e, f.Item | f.Call):
        e = e.func if isinstance(e, f.Call) else e.of
    return isinstance(e, f.Attr) and isinstance(e.of, f.Name) and receiver_rooted(e, scope) == "self"


def inside(scope: Scope, outer: Scope) -> bool:
    """Whether a scope stands in another one, at any depth."""
    current = scope.parent
    while current is not None:
        if current is outer:
            return True
        current = current.parent
    return False


def _name_of(scope: Scope, held: Heap | Obj) -> str | None:
    """The local variable that a scope gives the object made at this site."""
    for name, bindings in scope.bindings.items():
        if any(b.value is held.site.expr for b in bindings if held.site):
            return name
    return None
