"""Servers that only programs on the same machine can reach, such as one to which a tool sends a person's browser.

Nobody finds one at a port that the system picks. One at a port of its own may stand behind a proxy or serve a companion
of the service: that is doubtful. An application that other code can get hold of may be served in another way as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Final, Literal

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.entry import Entry
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Cls, Ext, Lit, Made, Obj, Site, Value, root
from statelint.project.walking import walk
from statelint.spans import Span
from statelint.vocabulary import Binds

HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})

Reached = Literal["", "near", "hidden"]
"""By anybody, by programs on the same machine, or by those alone that the program tells the port."""


class Loopback:
    """Look-up of how a way in can be reached."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge) -> None:
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._classes: set[str] = set()
        """Those of the applications that servers are given."""

    def of(self, entry: Entry) -> Reached:
        served, cls = self._served, entry.scope.owner
        own = served.get(cls, "") if cls is not None else ""
        return own or self._registered.get(entry.span, "")

    @cached_property
    def _served(self) -> dict[Site | Scope, Reached]:
        """The applications and handler classes that servers on the loopback alone are given."""
        found: dict[Site | Scope, set[Reached]] = defaultdict(set)
        for site, row in self._binding:
            reached = self._reached(site, row)
            given = argument(site.call, row.keyword, row.application)
            for value in self._behind(given, row, site.scope) if given is not None else ():
                if isinstance(value, Cls):
                    found[value.scope].add(reached)
                elif isinstance(value, Obj) and isinstance(value.cls, Ext) and value.site is not None:
                    found[value.site].add(reached if self._is_its_own(value.site) else "")
                    self._classes.add(value.cls.name)
        return {of: "near" if "near" in ways else "hidden" for of, ways in found.items() if "" not in ways}

    @property
    def _binding(self) -> Iterator[tuple[CallSite, Binds]]:
        for name, sites in self._calls.outside.items():
            row = self._knowledge.find("binds", name)
            yield from ((site, row[1]) for site in sites if row is not None)

    def _behind(self, e: f.Expr, row: Binds, scope: Scope) -> Iterator[Value]:
        """What a server is given, out of what the library wraps around it."""
        for value in self._names.denote(e, scope):
            made = value.site if isinstance(value, Obj | Made) else None
            name = value.cls.name if isinstance(value, Obj) and isinstance(value.cls, Ext) else ""
            if made and isinstance(made.expr, f.Call) and made.expr.args and name in row.through:
                yield from self._names.denote(made.expr.args[0], made.scope)
            else:
                yield value

    def _is_its_own(self, made: Site) -> bool:
        """Whether a function makes an application for itself, so that nothing else can serve it."""
        given = (id(node) for e in made.scope.returns for node in walk(e))
        names = {n for n, bs in made.scope.bindings.items() if any(b.value is made.expr for b in bs)}
        returned = any(isinstance(e, f.Name) and e.id in names for e in made.scope.returns)
        outer = any(made.scope.outer.get(name) for name in names)
        return made.scope.kind == "function" and not returned and not outer and id(made.expr) not in given

    def _reached(self, site: CallSite, row: Binds) -> Reached:
        if site.context.in_main or site.scope.in_main:
            return ""
        host, port = self._address(site.call, row)
        if host is None or self._value(host, site.scope) not in HOSTS:
            return ""
        return "hidden" if port is not None and self._value(port, site.scope) == 0 else "near"

    def _address(self, call: f.Call, row: Binds) -> tuple[f.Expr | None, f.Expr | None]:
        if row.address is None:
            return argument(call, "host", row.host), argument(call, "port", row.port)
        pair = argument(call, "", row.address)
        return (pair.items[0], pair.items[1]) if isinstance(pair, f.Group) and len(pair.items) == 2 else (None, None)

    def _value(self, e: f.Expr, scope: Scope) -> object:
        """What a constant is worth, also one that goes by a name."""
        if isinstance(e, f.Const):
            return e.value
        named = self._names.denote(e, scope)
        return named[0].value if len(named) == 1 and isinstance(named[0], Lit) else None

    @cached_property
    def _registered(self) -> dict[Span, Reached]:
        """The places that give such an application a handler, or such a server the function that it calls."""
        found = {site.scope.span(site.call.at): self._reached(site, row) for site, row in self._binding}
        for name, sites in self._calls.outside.items():
            if any(name.startswith(f"{cls}.") for cls in self._classes):
                for site in sites:
                    if reached := self._reached_through(site.call.func, site.scope):
                        calls = (node for node in walk(site.call) if isinstance(node, f.Call))
                        found.update((site.scope.span(call.at), reached) for call in calls)
        return found

    def _reached_through(self, method: f.Expr, scope: Scope) -> Reached:
        """How the application is reached that a method belongs to."""
        roots = {root(value) for value in self._names.denote(method, scope)}
        ways = {self._served.get(v.site, "") if isinstance(v, Obj) and v.site else "" for v in roots}
        return ways.pop() if len(ways) == 1 else ""
