"""Locks of one process or one machine that a request holds while it works on what all replicas share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.purity import Purity
from statelint.project.reach import Reach
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Ext, Made, Obj, Site, Value, qualified, root
from statelint.spans import Place, Span
from statelint.vocabulary import LOCKS

SHARED: Final = frozenset({"database", "network"})
"""What a guarded call depends on when it works on something that the other replicas work on too."""
NOTHING: Final = frozenset[str]()
Held: TypeAlias = tuple[f.Expr, Value, bool]
"""The expression that means a lock, the lock, and whether it is one of files."""


class Guarded(NamedTuple):
    """A lock, the place where it is made, and the first guarded call that reaches what is shared."""

    lock: str
    made: Span
    scope: Scope
    held: Place
    work: Place
    needs: str


class Locks:
    """All such locks of the service, one finding each, in order of place."""

    def __init__(self, names: Names, reach: Reach, purity: Purity, knowledge: Knowledge) -> None:
        self._names = names
        self._reach = reach
        self._purity = purity
        self._knowledge = knowledge

    def guarding(self) -> tuple[Guarded, ...]:
        found: dict[Span, Guarded] = {}
        for scope in self._names.every:
            if scope.kind == "function" and scope.module.in_service and self._reach.repeats(scope):
                for guarded in self._in(scope):
                    found.setdefault(guarded.made, guarded)
        return tuple(found[span] for span in sorted(found))

    def _in(self, scope: Scope) -> Iterator[Guarded]:
        taken = list(self._taken(scope))
        for site in scope.calls:
            around = [(e, *lock) for e in site.context.withs for lock in self._locks(e, scope)]
            before = [lock for at, lock in taken if at < site.at]
            needs = self._purity.of(site.call, scope) & SHARED if around or before else NOTHING
            for held, value, of_files in (*around, *before) if needs else ():
                made = self._made(value, of_files, held, scope)
                if made is not None and not self._fills_memory(held, scope):
                    yield Guarded(self._type(value) or "", made, scope, held.at, site.call.at, min(needs))

    def _taken(self, scope: Scope) -> Iterator[tuple[Place, Held]]:
        """The locks that statements of a function take, and where: what comes after is guarded by them."""
        for site in scope.calls:
            if site.discarded:
                taken = site.call.func
                if isinstance(taken, f.Attr) and taken.name == "acquire":
                    taken = taken.of
                yield from ((site.at, (taken, *lock)) for lock in self._locks(taken, scope))

    def _locks(self, e: f.Expr, scope: Scope) -> Iterator[tuple[Value, bool]]:
        """The locks that an expression means, and whether it is one of files, which other processes see too."""
        for value in self._names.denote(e, scope):
            name = self._type(value)
            row = self._knowledge.find("benign", name) if name else None
            if row is not None and row[1].because in LOCKS:
                yield value, row[1].because == "file lock"

    @staticmethod
    def _type(value: Value) -> str | None:
        if isinstance(value, Obj):
            return value.cls.name if isinstance(value.cls, Ext) else None
        return value.name if isinstance(value, Made) else qualified(value)

    def _made(self, value: Value, of_files: bool, held: f.Expr, scope: Scope) -> Span | None:
        """Where the lock is made; a lock of threads that each request makes for itself locks nothing."""
        site = value.site if isinstance(value, Obj | Made) else None
        if isinstance(root(value), Ext):  # a function that locks a file
            return scope.span(held.at)
        if not isinstance(site, Site):
            return None
        if site.scope.kind == "function" and self._reach.runs(site.scope) and not of_files:
            return None
        return site.scope.span(site.expr.at)

    def _fills_memory(self, held: f.Expr, scope: Scope) -> bool:
        """Whether what the lock guards is memory of the process: the block binds what outlives it."""
        return any(held in store.context.withs and self._outlives(store.target, scope) for store in scope.stores)

    @staticmethod
    def _outlives(target: f.Expr, scope: Scope) -> bool:
        """Whether what is bound belongs to the receiver, or to what the function did not bind itself."""
        whole = target
        while isinstance(target, f.Attr | f.Item):
            target = target.of
        if not isinstance(target, f.Name):
            return False
        receiver = first_parameter(scope)
        own = target.id in scope.bindings and target.id not in scope.outer
        return not own or (target is not whole and receiver is not None and receiver[0] == target.id)
