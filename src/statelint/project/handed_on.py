"""Writes through a parameter: to which of the objects that callers hand over they can be while requests are served.

A helper that start-up code calls with one object and a request with another does not change the first for a request.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.holders import Holders
from statelint.project.homes import Home, Homes
from statelint.project.resolution.by_parameter import Switch, is_parameter, switch_of, turned
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Func, Obj
from statelint.project.writes import Write


class HandedOn:
    """Look-up of who hands what over."""

    def __init__(self, names: Names, homes: Homes, knowledge: Knowledge) -> None:
        self._names = names
        self._homes = homes
        self._holders = Holders(names, homes, knowledge)
        self._givers: dict[tuple[Scope, Way, Home], frozenset[Scope]] = {}

    def counts(self, write: Write, on_path: AbstractSet[Scope]) -> bool:
        """Whether a function on the request path hands over what is written, or nothing tells who does."""
        way = _parameter(write)
        if way is None:
            return True
        key = (write.scope, way, write.home)
        if key not in self._givers:
            given = self._names.given()
            handed = given.arguments.get((write.scope, way.name), ()) if given else ()
            if handed and all(self._holders.is_new(e, caller) for e, caller in handed):
                return False
            mine = [
                (e, caller)
                for e, caller in handed
                if caller is not write.scope  # a call of itself hands on what it was given
                and self._is(write.home, e, caller)
            ]
            if mine and not any(self._asks(way, e, caller, write.scope) for e, caller in mine):
                return False
            mine = [(e, caller) for e, caller in mine if self._asks(way, e, caller, write.scope)]
            at_once = all(self._calls_it(e, caller, write.scope) for e, caller in mine)
            self._givers[key] = frozenset(caller for _, caller in mine) if at_once else frozenset()
        givers = self._givers[key]
        return not givers or not givers.isdisjoint(on_path)

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

    def _is(self, home: Home, e: f.Expr, scope: Scope) -> bool:
        if any(found == home for found, _ in self._holders.held_by(e, scope)):
            return True
        values = self._names.denote(e, scope) if home.kind == "instance-attribute" else ()
        return any(isinstance(v, Obj) and self._homes.lasts(v) for v in values)


class Way(NamedTuple):
    """The parameter through which a write goes; with a switch, only where another one says so."""

    name: str
    switch: Switch | None = None


def _parameter(write: Write) -> Way | None:
    """The way of a write through a parameter, if it goes through one that nothing else binds for sure."""
    for store in write.scope.stores:
        if store.at == write.at:
            return _bound_as_parameter(store.target, write.scope)
    for site in write.scope.calls:
        if site.call.at == write.at:
            changed = site.call.func.of if isinstance(site.call.func, f.Attr) else None
            if write.how == "argument":
                return None
            return _bound_as_parameter(changed, write.scope) if changed is not None else None
    return None


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
    same = [b for b in others if b.kind == "assign" and isinstance(b.value, f.Name) and is_parameter(b.value.id, scope)]
    if params or len(same) != 1:
        return None
    assert isinstance(same[0].value, f.Name)
    return Way(same[0].value.id, switch_of(same[0], scope))
