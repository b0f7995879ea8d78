"""What one source says, in a normal form: the only thing that leaves `extract/` and the only thing cached.

Python becomes a small language of seventeen expressions and fifteen statements, without trivia and sugar.
Configuration becomes documents of settings. Facts depend on the bytes of the source alone: they hold no path and
no verdict. Lines are relative to the start of the source. Values are msgspec structs: compact, frozen, decoded
with types from bytes that need not be trusted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from statelint.spans import NOWHERE, Place, Where, unpacked

if TYPE_CHECKING:
    Word: TypeAlias = str
else:

    class _Shared(type):
        def __instancecheck__(cls, value):
            return type(value) is str

    class Word(metaclass=_Shared):
        """A name as code writes it. The same few thousand stand for millions, so decoding shares each among them."""


ConstKind: TypeAlias = Literal["str", "bytes", "int", "float", "bool", "none", "ellipsis"]
GroupKind: TypeAlias = Literal["list", "tuple", "set"]
ParamKind: TypeAlias = Literal["positional-only", "positional", "keyword-only", "star", "double-star"]
Operator: TypeAlias = Literal[
    "+", "-", "*", "/", "%", "|", "&", "//", "**", "<<", ">>", "^", "@", "~",
    "and", "or", "not", "==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "slice",
]  # fmt: skip
Binder: TypeAlias = Literal["=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "//=", "**=", "<<=", ">>=", "^=", "@="]


class Placed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What stands somewhere in Python code. There are millions of them, so each keeps its place packed."""

    @property
    def at(self) -> Place:
        return unpacked(self.where)  # type: ignore[attr-defined]  # each has it as its last field


class Node(Placed, frozen=True, tag=True):
    """Common options of expressions and statements. Equality is by content; use `id()` for identity."""


# ── expressions ────────────────────────────────────────────────────────────────────────────────────────────────


class Name(Node, frozen=True):
    id: Word
    where: Where


class Attr(Node, frozen=True):
    """`of.name`; `at` covers the whole expression."""

    of: Expr
    name: Word
    where: Where


class Item(Node, frozen=True):
    """`of[key]`; a slice is `Op("slice", …)`, several keys are a tuple `Group`."""

    of: Expr
    key: Expr
    where: Where


