"""The library for those who call the service, carried along in the service's own package.

Its classes often have the same methods as those of the service. An object of one of them runs only where something
makes it: what merely looks like a call of its method is none as long as nothing but the library itself would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from statelint.project.resolution.calls import Edge
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls


class ClientSide:
    """Which classes of such a library nothing has made yet. `started` are the scopes that the start runs."""

    def __init__(self, names: Names, started: AbstractSet[Scope]) -> None:
        self._names = names
        self._words = names.knowledge.words.get("client-side", frozenset())
        self._makers: dict[Scope, set[Scope]] = defaultdict(set)
        self._makes: dict[Scope, set[Scope]] = defaultdict(set)
        if any(self._side(cls) for cls in names.classes.all):
            self._collect()
        self._made = {
            cls
            for cls, makers in self._makers.items()
            if any(m.kind != "function" or m in started or self._side(m) != self._side(cls) for m in makers)
        }

    def _collect(self) -> None:
        for scope in self._names.every:
            for site in scope.calls:
                for value in self._names.denote(site.call.func, scope):
                    if isinstance(value, Cls) and self._side(value.scope):
                        for item in self._names.classes.lineage(value.scope):
                            if isinstance(item, Cls):
                                self._makers[item.scope].add(scope)
                                self._makes[scope].add(item.scope)

    def _side(self, scope: Scope) -> tuple[str, ...]:
        """The folder of the library that code belongs to, as parts of a dotted name; empty for all other code."""
        module = scope.module
        folders = module.dotted if module.is_package else module.dotted[:-1]
        cut = next((i for i, part in enumerate(folders) if i and part in self._words), 0)
        return tuple(folders[: cut + 1]) if cut else ()

    def unmade(self, edge: Edge) -> Scope | None:
        """The class whose method an edge from outside of the library runs, where nothing has made an object of it."""
        owner, receiver = edge.callee.owner, first_parameter(edge.callee)
        if not self._makers or owner is None or receiver is None or receiver[1] != "self" or edge.how == "construct":
            return None
        side = self._side(owner)
        if not side or self._side(edge.caller) == side:
            return None
        # what makes objects of a class may not show; then those of the class above it tell
        lines = [i.scope for i in self._names.classes.lineage(owner) if isinstance(i, Cls)]
        known = next((cls for cls in lines if cls in self._makers and self._side(cls) == side), None)
        return known if known not in self._made else None

    def reached(self, scope: Scope) -> Iterator[Scope]:
        """The classes of which requests are now known to make objects, since they run this code."""
        for cls in self._makes.get(scope, ()):
            if cls not in self._made:
                self._made.add(cls)
                yield cls
