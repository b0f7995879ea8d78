"""Writes to homes: every place that changes what a home holds, however the access path is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.homes import Home, Homes, receiver_rooted
from statelint.project.names import Names
from statelint.project.scopes import CallSite, Context, Scope, Store
from statelint.project.values import Cls, Ext, Func, Heap, Made, Mod, Obj, Part, Value, qualified, root
from statelint.spans import Place

GENERIC_MUTATORS = frozenset(
    {"append", "appendleft", "extend", "add", "update", "setdefault", "pop", "popleft", "popitem", "insert", "remove",
     "discard", "clear"}
)  # fmt: skip
"""Mutating methods of an element whose own type nothing shows."""
CONSTRUCTORS = frozenset(
    {"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__set_name__", "__init_subclass__"}
)


class Write(NamedTuple):
    """One change of what a home holds.

    how: item, attribute, method, delete, augment, rebind, argument. `method` is the method's or function's name.
    `element` says that something inside the home's object changes, not the object itself.
    """

    home: Home
    scope: Scope
    at: Place
    how: str
    method: str
    key: f.Expr | None
    value: f.Expr | None
    context: Context
    rooted: str | None
    """self or cls when the path starts at the receiver of the method."""
    element: bool


class Writes:
    """All writes of the project, by scope. Scopes are examined on demand."""

    def __init__(self, names: Names, homes: Homes, knowledge: Knowledge) -> None:
        self._names = names
        self._homes = homes
        self._knowledge = knowledge
        self._by_scope: dict[Scope, tuple[Write, ...]] = {}

    def of(self, scope: Scope) -> tuple[Write, ...]:
        if scope not in self._by_scope:
            found = [w for store in scope.stores for w in self._store(store)]
            found += [w for site in scope.calls for w in self._call(site)]
            self._by_scope[scope] = tuple(dict.fromkeys(w for w in found if not self._initialises(w)))
        return self._by_scope[scope]

    @staticmethod
    def _initialises(write: Write) -> bool:
        """A constructor sets up its own new instance; that is no write to state."""
        scope: Scope | None = write.scope
        return (
            write.home.kind == "instance-attribute"
            and write.rooted == "self"
            and scope is not None
            and scope.name in CONSTRUCTORS
        )

    # ── stores ──

    def _store(self, s: Store) -> Iterator[Write]:
        how = "delete" if s.op == "del" else ("augment" if s.op != "=" else "")
        target = s.target
        if isinstance(target, f.Name):
            yield from self._name(s, target, how or "rebind")
        elif isinstance(target, f.Attr):
            yield from self._attribute(s, target, how)
        elif isinstance(target, f.Item):
            for home, element in self.held_by(target.of, s.scope):
                yield self._write(home, s, "item" if how == "delete" else how or "item", target.key, element, target)
            for value in self._names.denote(target.of, s.scope):
                if isinstance(value, Made) and value.name == "builtins.globals" and isinstance(target.key, f.Const):
                    top = self._names.scopes[s.scope.path]
                    named = self._homes.module_variable(top, str(target.key.value))
                    if named:
                        yield self._write(named, s, how or "rebind", None, False, target)

    def _write(self, home: Home, s: Store, how: str, key: f.Expr | None, element: bool, target: f.Expr) -> Write:
        rooted = receiver_rooted(target, s.scope)
        return Write(home, s.scope, s.at, how, s.op, key, s.value, s.context, rooted, element)

    def _name(self, s: Store, target: f.Name, how: str) -> Iterator[Write]:
        declared = s.scope.outer.get(target.id)
        if declared == "global":
            home = self._homes.module_variable(self._names.scopes[s.scope.path], target.id)
            if home:
                yield self._write(home, s, how, None, False, target)
        elif declared == "nonlocal":
            owner = self._enclosing(s.scope, target.id)
            if owner:
                home = self._homes.home(
                    "closure-variable", f"{owner.full_name}.{target.id}", owner, owner.bindings[target.id][0].at
                )
                yield self._write(home, s, how, None, False, target)

    @staticmethod
    def _enclosing(scope: Scope, name: str) -> Scope | None:
        current = scope.parent
        while current is not None and current.kind == "function":
            if name in current.bindings and name not in current.outer:
                return current
            current = current.parent
        return None

    def _attribute(self, s: Store, target: f.Attr, how: str) -> Iterator[Write]:
        for value in self._names.denote(target.of, s.scope):
            if isinstance(value, Mod):
                top = self._names.scopes.get(value.module.path)
                home = self._homes.module_variable(top, target.name) if top else None
                if home:
                    yield self._write(home, s, how or "rebind", None, False, target)
            elif isinstance(value, Cls):
                home = self._class_home(value.scope, target.name, s)
                yield self._write(home, s, how or "rebind", None, False, target)
            elif isinstance(value, Obj) and isinstance(value.cls, Cls):
                made_here = value.site is not None and value.site.scope is s.scope
                home_ = None if made_here else self._instance_home(value.cls.scope, target.name)
                if home_ and (receiver_rooted(target, s.scope) or self._homes.lasts(value)):
                    yield self._write(home_, s, how or "rebind", None, False, target)
            elif isinstance(value, Func) and not (value.scope.parent and value.scope.parent.kind == "function"):
                home = self._homes.home(
                    "function-attribute", f"{value.scope.full_name}.{target.name}", value.scope, s.target.at
                )
                yield self._write(home, s, how or "rebind", None, False, target)
            elif isinstance(value, Heap):
                row = self._knowledge.find("containers", value.type)
                if row and row[1].attributes:
                    for home, element in self._homes_of(value, s.scope):
                        yield self._write(home, s, how or "attribute", None, element, target)
        path = self._homes.application_path(target, s.scope)
        if path:
            home = self._homes.home("application-attribute", path, s.scope, target.at)
            yield self._write(home, s, how or "rebind", None, False, target)

    def _class_home(self, cls: Scope, name: str, s: Store) -> Home:
        for item in self._names.classes.lineage(cls):
            if isinstance(item, Cls) and name in item.scope.bindings:
                owner = item.scope
                return self._homes.home(
                    "class-attribute", f"{owner.full_name}.{name}", owner, owner.bindings[name][0].at
                )
        return self._homes.home("class-attribute", f"{cls.full_name}.{name}", s.scope, s.target.at)

    def _instance_home(self, cls: Scope, name: str) -> Home | None:
        for item in self._names.classes.lineage(cls):
            if isinstance(item, Cls):
                assigned = self._names.classes.assigned(item.scope, name)
                if assigned:
                    first = next((a for a in assigned if a.store.scope.name == "__init__"), assigned[0])
                    return self._homes.home(
                        "instance-attribute", f"{item.scope.full_name}.{name}", item.scope, first.store.target.at
                    )
                fields = [b for b in item.scope.bindings.get(name, ()) if b.kind in ("assign", "annotate")]
                if fields:
                    return self._homes.home(
                        "instance-attribute", f"{item.scope.full_name}.{name}", item.scope, fields[0].at
                    )
        return None

    # ── calls ──

    def _call(self, site: CallSite) -> Iterator[Write]:
        func = site.call.func
        if isinstance(func, f.Attr):
            key = site.call.args[0] if site.call.args else None
            value = site.call.args[-1] if site.call.args else None
            for home, element in self._mutated(func, site.scope):
                yield Write(
                    home, site.scope, site.call.at, "method", func.name, key, value, site.context,
                    receiver_rooted(func.of, site.scope), element,
                )  # fmt: skip
        for callee in self._names.denote(func, site.scope):
            name = qualified(callee)
            position = self._changes(name) if name else None
            if position is not None and len(site.call.args) > position:
                changed = site.call.args[position]
                for home, element in self.held_by(changed, site.scope):
                    last = site.call.args[-1]
                    yield Write(
                        home, site.scope, site.call.at, "argument", str(name).rpartition(".")[2], None, last,
                        site.context, receiver_rooted(changed, site.scope), element,
                    )  # fmt: skip

    def _changes(self, name: str) -> int | None:
        """The position of the argument that an outside function changes; also for a method called on its class."""
        row = self._knowledge.find("mutators", name)
        if row:
            return int(row[1].argument)
        owner, _, method = name.rpartition(".")
        container = self._knowledge.find("containers", owner)
        if container and (method in container[1].mutates or method in ("__setitem__", "__delitem__", "__ior__")):
            return 0
        return None

    def _mutated(self, func: f.Attr, scope: Scope) -> Iterator[tuple[Home, bool]]:
        """Homes whose content `func` (an attribute that is called) changes."""
        for value in self._names.denote(func.of, scope):
            held = root(value)
            if isinstance(value, Heap):
                row = self._knowledge.find("containers", value.type)
                changes = row is not None and func.name in row[1].mutates
            elif isinstance(value, Part) and isinstance(held, Heap):
                changes = func.name in GENERIC_MUTATORS
            elif isinstance(value, Obj) and isinstance(value.cls, Cls):
                changes = self._inherits_mutator(value.cls.scope, func.name)
            else:
                changes = False
            if changes:
                yield from self._homes_of(value, scope)
        path = self._homes.application_path(func.of, scope)
        if path and func.name in GENERIC_MUTATORS and ("application-attribute", path) in self._homes.known:
            yield self._homes.known["application-attribute", path], False

    def _inherits_mutator(self, cls: Scope, name: str) -> bool:
        if self._names.classes.method(cls, name):
            return False  # the project's own method; its body shows what it does
        for base in self._names.classes.outside_bases(cls):
            row = self._knowledge.find("containers", base)
            if row and name in row[1].mutates:
                return True
        return False

    # ── from expressions to homes ──

    def held_by(self, e: f.Expr, scope: Scope) -> Iterator[tuple[Home, bool]]:
        """The homes of the container that `e` denotes; the bit says that `e` is an element inside it."""
        found: dict[tuple[Home, bool], None] = {}
        for value in self._names.denote(e, scope):
            if isinstance(value, Obj) and isinstance(value.cls, Cls) and not self._is_container(value.cls.scope):
                continue
            for item in self._homes_of(value, scope):
                found[item] = None
        path = self._homes.application_path(e, scope)
        if path and not found:
            found[self._homes.home("application-attribute", path, scope, e.at), False] = None
        yield from found

    def _is_container(self, cls: Scope) -> bool:
        return any(self._knowledge.find("containers", base) for base in self._names.classes.outside_bases(cls))

    def _homes_of(self, value: Value, scope: Scope) -> Iterator[tuple[Home, bool]]:
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
        if origin.kind == "function" and _inside(scope, origin):
            name = _name_of(origin, held)
            if name:
                home = self._homes.home(
                    "closure-variable", f"{origin.full_name}.{name}", origin, origin.bindings[name][0].at
                )
                yield home, value is not held

    def _homes_of_receiver(self, cls: Scope, element: bool) -> Iterator[tuple[Home, bool]]:
        """Homes of long-lived instances of a container subclass, reached through `self`."""
        if not self._is_container(cls):
            return
        for home, values in self._homes.values.items():
            for value in values:
                if isinstance(value, Obj) and isinstance(value.cls, Cls) and value.cls.scope is cls:
                    yield home, element
                    break


def _inside(scope: Scope, outer: Scope) -> bool:
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
