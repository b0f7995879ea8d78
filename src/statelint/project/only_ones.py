"""Classes of which at most one object lasts at any time: made once, or in the place of the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from statelint import facts as f
from statelint.project.homes import Homes
from statelint.project.importers import imported_modules
from statelint.project.resolution.calls import Calls, Edge, in_main
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted
from statelint.project.resolution.scopes import Context, Scope
from statelint.project.resolution.values import Site

Programs = frozenset[Scope]
"""The modules as whose programs something is done, once in each; none where it is done once whatever the program."""


class OnlyOnes:
    """Look-up of such classes."""

    def __init__(self, names: Names, calls: Calls, homes: Homes) -> None:
        self._names = names
        self._calls = calls
        self._homes = homes
        self._known: dict[tuple[Scope, Scope | None], Programs | None] = {}

    def has(self, cls: Scope) -> bool:
        """Whether no two objects of a class, or of one below it, last beside each other."""
        return self._programs(cls) is not None

    def _programs(self, cls: Scope, constructor: Scope | None = None) -> Programs | None:
        """In which programs the only object of a class, or the only one that a constructor of it sets up, is made; None
        where there can be more of them."""
        key = (cls, constructor)
        if key not in self._known:
            self._known[key] = None  # a class whose objects make each other has more of them
            kin = (cls, *(c for c in self._names.classes.subclasses(cls) if self._is_set_up_by(c, constructor)))
            self._known[key] = frozenset() if self._homes.is_single(cls) else self._of_one(kin)
        return self._known[key]

    def _is_set_up_by(self, cls: Scope, constructor: Scope | None) -> bool:
        """Whether a constructor can run for objects of a class below its own: none in its place passes it by."""
        own = self._names.classes.method(cls, "__init__") if constructor is not None else None
        if own is None or own is constructor:
            return True
        return any(isinstance(site.call.func, f.Attr) and site.call.func.name == "__init__" for site in own.calls)

    def _of_one(self, kin: Sequence[Scope]) -> Programs | None:
        many = (self._homes.keepers.keys(), self._homes.kept_by_themselves)
        if any(not kept.isdisjoint(kin) for kept in map(frozenset, many)):
            return None
        sites = list(dict.fromkeys(site for c in kin for site in self._made_at.get(c, ())))
        by_frameworks = [c for c in kin if c in self._homes.long_classes]
        if not sites:
            return self._made_in_mains(by_frameworks[0]) if len(by_frameworks) == 1 else None
        return _apart([self._once(site) for site in sites])

    def _made_in_mains(self, cls: Scope) -> Programs:
        """The programs that make an object of a class and run until it is done, where nothing else makes one."""
        edges = [e for m in cls.children if m.name == "__init__" for e in self._calls.into.get(m, ())]
        return frozenset(e.caller for e in edges) if all(map(in_main, edges)) else frozenset()

    @cached_property
    def _made_at(self) -> Mapping[Scope, list[Site]]:
        """Where the lasting objects of each class are made."""
        found: dict[Scope, list[Site]] = defaultdict(list)
        for site, cls in self._homes.long_sites:
            if cls is not None and site.scope.module.in_service:
                found[cls].append(site)
        return found

    def _once(self, site: Site) -> Programs | None:
        """Whether what is made at a place is made once, or takes the place of what was made there before."""
        scope = site.scope
        context = _plain(site.expr, scope)
        if context is None:
            return None
        takes = self._takes_the_place(site.expr, scope)
        if scope.owner is not None and (scope.name in CONSTRUCTORS or takes):
            return self._programs(scope.owner, scope if scope.name == "__init__" else None)
        once = self._runs_once(scope, context)
        return frozenset() if once is None and takes else once

    @staticmethod
    def _takes_the_place(e: f.Expr, scope: Scope) -> bool:
        """`self.desk = Desk()`, or the same of a name that is declared global."""
        for store in scope.stores:
            if store.value is e and store.op == "=":
                target = store.target
                if isinstance(target, f.Attr):
                    return isinstance(target.of, f.Name) and receiver_rooted(target, scope) == "self"
                return isinstance(target, f.Name) and scope.outer.get(target.id) == "global"
        return False

    def _runs_once(self, scope: Scope, context: Context, depth: int = 0) -> Programs | None:
        """Whether a place in a module, a class body or a function of the start runs but once for each process."""
        if scope.kind == "module":
            alone = context.in_main or scope.module.dotted[-1:] == ("__main__",)
            return frozenset({scope}) if alone else frozenset()
        if depth > 3:
            return None
        if scope.kind == "class":
            return self._runs_once(scope.parent, context, depth + 1) if scope.parent is not None else None
        if scope not in self._homes.at_start:
            return None
        found: list[Programs | None] = []
        edges = {(e.caller, e.at): e for e in self._calls.into.get(scope, ()) if e.caller.module.in_service}
        for edge in edges.values():
            where = _plain(edge.site.call, edge.caller) if edge.site is not None else None
            once = self._runs_once(edge.caller, where, depth + 1) if where is not None else None
            if once is not None and not once and len(edges) > 1 and self._is_launched(scope, edge):
                once = frozenset({edge.caller})
            found.append(once)
        return _apart(found) if found else frozenset()

    def _is_launched(self, function: Scope, edge: Edge) -> bool:
        """Whether a module that none imports runs the program of another one, by its function for that."""
        top = edge.caller
        return (
            top.kind == "module"
            and top.module.path not in self._imported
            and any(in_main(e) and e.caller.module is function.module for e in self._calls.into.get(function, ()))
        )

    @cached_property
    def _imported(self) -> frozenset[str]:
        return imported_modules(self._names)


def _plain(e: f.Expr, scope: Scope) -> Context | None:
    """The context of a call that stands outside of loops."""
    return next((site.context for site in scope.calls if site.call is e and not site.context.in_loop), None)


def _apart(found: Sequence[Programs | None]) -> Programs | None:
    """The programs of all places at which something is done; None where one process can do it at two of them."""
    if len(found) == 1:
        return found[0]
    known: set[Scope] = set()
    for programs in found:
        if not programs or not known.isdisjoint(programs):
            return None
        known |= programs
    return frozenset(known)
