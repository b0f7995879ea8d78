"""Scopes: what a module, class or function binds, calls, stores and returns, each with where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from statelint import facts as f
from statelint.project.modules import Module
from statelint.spans import Place, Span


class Context(NamedTuple):
    """Where an event stands: the enclosing tests with the branch taken, and the enclosing constructs."""

    tests: tuple[tuple[f.Expr, bool], ...] = ()
    withs: tuple[f.Expr, ...] = ()
    in_loop: bool = False
    on_lack: bool = False
    """In the clause of an exception that says that something is not there."""
    on_error: bool = False
    """In the clause of any exception."""
    in_main: bool = False
    for_types: bool = False
    tried: tuple[f.Expr, ...] = ()
    """What the `try` before the clause of an exception binds names to, and so failed to get."""
    sure: bool = True
    """Whether it always runs once the code around it is left in the usual way: not in a branch, loop or `try`."""
    until: tuple[int, int] = (0, 0)
    """The line and column where the block ends in which it stands; not noted where it always runs."""


class Binding(NamedTuple):
    """One way in which a scope gives a name a value.

    kind: assign, augment, import, from, function, class, param, iterate, enter, except, capture, annotate.
    `value` is the bound expression (the iterable for iterate, the context manager for enter); `position` selects an
    element when the target is unpacked. `node` is the Function, Class, Import or Param.
    """

    name: str
    kind: str
    value: f.Expr | None
    annotation: f.Expr | None
    node: object
    at: Place
    scope: Scope
    context: Context
    position: int | None = None


LATER = frozenset({"assign", "iterate", "enter"})
"""Kinds of bindings that hold only from their place on."""


def still_current(bindings: Sequence[Binding], at: Place) -> Sequence[Binding]:
    """The bindings of a name that can hold at a place of its own scope.

    Those before an assignment that always ran since cannot, nor those that follow outside of any loop. Inside of a
    block that includes what stood in it before.
    """
    last = None
    for b in bindings:
        if (
            b.kind == "assign"
            and (b.context.sure or (at.line, at.column) <= b.context.until)
            and b.value is not None
            and (b.value.at.end_line, b.value.at.end_column) <= (at.line, at.column)
        ):
            last = b if last is None or b.at > last.at else last
    passed = [b for b in bindings if b.at <= at or b.context.in_loop or b.kind not in LATER]
    return passed if last is None else [b for b in passed if b.at >= last.at]


class CallSite(NamedTuple):
    call: f.Call
    scope: Scope
    context: Context
    awaited: bool
    discarded: bool
    """Whether the call stands alone as a statement, so that nothing keeps its result."""
    at: Place
    """The whole statement."""


class Store(NamedTuple):
    """A write as written: `target op value`; op is `=`, `+=` …, or `del`."""

    target: f.Expr
    op: str
    value: f.Expr | None
    scope: Scope
    context: Context
    at: Place


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function. Filled once by `scan` and not changed afterwards."""

    kind: str
    name: str
    module: Module
    parent: Scope | None
    node: f.Function | f.Class | None
    qualname: str
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    outer: dict[str, str] = field(default_factory=dict)
    """Names declared global or nonlocal."""
    stars: list[f.Import] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    reads: list[tuple[f.Attr, Context]] = field(default_factory=list)
    gets: list[f.Item] = field(default_factory=list)
    """Look-ups by key."""
    returns: list[f.Expr] = field(default_factory=list)
    yields: list[f.Expr] = field(default_factory=list)
    withs: list[tuple[f.Expr, bool, Context]] = field(default_factory=list)
    children: list[Scope] = field(default_factory=list)
    by_node: dict[int, Scope] = field(default_factory=dict)
    """Child scopes by the identity of their node."""
    in_main: bool = False

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def full_name(self) -> str:
        return f"{self.module.name}:{self.qualname}" if self.qualname else self.module.name

    def span(self, place: Place) -> Span:
        return Span.at(self.module.path, place)

    @property
    def owner(self) -> Scope | None:
        """The class whose method this is."""
        return self.parent if self.kind == "function" and self.parent and self.parent.kind == "class" else None

    def descendants(self) -> Iterator[Scope]:
        for child in self.children:
            yield child
            yield from child.descendants()


def outside_names(top: Scope) -> Iterator[str]:
    """The top-level names that a module imports by absolute names, anywhere in it."""
    for scope in (top, *top.descendants()):
        for bindings in scope.bindings.values():
            for b in bindings:
                if b.kind == "import" and isinstance(b.node, tuple):
                    yield b.node[1].partition(".")[0]
                elif b.kind == "from" and isinstance(b.node, tuple) and not b.node[0].level:
                    yield b.node[0].module.partition(".")[0]
        yield from (star.module.partition(".")[0] for star in scope.stars)
        for site in scope.calls:
            if getattr(site.call.func, "name", "") == "import_module" and site.call.args:
                yield str(getattr(site.call.args[0], "value", "")).partition(".")[0]


def reads_of(scope: Scope, first: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether a function reads one of these attributes of its first parameter."""
    return any(
        read.name in wanted and isinstance(read.of, f.Name) and read.of.id in first
        for inner in (scope, *scope.descendants())
        for read, _ in inner.reads
    )
