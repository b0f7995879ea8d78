"""Flags that start-up code turns once and for all: what runs only before that belongs to the start. So does what makes
the only object of a class where start-up code asks for it first."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.first_use import FirstUse
from statelint.project.kinds import words
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, receiver_rooted
from statelint.project.resolution.scopes import Context, Scope, Store


class StartFlags:
    """Look-up of such flags. `at_start` are the scopes that run before the first request and not because of one."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        first_use: FirstUse,
        at_start: AbstractSet[Scope],
        knowledge: Knowledge,
    ) -> None:
        self._names = names
        self._calls = calls
        self._first_use = first_use
        self._at_start = at_start
        self._endings = knowledge.words.get("ends", frozenset())

    def before(self, context: Context, scope: Scope) -> bool:
        """Whether code in this context runs only until start-up code has turned a flag."""
        return any(
            self._turned_at_start(list(self._stores(flag, scope)), wanted)
            for test, taken in context.tests
            for flag, wanted in _flags(test, taken)
            if self._endings.isdisjoint(words(last_name(flag)))  # a flag of the end is turned after the last request
        ) or self._makes_the_only_one(context, scope)

    def _makes_the_only_one(self, context: Context, scope: Scope) -> bool:
        """Whether code makes the object that a class keeps for all who ask, and start-up code always asks for it."""
        return (
            scope.name in CONSTRUCTORS
            and self._first_use.of(context, scope, False)
            and any(
                edge.how == "construct" and edge.caller in self._at_start and edge.site.context.sure
                for edge in self._calls.into.get(scope, ())
                if edge.site is not None
            )
        )

    def _stores(self, flag: f.Expr, scope: Scope) -> Iterator[Store]:
        """All stores to a flag of the receiver, or to one of the module."""
        if isinstance(flag, f.Attr) and isinstance(flag.of, f.Name) and scope.owner and receiver_rooted(flag, scope):
            yield from (a.store for a in self._names.classes.assigned(scope.owner, flag.name))
        elif isinstance(flag, f.Name) and flag.id not in scope.bindings:
            top = self._names.top(scope)
            for inner in (top, *top.descendants()):
                if inner is top or inner.outer.get(flag.id) == "global":
                    yield from (s for s in inner.stores if isinstance(s.target, f.Name) and s.target.id == flag.id)

    def _turned_at_start(self, stores: list[Store], wanted: bool) -> bool:
        first = [s for s in stores if s.scope.name in CONSTRUCTORS or s.scope.kind == "module"]
        later = [s for s in stores if s not in first]
        return (
            bool(first and later)
            and all(_is(s, wanted) for s in first)
            and all(_is(s, not wanted) and s.scope in self._at_start and not self._ends(s.scope) for s in later)
        )

    def _ends(self, function: Scope) -> bool:
        return not self._endings.isdisjoint(words(function.name))


def _flags(test: f.Expr, taken: bool) -> Iterator[tuple[f.Expr, bool]]:
    """The names and attributes of a test, each with what it is where this branch is taken."""
    if isinstance(test, f.Op) and test.op == "not":
        yield from _flags(test.operands[0], not taken)
    elif isinstance(test, f.Op) and test.op == ("and" if taken else "or"):
        for operand in test.operands:
            yield from _flags(operand, taken)
    elif isinstance(test, f.Name | f.Attr):
        yield test, taken


def _is(store: Store, wanted: bool) -> bool:
    return store.op == "=" and isinstance(store.value, f.Const) and store.value.value is wanted