class Call(Node, frozen=True):
    """`func(*args, **keywords)`; `*x` is a `Star` among `args`, `**x` a keyword named `**`."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[Word, Expr], ...]
    where: Where


class Const(Node, frozen=True):
    """A literal. Strings are decoded and joined; bytes are kept as Latin-1 text with kind `bytes`.

    `kind` is one of str, bytes, int, float, bool, none, ellipsis. Integers beyond 63 bits are floats.
    """

    value: str | bool | int | float | None
    kind: ConstKind
    where: Where


class Text(Node, frozen=True):
    """An f-string: its parts in order, literal pieces as `Const`."""

    parts: tuple[Expr, ...]
    where: Where


class Group(Node, frozen=True):
    """`[…]`, `(…)` or `{…}`; kind is list, tuple or set."""

    kind: GroupKind
    items: tuple[Expr, ...]
    where: Where


class Table(Node, frozen=True):
    """A dict display; a `**x` entry has key None."""

    pairs: tuple[tuple[Expr | None, Expr], ...]
    where: Where


class Op(Node, frozen=True):
    """An operator over its operands: `+`, `or`, `and`, `not`, `==`, `in`, `not in`, `is`, `is not`, `slice`, `-` …

    A chained comparison `a < b < c` is `and` of its parts. A unary minus has one operand.
    """

    op: Operator
    operands: tuple[Expr, ...]
    where: Where


class Choice(Node, frozen=True):
    """`then if test else other`."""

    test: Expr
    then: Expr
    other: Expr
    where: Where


class Await(Node, frozen=True):
    value: Expr
    where: Where


class Yield(Node, frozen=True):
    """`yield value`; `delegate` for `yield from`."""

    value: Expr | None
    delegate: bool
    where: Where


class Walrus(Node, frozen=True):
    """`(target := value)`."""

    target: Name
    value: Expr
    where: Where


class Lambda(Node, frozen=True):
    function: Function
    where: Where


class Comprehension(Node, frozen=True):
    """kind is list, set, dict or generator; `items` is (element,) or (key, value)."""

    kind: str
    items: tuple[Expr, ...]
    clauses: tuple[Clause, ...]
    where: Where


class Star(Node, frozen=True):
    """`*value` in a call, a display or an assignment target."""

    value: Expr
    where: Where


class Opaque(Node, frozen=True):
    """An expression that facts do not describe."""

    where: Where


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
    op: Binder
    where: Where


class Delete(Node, frozen=True):
    targets: tuple[Expr, ...]
    where: Where


class Do(Node, frozen=True):
    """An expression statement, `assert` included."""

    value: Expr
    where: Where


class Return(Node, frozen=True):
    value: Expr | None
    where: Where


class Raise(Node, frozen=True):
    value: Expr | None
    where: Where


class Jump(Node, frozen=True):
    """`break`, `continue` or `pass`."""

    kind: str
    where: Where


class Scope(Node, frozen=True):
    """`global names` or `nonlocal names`; kind is global or nonlocal."""

    kind: str
    names: tuple[str, ...]
    where: Where


class Import(Node, frozen=True):
    """`import a.b as c` has `module` "" and names ((“a.b”, “c”)); `from ..m import x as y` has module "m", level 2.

    An absent alias is None. A star import has the one name ("*", None).
    """

    module: Word
    level: int
    names: tuple[tuple[Word, Word | None], ...]
    where: Where


class If(Node, frozen=True):
    test: Expr
    then: tuple[Stmt, ...]
    other: tuple[Stmt, ...]
    where: Where


class Loop(Node, frozen=True):
    """`for target in source` (kind for / async for) or `while source` (kind while, no target)."""

    kind: str
    target: Expr | None
    source: Expr
    body: tuple[Stmt, ...]
    other: tuple[Stmt, ...]
    where: Where


class With(Node, frozen=True):
    """`[async] with value as target, …`."""

    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]
    is_async: bool
    where: Where


class Handler(Placed, frozen=True):
    """`except type as name`; a bare except has type None."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    where: Where


class Try(Node, frozen=True):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    other: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    where: Where


class Case(Placed, frozen=True):
    """One `case`: the names that its pattern binds, its guard and its body; `wanted` are the values of which the
    pattern is one, such as `"dev" | "test"`, empty for any other pattern."""

    names: tuple[Name, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    where: Where
    wanted: tuple[Expr, ...] = ()


class Match(Node, frozen=True):
    subject: Expr
    cases: tuple[Case, ...]
    where: Where


class Param(Placed, frozen=True):
    """kind is positional-only, positional, keyword-only, star or double-star."""

    name: Word
    kind: ParamKind
    annotation: Expr | None
    default: Expr | None
    where: Where


class Function(Node, frozen=True):
    """A `def`, or a lambda (name `<lambda>`, body one Return). `at` covers name to colon; `end` is the last line."""

    name: str
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    body: tuple[Stmt, ...]
    is_async: bool
    is_generator: bool
    where: Where
    name_where: Where
    end: int

    @property
    def name_at(self) -> Place:
        return unpacked(self.name_where)


class Class(Node, frozen=True):
    name: str
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[Word, Expr], ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    where: Where
    name_where: Where
    end: int

    @property
    def name_at(self) -> Place:
        return unpacked(self.name_where)


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
    return msgspec.msgpack.Decoder(Facts, dec_hook=_shared)


def _shared(kind: type, value: object) -> str:
    """The one object for a word. Raises ValueError for what is none."""
    if type(value) is not str:
        raise ValueError(kind.__name__)
    return sys.intern(value)
