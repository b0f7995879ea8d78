"""Scopes: what a module, class or function binds, calls, stores and returns, each with where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from statelint import facts as f
from statelint.project.resolution.asked import Asked
from statelint.project.resolution.modules import Module
from statelint.spans import Place, Span, Where, unpacked


@dataclass(slots=True, eq=False)
class Block:
    """The statements of a block, with where it ends once that was asked for: it takes a walk down to tell."""

    body: tuple[f.Stmt, ...]
    _until: tuple[int, int] = field(default=(0, 0), init=False)

    @property
    def until(self) -> tuple[int, int]:
        """The line and column where it ends."""
        if not self._until[0]:
            self._until = _end(self.body)
        return self._until


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
    block: Block | None = None
    """The block in which it stands, of what a loop binds its body; not noted for other things that always run."""
    kinds: tuple[Asked, ...] = ()
    """What the tests that lead there say of the classes of names."""

    @property
    def until(self) -> tuple[int, int]:
        """The line and column where that block ends."""
        return self.block.until if self.block is not None else (0, 0)

    def knowing(self, asked: Iterator[Asked]) -> Context:
        """The same place, with what further tests say of the classes of names."""
        further = tuple(asked)
        return self._replace(kinds=(*self.kinds, *further)) if further else self

    def beyond(self, outer: Context) -> Context:
        """The same place as seen from one around it: without the tests that lead there."""
        shared = len(outer.tests)
        return self._replace(tests=self.tests[shared:]) if self.tests[:shared] == outer.tests else self


UNKNOWN: Final = ("", "")
"""The receiver of a function of which nobody has asked for it."""
USUAL: Final = Context()
"""Of what stands right in a body."""
NONE: Final[Mapping[Any, Any]] = {}
"""For all the mappings of scopes that have nothing in them, which most do."""


def blocks_in(statement: f.Stmt) -> Iterator[tuple[f.Stmt, ...]]:
    """The blocks of a compound statement, as they are written."""
    if type(statement) is f.If:
        yield from (statement.then, statement.other)
    elif type(statement) is f.Loop:
        yield from (statement.body, statement.other)
    elif type(statement) is f.With:
        yield statement.body
    elif type(statement) is f.Try:
        yield from (statement.body, *(h.body for h in statement.handlers), statement.other, statement.final)
    elif type(statement) is f.Match:
        yield from (case.body for case in statement.cases)


def _end(body: tuple[f.Stmt, ...]) -> tuple[int, int]:
    """Where the last statement of a block ends, with what is nested in it."""
    last = body[-1]
    inner = [last.body] if isinstance(last, f.Function | f.Class) else blocks_in(last)
    return max([(last.at.end_line, last.at.end_column), *(_end(part) for part in inner if part)])


class Binding(NamedTuple):
    """One way in which a scope gives a name a value.

    kind: assign, augment, import, from, function, class, param, iterate, enter, except, capture, annotate.
    `value` is the bound expression (the iterable for iterate, the context manager for enter); `position` selects an
    element when the target is unpacked. `node` is the Function, Class, Import or Param, or the Comprehension outside of
    which the name means something else.
    """

    name: str
    kind: str
    value: f.Expr | None
    annotation: f.Expr | None
    node: object
    where: Where
    scope: Scope
    context: Context
    position: int | None = None

    @property
    def at(self) -> Place:
        return unpacked(self.where)


def visible(bindings: Sequence[Binding], at: Place) -> Sequence[Binding]:
    """The bindings of a name that a place of its own scope sees: what a comprehension binds holds only inside of it.

    Of several around the place it is the innermost that counts. The source of its first clause lies outside.
    """
    if not any(isinstance(b.node, f.Comprehension) for b in bindings):
        return bindings
    around = {
        b.node.at: b
        for b in bindings
        if isinstance(b.node, f.Comprehension)
        and _inside(at, b.node.at)
        and not _inside(at, b.node.clauses[0].source.at)
    }
    if around:
        innermost = max(around, key=lambda place: (place.line, place.column))
        return [b for b in bindings if isinstance(b.node, f.Comprehension) and b.node.at == innermost]
    return [b for b in bindings if not isinstance(b.node, f.Comprehension)]


def _inside(at: Place, around: Place) -> bool:
    start, end = (around.line, around.column), (around.end_line, around.end_column)
    return start <= (at.line, at.column) and (at.end_line, at.end_column) <= end


def _begin(loop: Binding) -> tuple[int, int]:
    """Where the body begins of a loop that binds a name."""
    return loop.context.block.body[0].at[:2] if loop.context.block is not None else (0, 0)


LATER = frozenset({"assign", "iterate", "enter"})
"""Kinds of bindings that hold only from their place on."""


def still_current(bindings: Sequence[Binding], at: Place) -> Sequence[Binding]:
    """The bindings of a name that can hold at a place of its own scope.

    Those before an assignment that always ran since cannot, nor those that follow outside of any loop. Inside of a
    block that includes what stood in it before. In the body of a loop that binds the name only what stands there can.
    """
    here, last = (at.line, at.column), None
    loops = [b for b in bindings if b.kind == "iterate" and b.context.block and _begin(b) <= here <= b.context.until]
    if loops:
        around = max(loops, key=_begin)
        return [b for b in bindings if b is around or _begin(around) <= b.at[:2] <= around.context.until]
    for b in bindings:
        if b.kind == "assign" and b.value is not None:
            value = b.value.at  # asked first, since where a block ends takes longer to tell
            if (value.end_line, value.end_column) <= here and (b.context.sure or here <= b.context.until):
                last = b if last is None or b.at > last.at else last
    passed = [b for b in bindings if b.kind not in LATER or b.context.in_loop or b.at <= at]
    if last is None:
        return passed
    since = last.at
    return [b for b in passed if b.at >= since]


class CallSite(NamedTuple):
    call: f.Call
    scope: Scope
    context: Context
    awaited: bool
    discarded: bool
    """Whether the call stands alone as a statement, so that nothing keeps its result."""
    where: Where
    """Of the whole statement."""

    @property
    def at(self) -> Place:
        return unpacked(self.where)


class Store(NamedTuple):
    """A write as written: `target op value`; op is `=`, `+=` …, or `del`."""

    target: f.Expr
    op: str
    value: f.Expr | None
    scope: Scope
    context: Context
    where: Where

    @property
    def at(self) -> Place:
        return unpacked(self.where)


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function. Filled once by `scan` and not changed afterwards."""

    kind: str
    name: str
    module: Module
    parent: Scope | None
    node: f.Function | f.Class | None
    qualname: str
    bindings: Mapping[str, Sequence[Binding]] = field(default_factory=lambda: NONE)
    outer: Mapping[str, str] = field(default_factory=lambda: NONE)
    """Names declared global or nonlocal."""
    stars: Sequence[f.Import] = ()
    calls: Sequence[CallSite] = ()
    stores: Sequence[Store] = ()
    reads: Sequence[tuple[f.Attr, Context]] = ()
    gets: Sequence[f.Item] = ()
    """Look-ups by key."""
    returns: Sequence[f.Expr] = ()
    returned: Sequence[tuple[f.Expr, Context]] = ()
    """The same, each with where it stands."""
    yields: Sequence[f.Expr] = ()
    """What is yielded; a `Star` is what the function delegates to."""
    withs: Sequence[tuple[f.Expr, bool, Context]] = ()
    annotated: Mapping[int, f.Expr] = field(default_factory=lambda: NONE)
    """The annotation of the name or attribute that an expression is assigned to, by the identity of the expression."""
    asked: Mapping[int, tuple[Asked, ...]] = field(default_factory=lambda: NONE)
    """What tests say of the class of a name or attribute there, by the identity of the expression."""
    children: Sequence[Scope] = ()
    by_node: Mapping[int, Scope] = field(default_factory=lambda: NONE)
    """Child scopes by the identity of their node."""
    in_main: bool = False
    receiver: tuple[str, str] | None = UNKNOWN
    """The parameter that stands for the receiver, once it was asked for."""

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


def given_to_name(scope: Scope, name: str) -> list[f.Expr | None]:
    """The expressions assigned to a module-level name, also by functions that declare it global."""
    inner = [s for s in scope.descendants() if s.outer.get(name) == "global"]
    return [b.value for s in (scope, *inner) for b in s.bindings.get(name, ())]


def declaring(every: Iterable[Scope], scopes: Mapping[str, Scope]) -> Mapping[tuple[Scope, str], list[Scope]]:
    """(scope, name) → the inner functions that declare the name of that scope global or nonlocal."""
    found: dict[tuple[Scope, str], list[Scope]] = defaultdict(list)
    for scope in every:
        for name, how in scope.outer.items():
            owner: Scope | None = scopes[scope.path]
            if how == "nonlocal":
                owner = scope.parent
                while owner is not None and (name not in owner.bindings or name in owner.outer):
                    owner = owner.parent
            if owner is not None:
                found[owner, name].append(scope)
    return dict(found)
