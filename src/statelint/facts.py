"""What one source says, in a normal form: the only thing that leaves `extract/` and the only thing cached.

Python becomes a small language of seventeen expressions and fifteen statements, without trivia and sugar.
Configuration becomes documents of settings. Facts depend on the bytes of the source alone: they hold no path and
no verdict. Lines are relative to the start of the source. Values are msgspec structs: compact, frozen, decoded
with types from bytes that need not be trusted.
"""

from __future__ import annotations

from typing import Any

import msgspec

from statelint.spans import NOWHERE, Place


class Node(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Common options of all facts. Equality is by content; use `id()` for identity."""


# ── expressions ────────────────────────────────────────────────────────────────────────────────────────────────


class Name(Node, frozen=True):
    id: str
    at: Place


class Attr(Node, frozen=True):
    """`of.name`; `at` covers the whole expression."""

    of: Expr
    name: str
    at: Place


class Item(Node, frozen=True):
    """`of[key]`; a slice is `Op("slice", …)`, several keys are a tuple `Group`."""

    of: Expr
    key: Expr
    at: Place


class Call(Node, frozen=True):
    """`func(*args, **keywords)`; `*x` is a `Star` among `args`, `**x` a keyword named `**`."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    at: Place


class Const(Node, frozen=True):
    """A literal. Strings are decoded and joined; bytes are kept as Latin-1 text with kind `bytes`.

    `kind` is one of str, bytes, int, float, bool, none, ellipsis. Integers beyond 63 bits are floats.
    """

    value: str | bool | int | float | None
    kind: str
    at: Place


class Text(Node, frozen=True):
    """An f-string: its parts in order, literal pieces as `Const`."""

    parts: tuple[Expr, ...]
    at: Place


class Group(Node, frozen=True):
    """`[…]`, `(…)` or `{…}`; kind is list, tuple or set."""

    kind: str
    items: tuple[Expr, ...]
    at: Place


class Table(Node, frozen=True):
    """A dict display; a `**x` entry has key None."""

    pairs: tuple[tuple[Expr | None, Expr], ...]
    at: Place


class Op(Node, frozen=True):
    """An operator over its operands: `+`, `or`, `and`, `not`, `==`, `in`, `not in`, `is`, `is not`, `slice`, `-` …

    A chained comparison `a < b < c` is `and` of its parts. A unary minus has one operand.
    """

    op: str
    operands: tuple[Expr, ...]
    at: Place


class Choice(Node, frozen=True):
    """`then if test else other`."""

    test: Expr
    then: Expr
    other: Expr
    at: Place


class Await(Node, frozen=True):
    value: Expr
    at: Place


class Yield(Node, frozen=True):
    """`yield value`; `delegate` for `yield from`."""

    value: Expr | None
    delegate: bool
    at: Place


class Walrus(Node, frozen=True):
    """`(target := value)`."""

    target: Name
    value: Expr
    at: Place


class Lambda(Node, frozen=True):
    function: Function
    at: Place


class Comprehension(Node, frozen=True):
    """kind is list, set, dict or generator; `items` is (element,) or (key, value)."""

    kind: str
    items: tuple[Expr, ...]
    clauses: tuple[Clause, ...]
    at: Place


class Star(Node, frozen=True):
    """`*value` in a call, a display or an assignment target."""

    value: Expr
    at: Place


class Opaque(Node, frozen=True):
    """An expression that facts do not describe."""

    at: Place


Expr = (
    Name | Attr | Item | Call | Const | Text | Group | Table | Op | Choice | Await | Yield | Walrus | Lambda
    | Comprehension | Star | Opaque
)  # fmt: skip


class Clause(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`for target in source if conditions…` of a comprehension."""

    target: Expr
    source: Expr
    conditions: tuple[Expr, ...]


# ── statements ─────────────────────────────────────────────────────────────────────────────────────────────────


class Bind(Node, frozen=True):
    """`a = b = value` (several targets), `target: annotation = value` (value may be None), `target += value`.

    `op` is `=` or the augmented operator such as `+=`. A `type X = …` statement is a Bind too.
    """

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None
    op: str
    at: Place


class Delete(Node, frozen=True):
    targets: tuple[Expr, ...]
    at: Place


class Do(Node, frozen=True):
    """An expression statement, `assert` included."""

    value: Expr
    at: Place


class Return(Node, frozen=True):
    value: Expr | None
    at: Place


class Raise(Node, frozen=True):
    value: Expr | None
    at: Place


class Jump(Node, frozen=True):
    """`break`, `continue` or `pass`."""

    kind: str
    at: Place


class Scope(Node, frozen=True):
    """`global names` or `nonlocal names`; kind is global or nonlocal."""

    kind: str
    names: tuple[str, ...]
    at: Place


class Import(Node, frozen=True):
    """`import a.b as c` has `module` "" and names ((“a.b”, “c”)); `from ..m import x as y` has module "m", level 2.

    An absent alias is None. A star import has the one name ("*", None).
    """

    module: str
    level: int
    names: tuple[tuple[str, str | None], ...]
    at: Place


class If(Node, frozen=True):
    test: Expr
    then: tuple[Stmt, ...]
    other: tuple[Stmt, ...]
    at: Place


class Loop(Node, frozen=True):
    """`for target in source` (kind for / async for) or `while source` (kind while, no target)."""

    kind: str
    target: Expr | None
    source: Expr
    body: tuple[Stmt, ...]
    other: tuple[Stmt, ...]
    at: Place


class With(Node, frozen=True):
    """`[async] with value as target, …`."""

    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]
    is_async: bool
    at: Place


class Handler(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`except type as name`; a bare except has type None."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    at: Place


class Try(Node, frozen=True):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    other: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    at: Place


class Case(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One `case`: the names that its pattern binds, its guard and its body."""

    names: tuple[Name, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    at: Place


class Match(Node, frozen=True):
    subject: Expr
    cases: tuple[Case, ...]
    at: Place


class Param(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """kind is positional-only, positional, keyword-only, star or double-star."""

    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None
    at: Place


class Function(Node, frozen=True):
    """A `def`, or a lambda (name `<lambda>`, body one Return). `at` covers name to colon; `end` is the last line."""

    name: str
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    body: tuple[Stmt, ...]
    is_async: bool
    is_generator: bool
    at: Place
    name_at: Place
    end: int


class Class(Node, frozen=True):
    name: str
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    at: Place
    name_at: Place
    end: int


Stmt = Bind | Delete | Do | Return | Raise | Jump | Scope | Import | If | Loop | With | Try | Match | Function | Class


# ── configuration ──────────────────────────────────────────────────────────────────────────────────────────────


class Setting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One scalar, an empty or null collection, or a mapping (before its own entries), as written.

    `path` is the key path (list positions as decimal text); `value` the raw scalar text without quotes;
    `form` is plain, quoted, block, null, map, empty-map, empty-list or template (holds a placeholder of a template
    language); `guarded` says that a template condition surrounds it. `at` is the value, `key_at` the last key.
    """

    path: tuple[str, ...]
    value: str
    form: str
    at: Place
    key_at: Place
    guarded: bool = False


class Document(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One resource of a configuration file. `kind` and `version` are as written (`Ingress`, `networking.k8s.io/v1`)
    and empty where the format has none; `format` is the name of the extractor that read it. `guards` are the lines,
    first and last, that a template shows only where a value of its chart, by its name, is set to something."""

    format: str
    kind: str
    version: str
    name: str
    namespace: str
    settings: tuple[Setting, ...]
    at: Place = NOWHERE
    guards: tuple[tuple[int, int, str], ...] = ()


# ── the envelope ───────────────────────────────────────────────────────────────────────────────────────────────


class Comment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A comment that addresses statelint. `alone` when nothing else stands on its line; `text` follows `statelint:`.

    `covers` is the (first, last) line of the next statement or node for a comment on a line of its own, else its line.
    """

    text: str
    alone: bool
    covers: tuple[int, int]
    at: Place


class Trouble(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Why a source, or a part of it, has no facts.

    kind is encoding, syntax, depth, size, binary, alias-bomb, crash or internal.
    """

    kind: str
    line: int
    message: str


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """All that one source says. Python sources have a body; configuration sources have documents."""

    body: tuple[Stmt, ...] = ()
    documents: tuple[Document, ...] = ()
    comments: tuple[Comment, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    lines: int = 0


def trouble(kind: str, line: int, message: str, lines: int = 0) -> Facts:
    """The facts of a source that cannot be read."""
    return Facts(troubles=(Trouble(kind, max(line, 1), message),), lines=lines)


_encoder = msgspec.msgpack.Encoder()


def encode(facts: Facts) -> bytes:
    return _encoder.encode(facts)


def decoder() -> Any:
    """A decoder of `Facts`; building one takes some milliseconds, so callers keep it."""
    return msgspec.msgpack.Decoder(Facts)
