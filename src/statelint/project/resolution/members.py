"""What `value.name` denotes, for modules, classes, instances and outside objects."""

from __future__ import annotations

from statelint import facts as f
from statelint.project.resolution.applications import below_application, shown_place
from statelint.project.resolution.broadcasts import Broadcasts
from statelint.project.resolution.classes import PROPERTIES, SETTERS, decorator_names
from statelint.project.resolution.for_good import ForGood
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import (
    FEW,
    Bound,
    Cls,
    Ext,
    Func,
    Lit,
    Made,
    Member,
    Mod,
    Obj,
    Value,
    Values,
    added,
    made_by_name,
    qualified,
    union,
)


class Members:
    """Attribute look-up on values."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._broadcasts = Broadcasts(names)
        self._known = ForGood[tuple[Cls | Obj, str, bool], Values](names)

    def member(self, value: Value, name: str, exact: bool = False) -> Values:
        """What `value.name` denotes; `exact` leaves out what subclasses make of it."""
        if type(value) is Mod:
            return self._names.module_member(value.module, name)
        if type(value) is Ext:
            return self._names.outside(f"{value.name}.{name}")
        if type(value) is Cls:
            return self._known.to((value, name, False), lambda: self._class_member(value.scope, name, value))
        if type(value) is Obj:
            return self._known.to((value, name, exact), lambda: self._object_member(value, name, exact))
        if type(value) is Func:
            left = self._left_in_place(value.scope)
            if left:
                return self.member(left, name)
            given = self._names.given()
            attached = given.attached.get((value.scope, name), ()) if given else ()
            return union((v for e, scope, _ in attached for v in self._names.denote(e, scope)), (Member(value, name),))
        if type(value) is Bound:
            return self.member(Func(value.scope), name)
        if type(value) is not Lit:
            member = Member(value, name)
            if self._broadcasts.known and type(value) is Member and (holder := qualified(value)):
                called = self._broadcasts.of(holder, name)
                if called:
                    return called
            return self._kept(member) if type(value) is Member else (member,)
        return ()

    def _object_member(self, value: Obj, name: str, exact: bool) -> Values:
        if isinstance(value.cls, Cls):
            return self._class_member(value.cls.scope, name, value, exact)
        return self._outside_member(value, value.cls.name, name, exact)

    def _left_in_place(self, function: Scope) -> Obj | None:
        """The object of a library that a decorator leaves in the place of a function."""
        node, replaces = function.node, self._names.knowledge.replaces
        for decorator in node.decorators if isinstance(node, f.Function) and replaces and function.parent else ():
            target = decorator.func if isinstance(decorator, f.Call) else decorator
            for value in self._names.denote(target, function.parent or function):
                name = qualified(value)
                if name in replaces:
                    return Obj(Ext(replaces[name]))
        return None

    def _kept(self, member: Member) -> Values:
        """An attribute of an application object, or of what requests see of it, with what code assigns there."""
        knowledge = self._names.knowledge
        place = below_application(member, knowledge) or shown_place(member, knowledge)
        given = self._names.given() if place else None
        kept = given.kept.get(place, ()) if given and place else ()
        return union((member,), *(self._names.denote(e, scope) for e, scope in kept)) if kept else (member,)

    def _outside_member(self, value: Obj, cls: str, name: str, exact: bool = False) -> Values:
        for base in self._names.knowledge.lineage(cls):
            row = self._names.knowledge.find("instances", f"{base}.{name}")
            if row:
                target = self._names.knowledge.canonical(row[1].cls)
                if row[1].attribute:
                    return self.member(Obj(Ext(target)), row[1].attribute)
                return (Obj(Ext(target)), *(Obj(Cls(s)) for s in self._names.classes.subclasses(target)[:3]))
        found: list[Value] = []
        if value.site is None and not exact and not cls.startswith("builtins."):
            # the object may be of a project subclass that adds the attribute; `rows: list[str]` says that it is none
            for sub in self._names.classes.subclasses(cls)[:6]:
                if name in sub.bindings or name in self._names.classes.attribute_names(sub):
                    found.extend(self._class_member(sub, name, Obj(Cls(sub))))
        return union(found) if found else self._kept(Member(value, name))

    def _class_member(self, cls: Scope, name: str, receiver: Value, exact: bool = False) -> Values:
        found: list[Value] = []
        outside: str | None = None
        is_instance = isinstance(receiver, Obj)
        if name == "__class__" and is_instance:
            return (Cls(cls),)
        exact = exact or made_by_name(receiver, cls)
        for item in self._names.classes.lineage(cls):
            if isinstance(item, Ext):
                outside = outside or item.name
                continue
            shadowed = False
            if is_instance:
                for assigned in self._names.classes.assigned(item.scope, name):
                    if assigned.value is not None and not self._names.classes.is_anew_above(assigned, name):
                        own = self._names.made_with(receiver, assigned.value, assigned.store.scope)
                        found.extend(own or self._names.given_value(assigned.value, assigned.store.scope))
                        shadowed = shadowed or assigned.store.scope.name == "__init__"
                if any(b.annotation is not None for b in item.scope.bindings.get(name, ())):
                    found.extend(self._filled_with(cls, name, exact))
            own_bindings = item.scope.bindings.get(name, ())
            hidden = shadowed or (
                bool(own_bindings) and is_instance and not exact and self._is_default(item.scope, name, cls)
            )
            for binding in () if hidden else own_bindings:
                for value in self._names.bound(binding):
                    found.extend(self._through_class(value, receiver))
            if is_instance:
                for maker in self._names.fields.makers(item.scope, name):
                    found.extend(self._names.returned(maker))
            if name in item.scope.bindings:
                for store in self._names.classes.given_to_class(item.scope, name):
                    if store.value is not None:
                        found.extend(self._names.denote(store.value, store.scope))
            if found:
                break
        if is_instance and not exact:
            for sub in self._names.classes.subclasses(cls)[:FEW]:
                inherited = sub.bindings.get(name, ())
                for binding in inherited if inherited and not self._stands_for_column(sub, name) else ():
                    for value in self._names.bound(binding):
                        found.extend(self._through_class(value, Obj(Cls(sub), receiver.site)))  # type: ignore[union-attr]
        if not found:
            found.extend(self._given_elsewhere(cls, name, is_instance))
        if not found and outside and outside != "builtins.object":
            if isinstance(receiver, Obj):
                return self._outside_member(Obj(Ext(outside), receiver.site), outside, name, exact=True)
            return self._names.outside(f"{outside}.{name}")
        return union(found)

    def _filled_with(self, cls: Scope, name: str, exact: bool) -> Values:
        """What the objects of a class are made with for a field that its body, or one above it, declares."""
        given = self._names.given()
        kin = (cls,) if exact else (cls, *self._names.classes.subclasses(cls))
        handed = [one for c in kin for one in given.arguments.get((c, name), ())] if given else []
        return union(*(added(self._names.denote(e, scope), i) for i, (e, scope) in enumerate(handed)))

    def _is_default(self, cls: Scope, name: str, known: Scope) -> bool:
        """Whether an attribute of an object of a `known` class is only a default there: each class below has one of
        its own in its place, or one of rows does, whose column it stands for where no more than the base is known."""
        if cls is known and self._stands_for_column(cls, name):
            return True
        return self._names.classes.is_replaced_below(cls, name)

    def _stands_for_column(self, cls: Scope, name: str) -> bool:
        return any(self._is_column(sub, name) for sub in self._names.classes.binding_below(cls, name))

    def _is_column(self, cls: Scope, name: str) -> bool:
        """Whether a class has an attribute of its own that stands for what a row of a store keeps."""
        made = [v.name for b in cls.bindings.get(name, ()) for v in self._names.bound(b) if isinstance(v, Made)]
        rows = [row for one in made if (row := self._names.knowledge.find("benign", one))]
        return any(row[1].because == "row" for row in rows)

    def _given_elsewhere(self, cls: Scope, name: str, is_instance: bool) -> list[Value]:
        """What is assigned to an attribute that the class itself does not speak of."""
        classes = self._names.classes
        stores = classes.given_to_class(cls, name)
        if is_instance:
            stores = [*stores, *classes.given_from_outside(cls, name)]
        return [v for s in stores if s.value is not None for v in self._names.denote(s.value, s.scope)]

    def _through_class(self, value: Value, receiver: Value) -> Values:
        """A class attribute seen through a receiver: functions bind, properties are called."""
        if not isinstance(value, Func):
            return (value,)
        node = value.scope.node
        names = set(decorator_names(node)) if isinstance(node, f.Function) else set()
        if "staticmethod" in names:
            return (value,)
        if names & SETTERS and isinstance(receiver, Obj):
            return ()  # reading the attribute runs the getter
        if names & PROPERTIES and isinstance(receiver, Obj):
            return self._names.returned_by(value.scope, receiver)
        return (Bound(value.scope, receiver),)
