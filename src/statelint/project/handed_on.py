"""Writes through a parameter: to which of the objects that callers hand over they can be while requests are served.

A helper that start-up code calls with one object and a request with another does not change the first for a request.
Nor does one that only runs while an object is being built change anything that lasts, where it fills a part that was
made for that object.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.holders import Holders
from statelint.project.homes import Home, Homes
from statelint.project.reach import Reach
from statelint.project.resolution.arguments import handed_to
from statelint.project.resolution.by_parameter import Switch, is_parameter, switch_of, turned, ways_of
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import above
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Cls, Func, Obj, Site, Value, qualified
from statelint.project.writes import SETTING, Write

DEPTH: Final = 4
"""So many functions can hand on what another one makes."""


class HandedOn:
    """Look-up of who hands what over."""

    def __init__(self, names: Names, homes: Homes, reach: Reach, knowledge: Knowledge) -> None:
        self._names = names
        self._reach = reach
        self._homes = homes
        self._holders = Holders(names, homes, knowledge)
        self._givers: dict[tuple[Scope, Way, Home], frozenset[Scope]] = {}

    def counts(self, write: Write, on_path: AbstractSet[Scope]) -> bool:
        """Whether a function on the request path hands over what is written, or nothing tells who does."""
        way = self._parameter(write)
        if way is None:
            return True
        if self._fills_a_part(write, way):
            return False
        key = (write.scope, way, write.home)
        if key not in self._givers:
            given = self._names.given()
            handed = given.arguments.get((write.scope, way.name), ()) if given else ()
            if self._are_new(write.scope, way.name, write.home, on_path):
                return False
            mine = [
                (e, caller)
                for e, caller in handed
                if caller is not write.scope  # a call of itself hands on what it was given
                and self._is(write.home, e, caller)
            ]
            asking = [(e, caller) for e, caller in mine if self._asks(way, e, caller, write.scope)]
            if mine and not asking:
                return False
            mine = [(e, caller) for e, caller in asking if not self._is_new(write.home, e, caller)] or asking
            at_once = all(self._calls_it(e, caller, write.scope) for e, caller in mine)
            self._givers[key] = frozenset(caller for _, caller in mine) if at_once else frozenset()
        givers = self._givers[key]
        return not givers or not givers.isdisjoint(on_path)

    def _fills_a_part(self, write: Write, way: Way) -> bool:
        """Whether a method that runs on no object that lasts already fills what was made for its object alone."""
        method, owner = write.scope, write.scope.owner
        if owner is None or write.home.kind != "instance-attribute" or self._reach.repeats(method, lasting=True):
            return False
        changed, given = self._changed(write), self._names.given()
        handed = given.arguments.get((method, way.name), ()) if given else ()
        parts = _made(self._holders.owners(write.home, changed, method)) if changed is not None else []
        if not parts or not all(_made(self._names.denote(e, caller)) for e, caller in handed):
            return False
        classes = self._names.classes
        above = [v.scope for v in classes.lineage(owner) if isinstance(v, Cls)]
        kin = {owner, *classes.subclasses(owner), *above}
        # what a constructor beside it makes is seen too, through an attribute of the class above both
        beside = {c for cls in above for c in classes.subclasses(cls)}
        return all(
            self._is_made_for(site, kin) or (site.scope.name in CONSTRUCTORS and site.scope.owner in beside)
            for site in parts
        )

    def _is_made_for(self, site: Site, kin: AbstractSet[Scope]) -> bool:
        """Whether a method of these classes makes something, or who makes it hands it to what calls one of them."""
        if site.scope.kind != "function" or site.scope.owner in kin:
            return site.scope.kind == "function"
        return any(
            isinstance(v, Cls) and v.scope in kin
            for call in (c.call for c in site.scope.calls)
            if any(e is site.expr for e in handed_to(call))
            for v in self._names.denote(call.func, site.scope)
        )

    def _asks(self, way: Way, e: f.Expr, caller: Scope, function: Scope) -> bool:
        """Whether the call that hands `e` over leads to the write, as far as constants for the switch tell."""
        if way.switch is None:
            return True
        given = [
            site.call
            for site in caller.calls
            if any(e is arg for arg in site.call.args) or any(e is value for _, value in site.call.keywords)
        ]
        return not given or any(turned(way.switch, function, call) for call in given)

    def _calls_it(self, e: f.Expr, caller: Scope, function: Scope) -> bool:
        """Whether the call that hands `e` over runs the function then and there, as binding it for later does not."""
        sites = [site for site in caller.calls if e in site.call.args or e in dict(site.call.keywords).values()]
        values = [value for site in sites for value in self._names.denote(site.call.func, caller)]
        return any(isinstance(v, Func | Bound) and v.scope is function for v in values)

    def _is_new(self, home: Home, e: f.Expr, caller: Scope) -> bool:
        """Whether the very call that hands something over makes it, not only the object whose attribute it is."""
        inside = isinstance(e, f.Attr | f.Item) and home.kind != "instance-attribute"
        return not inside and self._holders.is_new(e, caller)

    def _are_new(self, function: Scope, name: str, home: Home, on_path: AbstractSet[Scope], depth: int = 0) -> bool:
        """Whether what calls hand over while requests run is made by them, or by those that call their function."""
        given = self._names.given()
        handed = given.arguments.get((function, name), ()) if given and depth < DEPTH else ()
        now = [
            (e, caller)
            for e, caller in handed
            if caller is not function  # a call of itself hands on what it was given
            if caller in on_path or not self._calls_it(e, caller, function)
        ]
        return bool(now) and all(
            self._is_new(home, e, caller) or self._is_of_new(e, caller, home, on_path, depth) for e, caller in now
        )

    def _is_of_new(self, e: f.Expr, caller: Scope, home: Home, on_path: AbstractSet[Scope], depth: int) -> bool:
        """Whether it is a parameter that is given something new, or what that gives of itself."""
        *_, root = above(e, caller)
        if not isinstance(root, f.Name) or not is_parameter(root.id, caller):
            return False
        aside = root is e or not self._is(home, e, caller)
        return aside and self._are_new(caller, root.id, home, on_path, depth + 1)

    def _is(self, home: Home, e: f.Expr, scope: Scope) -> bool:
        if any(found == home for found, _ in self._holders.held_by(e, scope)):
            return True
        values = self._names.denote(e, scope) if home.kind == "instance-attribute" else ()
        return any(isinstance(v, Obj) and self._homes.lasts(v) and self._can_have(home, v) for v in values)

    def _can_have(self, home: Home, value: Obj) -> bool:
        """Whether an object can have the attribute, by its class."""
        lineage = self._names.classes.lineage
        cls = value.cls
        return not isinstance(cls, Cls) or cls in lineage(home.scope) or Cls(home.scope) in lineage(cls.scope)

    def _parameter(self, write: Write) -> Way | None:
        """The way of a write through a parameter, if it goes through one that nothing else binds for sure."""
        changed = self._changed(write) if write.how != "argument" else None
        return _bound_as_parameter(changed, write.scope) if changed is not None else None

    def _changed(self, write: Write) -> f.Expr | None:
        """The access path through which a write goes, also of a call that sets: `setattr(shop, name, value)`."""
        for store in write.scope.stores:
            if store.at == write.at:
                return store.target
        for site in write.scope.calls:
            if site.call.at == write.at:
                call = site.call
                if call.args and any(qualified(v) in SETTING for v in self._names.denote(call.func, write.scope)):
                    return call.args[0]
                return call.func.of if isinstance(call.func, f.Attr) else None
        return None


def _made(values: Sequence[Value]) -> list[Site]:
    """Where objects are made; a value of which only the class is known is one of them."""
    return [v.site for v in values if isinstance(v, Obj) and v.site is not None]


class Way(NamedTuple):
    """The parameter through which a write goes; with a switch, only where another one says so."""

    name: str
    switch: Switch | None = None


def _bound_as_parameter(e: f.Expr, scope: Scope) -> Way | None:
    while isinstance(e, f.Attr | f.Item):
        e = e.of
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
    params = [b for b in bindings if b.kind == "param"]
    others = [b for b in bindings if b.kind != "param"]
    if params and not others:
        return Way(params[0].name)
    switch = switch_of(others[0], scope, alone=True) if len(others) == 1 else None
    if params and switch:  # `if copy: rows = list(rows)`
        return Way(params[0].name, Switch(switch.name, not switch.taken))
    same = [
        Way(part.id, switch or switch_of(b, scope))
        for b in others
        if b.kind == "assign"
        for part, switch in ways_of(b.value, scope) or ((b.value, None),)
        if isinstance(part, f.Name) and is_parameter(part.id, scope)
    ]
    return same[0] if not params and len(same) == 1 else None
