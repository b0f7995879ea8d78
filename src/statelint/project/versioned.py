"""Copies of what all replicas share that are made again when it says of itself that it changed: each replica compares
its version with the one that it keeps, or finds no mark on what it just fetched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.first_use import asked_for
from statelint.project.homes import Homes
from statelint.project.purity import Purity
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, mentions, receiver_rooted
from statelint.project.resolution.scopes import Scope, Store
from statelint.project.resolution.values import Cls, Obj
from statelint.project.walking import walk
from statelint.project.writes import Write, class_around

SHARED: Final = frozenset({"database", "network"})
FETCHED: Final = SHARED | {"unknown", "awaited"}
COMPARING: Final = frozenset({"==", "!=", "is", "is not", "<", ">", "<=", ">="})
DEPTH: Final = 4
"""Calls between the comparison and the write, beyond which none is looked for."""


class Versioned:
    """Look-up of such copies."""

    def __init__(self, names: Names, calls: Calls, homes: Homes, purity: Purity) -> None:
        self._names = names
        self._calls = calls
        self._homes = homes
        self._purity = purity
        self._asking: dict[tuple[int, Scope], bool] = {}
        self._called_so: dict[tuple[Scope, int], bool] = {}
        self._by_name: dict[Scope, dict[str, list[Store]]] = {}

    def covers(self, writes: Sequence[Write]) -> bool:
        """Whether requests make the copy again where a version differs."""
        return any(
            self._any_asks(w.scope, w.context.tests) or self._is_called_so(w.scope, DEPTH) or self._gives_kept(w)
            for w in writes
        )

    def _gives_kept(self, write: Write) -> bool:
        """`if kept.version == shared.version: return kept.copy`, before a new one is made."""
        name = write.home.short.rpartition(".")[2]
        return any(
            mentions(e, name, write.scope)
            and any(self._asks(test, taken, write.scope) for test, taken in context.tests)
            for e, context in write.scope.returned
        )

    def _is_called_so(self, scope: Scope, depth: int) -> bool:
        """Whether a function is called where a version differs, at most so many calls above."""
        key = (scope, depth)
        if key not in self._called_so:
            self._called_so[key] = depth > 0 and any(
                (edge.site is not None and self._any_asks(edge.caller, edge.site.context.tests))
                or self._is_called_so(edge.caller, depth - 1)
                for edge in self._calls.into.get(scope, ())
                if edge.how in ("call", "construct")
            )
        return self._called_so[key]

    def _any_asks(self, scope: Scope, tests: Iterable[tuple[f.Expr, bool]]) -> bool:
        return any(self._asks(test, taken, scope) for test, taken in tests)

    def _asks(self, test: f.Expr, taken: bool, scope: Scope) -> bool:
        key = (id(test), scope)
        if key not in self._asking:
            compared = any(self._compares(one, scope) for one in _comparisons(test))
            marks = _calls_by_name(test) and any(self._marks(e, scope) for e in asked_for(test, taken))
            self._asking[key] = compared or marks
        return self._asking[key]

    def _compares(self, test: f.Op, scope: Scope) -> bool:
        """`if self.version != shared.version:`, where the one that is kept gets the value of the other.

        Whether anything stores the kept one is asked first: that rules out most tests, and takes little.
        """
        return any(
            bool(stores := self._stores(kept, scope))
            and self._is_fresh(fresh, scope)
            and self._is_among(fresh, stores, scope)
            for fresh, kept in (test.operands, tuple(reversed(test.operands)))
        )

    def _is_fresh(self, e: f.Expr, scope: Scope) -> bool:
        if isinstance(e, f.Const):
            return False
        if self._purity.of(e, scope) & SHARED:
            return True
        owners = self._names.denote(e.of, scope) if isinstance(e, f.Attr) else ()
        return any(
            isinstance(v, Obj) and isinstance(v.cls, Cls) and self._homes.is_passing(v.cls.scope) for v in owners
        )

    def _is_among(self, fresh: f.Expr, stores: Iterable[Store], scope: Scope) -> bool:
        """Whether one of these stores is of the fresh value."""
        name = last_name(fresh)
        return any(
            s.value is not None and (bool(self._purity.of(s.value, s.scope) & SHARED) or _holds(s.value, name, s.scope))
            for s in stores
        )

    def _stores(self, e: f.Expr, scope: Scope) -> list[Store]:
        """The stores of values, by something other than a constructor, to where a kept value comes from."""
        names = dict.fromkeys(self._sources(e, scope))
        by_name = self._stores_of(self._names.top(scope)) if names else {}
        return [store for name in names for store in by_name.get(name, ())]

    def _stores_of(self, top: Scope) -> Mapping[str, Sequence[Store]]:
        """The stores of a module by the last name of their target."""
        known = self._by_name.get(top)
        if known is None:
            known = self._by_name[top] = defaultdict(list)
            for inner in top.descendants():
                for s in inner.stores if inner.name not in CONSTRUCTORS else ():
                    if s.value is not None:
                        known[last_name(s.target.of if isinstance(s.target, f.Item) else s.target)].append(s)
        return known

    def _sources(self, e: f.Expr, scope: Scope, depth: int = 0) -> Iterator[str]:
        """The last names of the attributes and variables, of objects that last, which a value is taken out of."""
        if isinstance(e, f.Attr):
            below = list(self._sources(e.of, scope, depth))
            owner = class_around(scope) if receiver_rooted(e, scope) else None
            if below or (owner is not None and owner in self._homes.long_classes):
                yield from (e.name, *below)
        elif isinstance(e, f.Item):
            yield from self._sources(e.of, scope, depth)
        elif isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "get":
            yield from self._sources(e.func.of, scope, depth)
        elif isinstance(e, f.Name):
            local = scope.bindings.get(e.id, ()) if e.id not in scope.outer else ()
            if not local and self._homes.module_variable(self._names.top(scope), e.id) is not None:
                yield e.id
            for b in local if depth < 3 else ():
                if b.value is not None:
                    yield from self._sources(b.value, scope, depth + 1)

    def _marks(self, asked: f.Expr, scope: Scope) -> bool:
        """`if not hasattr(shared, "loaded"): load(); shared.loaded = True`, of something that was just fetched."""
        if not isinstance(asked, f.Attr) or not isinstance(asked.of, f.Name) or asked.of.id not in scope.bindings:
            return False
        given = scope.bindings[asked.of.id]
        fetched = all(isinstance(b.value, f.Call) and self._purity.of(b.value, scope) & FETCHED for b in given)
        return fetched and any(
            isinstance(s.target, f.Attr) and s.target.name == asked.name and last_name(s.target.of) == asked.of.id
            for s in scope.stores
        )


def _comparisons(test: f.Expr) -> Iterator[f.Op]:
    if isinstance(test, f.Op):
        if test.op in COMPARING and len(test.operands) == 2:
            yield test
        elif test.op in ("and", "or", "not"):
            for operand in test.operands:
                yield from _comparisons(operand)


def _calls_by_name(test: f.Expr) -> bool:
    """Whether a test asks for an attribute that may not be there: `not hasattr(shared, "loaded")`."""
    return any(isinstance(e, f.Call) and last_name(e.func) in ("hasattr", "getattr") for e in walk(test))


def _holds(e: f.Expr, name: str, scope: Scope) -> bool:
    parts = e.items if isinstance(e, f.Group) else (e,)
    return bool(name) and any(mentions(part, name, scope) for part in parts)
