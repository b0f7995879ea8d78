"""Writes through a parameter: to which of the objects that callers hand over they can be while requests are served.

A helper that start-up code calls with one object and a request with another does not change the first for a request.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.holders import Holders
from statelint.project.homes import Home, Homes
from statelint.project.names import Names
from statelint.project.scopes import Scope
from statelint.project.values import Bound, Func, Obj
from statelint.project.writes import Write


class HandedOn:
    """Look-up of who hands what over."""

    def __init__(self, names: Names, homes: Homes, knowledge: Knowledge) -> None:
        self._names = names
        self._homes = homes
        self._holders = Holders(names, homes, knowledge)
        self._givers: dict[tuple[Scope, str, Home], frozenset[Scope]] = {}

    def counts(self, write: Write, on_path: AbstractSet[Scope]) -> bool:
        """Whether a function on the request path hands over what is written, or nothing tells who does."""
        name = _parameter(write)
        if not name:
            return True
        key = (write.scope, name, write.home)
        if key not in self._givers:
            given = self._names.given()
            handed = given.arguments.get((write.scope, name), ()) if given else ()
            mine = [(e, caller) for e, caller in handed if self._is(write.home, e, caller)]
            at_once = all(self._calls_it(e, caller, write.scope) for e, caller in mine)
            self._givers[key] = frozenset(caller for _, caller in mine) if at_once else frozenset()
        givers = self._givers[key]
        return not givers or not givers.isdisjoint(on_path)

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


def _parameter(write: Write) -> str:
    """The parameter through which a write goes, if it goes through one that nothing binds again."""
    for store in write.scope.stores:
        if store.at == write.at:
            return _bound_as_parameter(store.target, write.scope)
    for site in write.scope.calls:
        if site.call.at == write.at:
            changed = site.call.func.of if isinstance(site.call.func, f.Attr) else None
            if write.how == "argument":
                return ""
            return _bound_as_parameter(changed, write.scope) if changed is not None else ""
    return ""


def _bound_as_parameter(e: f.Expr, scope: Scope) -> str:
    while isinstance(e, f.Attr | f.Item):
        e = e.of
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
    return bindings[0].name if len(bindings) == 1 and bindings[0].kind == "param" else ""
