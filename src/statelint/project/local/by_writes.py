"""Objects of libraries that keep what is written to them in one process."""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.project.local.deciders import Deciders
from statelint.project.local.kept import Kept, Stores
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import qualified

MUTATORS = frozenset(
    {"update", "setdefault", "pop", "popitem", "clear", "append", "set", "add", "insert", "extend", "remove",
     "__setitem__"}
)  # fmt: skip


class KeptByWrites:
    """Finds the first write of each such object in each module."""

    def __init__(self, stores: Stores, deciders: Deciders) -> None:
        self._ = stores
        self._deciders = deciders

    def found(self) -> Iterator[Kept]:
        rows = [(library, row) for library, row in self._.rows if row.writes]
        reported: set[tuple[str, str]] = set()
        for scope in self._.names.every if rows else ():
            if not scope.module.in_service or scope in self._.offline:
                continue
            for target in _written(scope):
                for of in _inward(target):
                    for value in self._.names.denote(of, scope):
                        name = qualified(value) or ""
                        for library, row in rows:
                            key = (name, scope.path)
                            if name in row.writes and key not in reported and self._deciders.decided(row):
                                reported.add(key)
                                yield Kept(
                                    row, library, "write", name.partition(".")[2] or name, scope.full_name,
                                    scope.span(target.at), arguable=row.grade == "arguable",
                                    chain=self._.reach.chain(scope),
                                )  # fmt: skip


def _written(scope: Scope) -> Iterator[f.Expr]:
    for store in scope.stores:
        yield store.target
    for site in scope.calls:
        if isinstance(site.call.func, f.Attr) and site.call.func.name in MUTATORS:
            yield site.call.func


def _inward(e: f.Expr) -> Iterator[f.Expr]:
    while isinstance(e, f.Attr | f.Item):
        e = e.of
        yield e
