"""Classes: bases, lineage, what their bodies bind and what their methods assign to `self`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.resolution.scopes import UNKNOWN, Scope, Store
from statelint.project.resolution.values import Cls, Ext, Func, Obj, Value, Values, qualified

STATIC = frozenset({"staticmethod"})
CLASSLIKE = frozenset({"classmethod", "__new__", "__init_subclass__", "__class_getitem__"})


def decorator_names(definition: f.Function | f.Class) -> Iterator[str]:
    """The last name of each decorator, call or not."""
    for decorator in definition.decorators:
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        name = getattr(target, "name", None) or getattr(target, "id", None)
        if name:
            yield name


def first_parameter(scope: Scope) -> tuple[str, str] | None:
    """(name, kind) of the parameter that stands for the receiver: kind is self or cls. None for a plain function."""
    if scope.receiver is UNKNOWN:
        scope.receiver = _first_parameter(scope)
    return scope.receiver


def _first_parameter(scope: Scope) -> tuple[str, str] | None:
    node = scope.node
    if scope.owner is None or type(node) is not f.Function or not node.params:
        return None
    names = set(decorator_names(node))
    if names & STATIC or node.params[0].kind not in ("positional", "positional-only"):
        return None
    is_cls = bool(names & CLASSLIKE) or node.name in CLASSLIKE or _is_metaclass(scope)
    return node.params[0].name, "cls" if is_cls else "self"


def kept_receiver(method: Scope) -> list[f.Expr]:
    """The containers that a method puts its receiver into: `TABLE[self.id] = self`, `LIST.append(self)`."""
    receiver = (first_parameter(method) or ("",))[0]
    found = [
        s.target.of
        for s in method.stores
        if isinstance(s.target, f.Item) and isinstance(s.value, f.Name) and s.value.id == receiver
    ]
    for site in method.calls:
        func, args = site.call.func, site.call.args
        puts = isinstance(func, f.Attr) and func.name in ("append", "add", "setdefault") and bool(args)
        if puts and isinstance(func, f.Attr) and isinstance(args[-1], f.Name) and args[-1].id == receiver:
            found.append(func.of)
    return found


def is_abstract(cls: Scope) -> bool:
    """Whether objects of a class are always ones of a class below it: its own body leaves methods to these."""
    return any(isinstance(c.node, f.Function) and "abstractmethod" in decorator_names(c.node) for c in cls.children)


def makes_classes(method: Scope) -> bool:
    """Whether a method is the constructor of a metaclass: it runs where a class statement does."""
    return method.owner is not None and method.name in ("__new__", "__init__", "__prepare__") and _is_metaclass(method)


def _is_metaclass(method: Scope) -> bool:
    return any(getattr(base, "id", "") == "type" for base in getattr(getattr(method.owner, "node", None), "bases", ()))


CONSTRUCTORS: Final = frozenset(
    {"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__set_name__", "__init_subclass__"}
)
PROPERTIES = frozenset({"property", "cached_property", "classproperty", "hybrid_property"})
SETTERS: Final = frozenset({"setter", "deleter"})


class Accessor(NamedTuple):
    """The functions that run when an attribute is read, set or deleted. `of` is the descriptor, None for a property."""

    getter: Scope | None = None
    setter: Scope | None = None
    deleter: Scope | None = None
    of: Obj | None = None


class Assigned(NamedTuple):
    """`self.name = value` in a method."""

    store: Store
    value: f.Expr | None


class Classes:
    """Relations over all project classes. `denote` is the name resolution, handed in to keep imports one way, and
    `denoted` what it has found out for good."""

    def __init__(
        self,
        scopes: Iterable[Scope],
        denote: Callable[[f.Expr, Scope], Values],
        denoted: Callable[[f.Expr, Scope], Values | None],
    ) -> None:
        self._denote = denote
        self._denoted = denoted
        self._numbers = count()
        self.all: list[Scope] = []
        self._given_to_attributes: dict[str, list[tuple[int, Store]]] = defaultdict(list)
        """What is assigned to attributes of a name, numbered, as long as it may yet change whose they are."""
        self._given_to_owners: dict[tuple[str, Obj | Cls], list[tuple[int, Store]]] = defaultdict(list)
        """What is assigned to an attribute of a class, or of an object of one, which is noted without its site."""
        self._attributes: dict[Scope, dict[str, list[Assigned]]] = defaultdict(lambda: defaultdict(list))
        self._bases: dict[Scope, tuple[Cls | Ext, ...]] = {}
        self._settling = 0
        """Of how many classes the bases are being found out."""
        self._lineage: dict[Scope, tuple[Cls | Ext, ...]] = {}
        self._accessors: dict[tuple[Scope, str], Accessor | None] = {}
        self._children: dict[Scope | str, list[Scope]] | None = None
        self._below: dict[Scope | str, tuple[Scope, ...]] | None = None
        """The same once all classes are known."""
        self._binding_below: dict[tuple[Scope, str], tuple[Scope, ...]] = {}
        self._replaced_below: dict[tuple[Scope, str], bool] = {}
        for scope in scopes:
            for store in scope.stores:
                if isinstance(store.target, f.Attr) and store.op == "=" and store.value is not None:
                    self._note(store, store.target)
            if scope.kind == "class":
                self.all.append(scope)
            elif scope.kind == "function":
                self._collect(scope)

    def _note(self, store: Store, target: f.Attr) -> None:
        number, scope = next(self._numbers), store.scope
        receiver = first_parameter(scope) if type(target.of) is f.Name else None
        if receiver and receiver[0] == getattr(target.of, "id", "") and len(scope.bindings[receiver[0]]) == 1:
            assert scope.owner is not None
            owner = Cls(scope.owner) if receiver[1] == "cls" else Obj(Cls(scope.owner))
            self._given_to_owners[target.name, owner].append((number, store))
        else:
            self._given_to_attributes[target.name].append((number, store))

    def _collect(self, method: Scope) -> None:
        receiver = first_parameter(method)
        if receiver is None or receiver[1] != "self" or method.owner is None:
            return
        table = self._attributes[method.owner]
        for scope in (method, *method.descendants()):
            for store in scope.stores:
                target = store.target
                if (
                    type(target) is f.Attr
                    and type(target.of) is f.Name
                    and target.of.id == receiver[0]
                    and store.op != "del"
                ):
                    table[target.name].append(Assigned(store, store.value if store.op == "=" else None))

    @property
    def are_settling(self) -> bool:
        """Whether what is above some classes is being found out, or what is below: others see only a part of that."""
        return self._settling > 0 or (self._below is None and self._children is not None)

    def bases(self, cls: Scope) -> tuple[Cls | Ext, ...]:
        if cls not in self._bases:
            self._bases[cls] = ()
            self._settling += 1
            found: list[Cls | Ext] = []
            if type(cls.node) is f.Class and cls.parent:
                for base in cls.node.bases:
                    for value in self._denote(base, cls.parent):
                        outside = None if type(value) is Cls else qualified(value)
                        item = Ext(outside) if outside else value  # also what a library's call or object gives
                        if isinstance(item, Cls | Ext) and item not in found:
                            found.append(item)
            self._bases[cls] = tuple(found)
            self._settling -= 1
        return self._bases[cls]

    def lineage(self, cls: Scope) -> tuple[Cls | Ext, ...]:
        """The class and its ancestors, nearest first, outside classes included."""
        if cls not in self._lineage:
            order: list[Cls | Ext] = [Cls(cls)]
            self._lineage[cls] = tuple(order)
            for base in self.bases(cls):
                for item in self.lineage(base.scope) if type(base) is Cls else (base,):
                    if item not in order:
                        order.append(item)
            self._lineage[cls] = tuple(order)
        return self._lineage[cls]

    def outside_bases(self, cls: Scope) -> tuple[str, ...]:
        return tuple(item.name for item in self.lineage(cls) if type(item) is Ext)

    def subclasses(self, cls: Scope | str) -> tuple[Scope, ...]:
        """Project classes below a project class or below an outside one (by qualified name), any depth."""
        if self._below is not None:
            return self._below.get(cls, ())
        if self._children is not None:  # asked for on the way to a lineage
            return tuple(self._children.get(cls, ()))
        self._children = defaultdict(list)
        for scope in self.all:
            for item in self.lineage(scope)[1:]:
                self._children[item.scope if isinstance(item, Cls) else item.name].append(scope)
        self._below = {above: tuple(found) for above, found in self._children.items()}
        return self._below.get(cls, ())

    def binding_below(self, cls: Scope, name: str) -> tuple[Scope, ...]:
        """Those of the classes below one whose own bodies bind a name: of a class that thousands inherit, very few."""
        known = self._binding_below.get((cls, name))
        if known is None:
            known = tuple(sub for sub in self.subclasses(cls) if name in sub.bindings)
            if self._below is not None:
                self._binding_below[cls, name] = known
        return known

    def is_replaced_below(self, cls: Scope, name: str) -> bool:
        """Whether there are classes below one, and each has a name of its own, or of one between, in the place of the
        one that the class binds."""
        known = self._replaced_below.get((cls, name))
        if known is None:
            known = self._is_replaced_below(cls, name)
            if self._below is not None:
                self._replaced_below[cls, name] = known
        return known

    def _is_replaced_below(self, cls: Scope, name: str) -> bool:
        below = self.subclasses(cls)
        return bool(below) and all(
            any(isinstance(i, Cls) and i.scope is not cls and name in i.scope.bindings for i in self._above(sub, cls))
            for sub in below
        )

    def _above(self, sub: Scope, cls: Scope) -> tuple[Cls | Ext, ...]:
        """The lineage of a class as far as one above it."""
        line = self.lineage(sub)
        return line[: line.index(Cls(cls))] if Cls(cls) in line else line

    def assigned(self, cls: Scope, name: str) -> list[Assigned]:
        """What the methods of this very class assign to `self.name`."""
        return self._attributes[cls].get(name, []) if cls in self._attributes else []

    def is_anew_above(self, assigned: Assigned, name: str) -> bool:
        """Whether the constructor above, which that of a class surely calls later on, assigns to an attribute anew."""
        store = assigned.store
        constructor = store.scope
        if constructor.name != "__init__" or constructor.owner is None or not self.bases(constructor.owner):
            return False
        last = [s.at for s in self._set_for_sure(constructor, name)]
        return any(
            site.at > max([store.at, *last]) and self._assigns(constructor.owner, name)
            for site in constructor.calls
            if site.context.sure and _calls_constructor_above(site.call)
        )

    def _assigns(self, below: Scope, name: str, depth: int = 0) -> bool:
        """Whether the constructor that comes next above a class surely assigns to an attribute, or calls one that
        does."""
        bases = self.bases(below)
        above = self.method(bases[0].scope, "__init__") if len(bases) == 1 and isinstance(bases[0], Cls) else None
        if above is None or above.owner is None or depth > 3:
            return False
        if any(True for _ in self._set_for_sure(above, name)):
            return True
        called = any(site.context.sure and _calls_constructor_above(site.call) for site in above.calls)
        return called and self._assigns(above.owner, name, depth + 1)

    def _set_for_sure(self, constructor: Scope, name: str) -> Iterator[Store]:
        """Where a constructor surely assigns to an attribute of what it builds."""
        assert constructor.owner is not None
        for store in (a.store for a in self.assigned(constructor.owner, name)):
            if store.scope is constructor and store.op == "=" and store.context.sure:
                yield store

    def having(self, name: str | None, values: Values) -> Values:
        """The values without those objects of which it is only guessed that an attribute of theirs is meant: where the
        classes of some speak of it, those of others do not."""
        if name is None or len(values) < 2:
            return values
        made = {v: v.cls.scope for v in values if isinstance(v, Obj) and isinstance(v.cls, Cls)}
        known = {v for v, cls in made.items() if self._speaks_of(cls, name)}
        return tuple(v for v in values if v in known or v not in made) if known else values

    def _speaks_of(self, cls: Scope, name: str) -> bool:
        above = (item.scope for item in self.lineage(cls) if isinstance(item, Cls))
        return any(name in scope.bindings or self.assigned(scope, name) for scope in above)

    def set_up(self, cls: Scope, name: str) -> Assigned | None:
        """Where the constructor of a class, or else of one above it, assigns to `self.name`."""
        above = (item.scope for item in self.lineage(cls) if isinstance(item, Cls))
        assigned = (a for scope in above for a in self.assigned(scope, name))
        return next((a for a in assigned if a.store.scope.name == "__init__"), None)

    def given_to_class(self, cls: Scope, name: str) -> list[Store]:
        """What code assigns to the attribute of the class itself: `cls.name = value`, `Shop.name = value`."""
        return self._given_to(Cls(cls), name)

    def given_from_outside(self, cls: Scope, name: str) -> list[Store]:
        """What code outside of the class assigns to the attribute of an instance: `shop.name = value`."""
        return self._given_to(Obj(Cls(cls)), name)

    def _given_to(self, wanted: Cls | Obj, name: str) -> list[Store]:
        unsettled = self._unsettled(name)
        found = list(self._given_to_owners.get((name, wanted), ()))
        found += [(n, s) for n, s in unsettled if wanted in map(_kind, self._owners(s))]
        return [store for _, store in sorted(found, key=itemgetter(0))]

    def _unsettled(self, name: str) -> list[tuple[int, Store]]:
        """What is assigned to attributes of a name of which it is not sure whose they are; the others are noted."""
        given = self._given_to_attributes.get(name)
        if not given:
            return []
        left = []
        for number, store in given:
            assert type(store.target) is f.Attr
            owners = self._denoted(store.target.of, store.scope)
            if owners is None:
                left.append((number, store))
            for owner in dict.fromkeys(map(_kind, owners or ())):
                if isinstance(owner, Cls | Obj):
                    self._given_to_owners[name, owner].append((number, store))
        self._given_to_attributes[name] = left
        return left

    def _owners(self, store: Store) -> Values:
        return self._denote(store.target.of, store.scope) if type(store.target) is f.Attr else ()

    def attribute_names(self, cls: Scope) -> tuple[str, ...]:
        return tuple(self._attributes[cls]) if cls in self._attributes else ()

    def method(self, cls: Scope, name: str) -> Scope | None:
        """The method that an instance of `cls` runs, through its project ancestors."""
        for item in self.lineage(cls):
            if type(item) is Cls:
                for binding in reversed(item.scope.bindings.get(name, ())):
                    if binding.kind == "function":
                        return item.scope.by_node.get(id(binding.node))
        return None

    @cached_property
    def accessor_names(self) -> frozenset[str]:
        """The names of all properties and of all class attributes that can be descriptors."""
        makers = {c.name for c in self.all if "__get__" in c.bindings or "__set__" in c.bindings} | {"property"}
        found = set()
        for cls in self.all:
            for name, bindings in cls.bindings.items():
                for b in bindings:
                    if isinstance(b.node, f.Function) and b.kind == "function":
                        called = set(decorator_names(b.node)) & PROPERTIES
                    else:
                        called = {_last_name(b.value.func)} & makers if isinstance(b.value, f.Call) else set()
                    if called:
                        found.add(name)
        return frozenset(found)

    def accessor(self, cls: Scope, name: str) -> Accessor | None:
        """What runs on access to an attribute of an instance, when it is no plain value."""
        key = (cls, name)
        if key not in self._accessors:
            self._accessors[key] = None
            for item in self.lineage(cls):
                if isinstance(item, Cls) and name in item.scope.bindings:
                    self._accessors[key] = self._accessor(item.scope, name)
                    break
        return self._accessors[key]

    def _accessor(self, cls: Scope, name: str) -> Accessor | None:
        found: dict[str, Scope] = {}
        for b in cls.bindings[name]:
            if b.kind == "function" and isinstance(b.node, f.Function):
                called = set(decorator_names(b.node))
                how = "getter" if called & PROPERTIES else next((h for h in ("setter", "deleter") if h in called), "")
                if how:
                    found[how] = cls.by_node[id(b.node)]
            elif isinstance(b.value, f.Call):
                if _last_name(b.value.func) == "property":
                    for how, given in zip(("getter", "setter", "deleter"), b.value.args):  # noqa: B905 - fewer given
                        found.update((how, v.scope) for v in self._denote(given, cls) if isinstance(v, Func))
                    continue
                for value in self._denote(b.value, cls):
                    if isinstance(value, Obj) and isinstance(value.cls, Cls):
                        maker = value.cls.scope
                        getter, setter = self.method(maker, "__get__"), self.method(maker, "__set__")
                        if getter or setter:
                            return Accessor(getter, setter, self.method(maker, "__delete__"), value)
        return Accessor(found.get("getter"), found.get("setter"), found.get("deleter")) if found else None


def _calls_constructor_above(call: f.Call) -> bool:
    """`super().__init__(…)`."""
    func = call.func
    of = func.of if isinstance(func, f.Attr) and func.name == "__init__" else None
    return isinstance(of, f.Call) and getattr(of.func, "id", "") == "super"


def _kind(owner: Value) -> Value:
    """What objects of one class have in common."""
    return Obj(owner.cls) if type(owner) is Obj else owner


def _last_name(e: f.Expr) -> str:
    return str(getattr(e, "name", "") or getattr(e, "id", ""))
