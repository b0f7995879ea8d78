"""Classes of which at most one object lasts at any time: made once, or in the place of the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from statelint import facts as f
from statelint.project.homes import Homes
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Site


class OnlyOnes:
    """Look-up of such classes."""

    def __init__(self, names: Names, calls: Calls, homes: Homes) -> None:
        self._names = names
        self._calls = calls
        self._homes = homes
        self._known: dict[Scope, bool] = {}

    def has(self, cls: Scope) -> bool:
        """Whether no two objects of a class, or of one below it, last beside each other."""
        if cls not in self._known:
            self._known[cls] = False  # a class whose objects make each other has more of them
            self._known[cls] = self._homes.is_single(cls) or self._is_one(cls)
        return self._known[cls]

    def _is_one(self, cls: Scope) -> bool:
        kin = (cls, *self._names.classes.subclasses(cls))
        many = (self._homes.keepers.keys(), self._homes.kept_by_themselves)
        if any(not kept.isdisjoint(kin) for kept in map(frozenset, many)):
            return False
        sites = list(dict.fromkeys(site for c in kin for site in self._made_at.get(c, ())))
        by_frameworks = [c for c in kin if c in self._homes.long_classes]
        return self._once(sites[0]) if len(sites) == 1 else not sites and len(by_frameworks) == 1

    @cached_property
    def _made_at(self) -> Mapping[Scope, list[Site]]:
        """Where the lasting objects of each class are made."""
        found: dict[Scope, list[Site]] = defaultdict(list)
        for site, cls in self._homes.long_sites:
            if cls is not None and site.scope.module.in_service:
                found[cls].append(site)
        return found

    def _once(self, site: Site) -> bool:
        """Whether what is made at a place is made once, or takes the place of what was made there before."""
        scope = site.scope
        if not self._is_plain(site.expr, scope):
            return False
        if scope.owner is not None and (scope.name in CONSTRUCTORS or self._takes_the_place(site.expr, scope)):
            return self.has(scope.owner)
        return self._runs_once(scope) or self._takes_the_place(site.expr, scope)

    @staticmethod
    def _is_plain(e: f.Expr, scope: Scope) -> bool:
        """Whether an expression is a call outside of loops."""
        return any(site.call is e and not site.context.in_loop for site in scope.calls)

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

    def _runs_once(self, scope: Scope, depth: int = 0) -> bool:
        """Whether a module, a class body or a function of the start runs but once for each process."""
        if scope.kind == "module" or depth > 3:
            return scope.kind == "module"
        if scope.kind == "class":
            return scope.parent is not None and self._runs_once(scope.parent, depth + 1)
        edges = self._calls.into.get(scope, ())
        if scope not in self._homes.at_start or len(edges) > 1:
            return False
        return all(
            e.site is not None and self._is_plain(e.site.call, e.caller) and self._runs_once(e.caller, depth + 1)
            for e in edges
        )
