"""Receivers: whether the object that a function runs for, when something calls it, lasts as long as the process."""

from __future__ import annotations

from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.homes import Homes
from statelint.project.resolution.by_parameter import is_parameter
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import is_super, receiver_rooted, taken_from_receiver
from statelint.project.resolution.scopes import Scope, still_current, visible
from statelint.project.resolution.values import Cls, Obj, Value
from statelint.project.writes import class_around

PARTS: Final = 2
"""Objects in objects that are looked at for who makes them."""


class Node(NamedTuple):
    """A function, with what is known of its receiver."""

    scope: Scope
    lasting: bool
    made: Scope | None = None
    """The very class of the receiver, where that is known."""


class Receivers:
    """Look-up of receivers."""

    def __init__(self, names: Names, calls: Calls, homes: Homes) -> None:
        self._names, self._calls, self._homes = names, calls, homes

    def lasts(self, edge: Edge, caller: Node) -> bool:
        """Whether the receiver of what a call runs lasts, the caller's own being known."""
        receiver = edge.receiver
        if edge.how == "construct" or receiver is None:
            return edge.how != "construct" and self._around_lasts(edge, caller)
        if isinstance(receiver, Cls):
            return self._called_on_class(edge, caller)
        if edge.site is not None and isinstance(edge.site.call.func, f.Attr):
            if isinstance(receiver, Obj) and receiver.site and receiver.site.expr is edge.site.call.func.of:
                return self._homes.lasts(receiver)  # `cls().run()`: an object of its own
            rooted = receiver_rooted(edge.site.call.func.of, edge.caller)
            if (rooted and isinstance(edge.site.call.func.of, f.Name | f.Call)) or is_super(edge.site.call.func.of):
                if not self._is_kin(receiver, edge.caller):
                    return self._homes.lasts(receiver)
                return caller.lasting and self._can_last(edge)
            held = rooted or taken_from_receiver(edge.site.call.func.of, edge.caller)
            held = held or is_parameter(getattr(edge.site.call.func.of, "id", ""), edge.caller)
            if held and not caller.lasting and self._made_by_owner(receiver, edge.caller):
                return False
            if self._new_here(edge.site.call.func.of, receiver, edge.caller):
                return False
        elif isinstance(receiver, Obj) and receiver.site is None and edge.caller.owner is edge.callee.owner:
            return caller.lasting
        return self._homes.lasts(receiver)

    def _around_lasts(self, edge: Edge, caller: Node) -> bool:
        """Whether the object lasts in whose method a function is made: it is the receiver there too."""
        if edge.callee.parent is not None and stands_in(caller.scope, edge.callee.parent):
            return caller.lasting
        cls, func = method_around(edge.callee), edge.site.call.func if edge.site is not None else None
        if cls is None:
            return False
        if edge.how == "call" and isinstance(func, f.Attr):
            if is_receiver(func.of, edge.caller):
                return caller.lasting
            kin = {Cls(cls), *map(Cls, self._names.classes.subclasses(cls))}
            holders = [v for v in self._names.denote(func.of, edge.caller) if isinstance(v, Obj) and v.cls in kin]
            if holders:
                return any(map(self._homes.lasts, holders))
        handed = func if edge.how == "call" and isinstance(func, f.Name) else None
        bindings = edge.caller.bindings.get(handed.id, ()) if handed is not None else ()
        if edge.callee.parent in self._homes.at_start and any(b.kind == "param" for b in bindings):
            return False  # it goes no further than the call that the start makes
        return self._homes.class_lasts(cls)

    def _can_last(self, edge: Edge) -> bool:
        """Whether an object whose method takes the place of one of the caller's own class can be one that lasts."""
        owner, around = edge.callee.owner, edge.caller.owner
        if owner is None or around is None or owner is around or Cls(owner) in self._names.classes.lineage(around):
            return True
        return any(c in self._homes.long_classes for c in (owner, *self._names.classes.subclasses(owner)))

    def _is_kin(self, receiver: Value, caller: Scope) -> bool:
        """Whether an object can be the receiver of a method, none whose own method an attribute of that keeps."""
        cls, owner = getattr(receiver, "cls", None), class_around(caller)
        if not isinstance(cls, Cls) or owner is None:
            return True
        lineage = self._names.classes.lineage
        return cls in lineage(owner) or Cls(owner) in lineage(cls.scope)

    def _called_on_class(self, edge: Edge, caller: Node) -> bool:
        """`Base.put(self, x)`, `Base.put(self=self)`: what an instance method is given first is its receiver, else the
        class is."""
        first = first_parameter(edge.callee)
        call = edge.site.call if edge.site is not None else None
        if first is None or first[1] == "cls" or call is None:
            return True
        given = call.args[0] if call.args else dict(call.keywords).get(first[0])
        if given is None:
            return True
        if isinstance(given, f.Name) and receiver_rooted(given, edge.caller) == "self":
            return caller.lasting
        return any(self._homes.lasts(value) for value in self._names.denote(given, edge.caller))

    def _made_by_owner(self, receiver: Value, method: Scope) -> bool:
        """Whether an object was made by a method of the class whose object now uses it, so that both last alike."""
        maker = receiver.site.scope.owner if isinstance(receiver, Obj) and receiver.site is not None else None
        user = method.owner
        return (
            maker is not None
            and user is not None
            and (self._is_anew(maker) or self._is_anew(user))
            and Cls(maker) in self._names.classes.lineage(user)
        )

    def _is_anew(self, cls: Scope, depth: int = 0) -> bool:
        """Whether requests make objects of a class, be it as a part of others that they make."""
        if cls in self._homes.anew or depth == PARTS:
            return cls in self._homes.anew
        constructor = self._names.classes.method(cls, "__init__")
        edges = self._calls.into.get(constructor, ()) if constructor else ()
        makers = [e.caller for e in edges if e.how == "construct"]
        return any(m.name == "__init__" and m.owner is not None and self._is_anew(m.owner, depth + 1) for m in makers)

    def _new_here(self, e: f.Expr, receiver: Value, function: Scope) -> bool:
        """Whether the function made the object, or the one whose constructor made it: it is being built here."""
        made = receiver.site if isinstance(receiver, Obj) else None
        root = e
        while isinstance(root, f.Attr):
            root = root.of
        bindings = function.bindings.get(root.id, ()) if isinstance(root, f.Name) else ()
        if len(bindings) > 1:  # `config = deepcopy(config)`, and after that
            bindings = still_current(visible(bindings, root.at), root.at)
        if made is None or len(bindings) != 1 or self.is_single(receiver):
            return False
        if root is e:
            return bindings[0].value is made.expr
        if made.scope.name != "__init__" or made.scope.owner is None:
            return False
        return any(
            isinstance(value, Obj)
            and isinstance(value.cls, Cls)
            and value.site is not None
            and value.site.expr is bindings[0].value
            and Cls(made.scope.owner) in self._names.classes.lineage(value.cls.scope)
            for value in self._names.denote(root, function)
        )

    def is_single(self, value: Value) -> bool:
        """Whether every object of the class of a value has the same state."""
        return isinstance(value, Obj) and isinstance(value.cls, Cls) and self._homes.is_single(value.cls.scope)


def method_around(function: Scope) -> Scope | None:
    """The class in whose method a function is defined: the handler sees the object of that method."""
    outer = function.parent
    while outer is not None and outer.kind == "function":
        if outer.owner is not None:
            return outer.owner
        outer = outer.parent
    return None


def stands_in(scope: Scope | None, outer: Scope) -> bool:
    """Whether a scope is another one, or stands in it."""
    while scope is not None and scope is not outer:
        scope = scope.parent
    return scope is outer


def is_receiver(e: f.Expr, method: Scope) -> bool:
    """Whether an expression is the name of the receiver of a method."""
    return isinstance(e, f.Name) and receiver_rooted(e, method) == "self"
