"""What the flow analysis knows of a value: request data in it, where it writes, which path it names.

A value is a set of atoms; the empty set means that nothing of interest is known. Atoms compare without the places
that they remember for the trace, so that the analysis ends. Which of two equal ones a set keeps depends on its order,
so their hashes are the same in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Union
from zlib import crc32

from statelint import facts as f
from statelint.project.resolution.scopes import Scope
from statelint.spans import Span

LEVELS = ("text", "field", "derived", "content", "upload", "copy")
ANY = frozenset(LEVELS)
TEXT = frozenset({"text"})
BUT_TEXT = ANY - TEXT
LANDS = frozenset({"derived", "content", "upload", "copy"})
"""Levels that are a finding when they reach a disk. A `text` or a `field` is not known to be a file."""


@lru_cache(maxsize=1 << 16)
def code(text: str) -> int:
    """A number for a text that does not change from process to process, as `hash` does."""
    return crc32(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where request data came in, and what it was read from."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Taint:
    """Request data. `level` is one of LEVELS; `type` the class of an upload, a form field or what was computed."""

    level: str
    type: str = ""
    origin: Origin | None = field(default=None, compare=False)
    via: tuple[tuple[Span, str], ...] = field(default=(), compare=False)

    def __hash__(self) -> int:
        return hash((code(self.level), code(self.type)))


@dataclass(frozen=True, slots=True)
class Loc:
    """A path. `site` tells paths made at different expressions apart; an inexact one only lies below that site.

    `temp` is scoped, loose or empty as the path was made; `shared` says that module-level code names it.
    """

    site: str
    exact: bool = True
    temp: str = ""
    shared: bool = False

    def __hash__(self) -> int:
        return hash((code(self.site), self.exact, code(self.temp), self.shared))


@dataclass(frozen=True, slots=True)
class Handle:
    """A file object. `where` is local, memory, remote, nowhere or store."""

    where: str
    locs: frozenset[Loc] = frozenset()
    mode: str = ""
    opened: Span | None = field(default=None, compare=False)

    def __hash__(self) -> int:
        return hash((code(self.where), self.locs, code(self.mode)))


@dataclass(frozen=True, slots=True)
class Inst:
    """An object of a class outside the project, or what an outside call gave (`name()`)."""

    cls: str

    def __hash__(self) -> int:
        return hash(code(self.cls))


@dataclass(frozen=True, slots=True)
class Many:
    """A container or an iterator of like things."""

    inner: Value
    by_attribute: bool = False

    def __hash__(self) -> int:
        return hash((self.inner, self.by_attribute))


@dataclass(frozen=True, slots=True)
class Tup:
    """A tuple whose elements are told apart, or with `keys` a dictionary whose entries are."""

    items: tuple[Value, ...]
    keys: tuple[str, ...] = ()

    def entry(self, key: str) -> Value:
        """What stands under a key."""
        if key not in self.keys:
            return NONE
        return join([item for name, item in zip(self.keys, self.items, strict=False) if name == key])

    def __hash__(self) -> int:
        return hash((self.items, *map(code, self.keys)))


@dataclass(frozen=True, slots=True)
class Bind:
    """A callable with arguments bound in advance."""

    func: f.Expr
    scope: Scope
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    done: bool = False
    """Whether the call was already carried out where the arguments were bound."""

    def __hash__(self) -> int:
        return hash((self.func.at, self.args, self.done))


Atom = Union[Taint, Loc, Handle, Inst, Many, Tup, Bind]  # noqa: UP007 - names itself
Value = frozenset[Atom]
NONE: Value = frozenset()
OBJECTS = frozenset({Handle, Bind})
"""Kinds of atoms that tell something whatever they hold."""
DEPTH = 3
BYTES, READ, STREAM = "bytes", "read", "stream"
"""The types of content that is told to be bytes in memory, bytes or text that were read, or a file object of bytes."""
IN_MEMORY = frozenset({BYTES, READ})
TOLD = IN_MEMORY | {STREAM}
BODY = "body"
"""The type of bytes that are the body of a request, whatever that holds."""
MODE_LETTERS = frozenset("rwaxbt+")
WIDEST = 12
"""Entries of one dictionary that are told apart."""


def join(values: Iterable[Value]) -> Value:
    held = [value for value in values if value]
    if len(held) < 2:
        return held[0] if held else NONE
    return NONE.union(*held)


def both(one: Value, other: Value) -> Value:
    """Two values as one, copied only where neither is empty, which is rare."""
    if not other:
        return one
    return one | other if one else other


def many(inner: Value, by_attribute: bool = False) -> Value:
    """A container of `inner`; nesting is cut so that values stay finite."""
    if not inner:
        return NONE
    if nesting(inner) >= DEPTH:
        return inner
    return frozenset({Many(inner, by_attribute)})


def keyed(pairs: Iterable[tuple[str, Value]]) -> Value:
    """A dictionary whose entries are told apart, or a plain container where they hold too much."""
    held = [(key, value) for key, value in pairs if value]
    if not held:
        return NONE
    if len(held) > WIDEST or max(nesting(value) for _, value in held) > 1:
        return many(join(value for _, value in held))
    return frozenset({Tup(tuple(value for _, value in held), tuple(key for key, _ in held))})


def record(fields: Sequence[str], given: Sequence[Value], named: Mapping[str, Value]) -> Value:
    """An object with fields that are read by name or by position."""
    held = {**dict(zip(fields, given, strict=False)), **named}
    whole = keyed(held.items())
    if not any(type(atom) is Tup for atom in whole):
        return whole
    names = (*fields, *(name for name in held if name not in fields))
    return frozenset({Tup(tuple(held.get(name, NONE) for name in names), names)})


def nesting(value: Value) -> int:
    depth = 0
    for atom in value:
        kind = type(atom)
        if kind is Many:
            depth = max(depth, 1 + nesting(atom.inner))  # type: ignore[union-attr]
        elif kind is Tup:
            depth = max(depth, 1 + max(map(nesting, atom.items), default=0))  # type: ignore[union-attr]
    return depth


def taints(value: Value, deep: bool = True) -> list[Taint]:
    """The request data in a value, containers looked into."""
    found: list[Taint] = []
    for atom in value:
        kind = type(atom)
        if kind is Taint:
            found.append(atom)  # type: ignore[arg-type]
        elif deep and kind is Many:
            found += taints(atom.inner)  # type: ignore[union-attr]
        elif deep and kind is Tup:
            for item in atom.items:  # type: ignore[union-attr]
                if item:
                    found += taints(item)
    return found


def holds(value: Value, levels: frozenset[str]) -> bool:
    """Whether there is request data of some levels in a value, containers looked into."""
    for atom in value:
        kind = type(atom)
        if kind is Taint:
            if atom.level in levels:  # type: ignore[union-attr]
                return True
        elif kind is Many:
            if holds(atom.inner, levels):  # type: ignore[union-attr]
                return True
        elif kind is Tup:
            for item in atom.items:  # type: ignore[union-attr]
                if item and holds(item, levels):
                    return True
    return False


def tells(value: Value, text: bool = True) -> bool:
    """Whether a value holds more than names of paths and classes; `text` says whether undecoded text counts."""
    for atom in value:
        if type(atom) in OBJECTS:
            return True
    return holds(value, ANY if text else BUT_TEXT)


def without_text(value: Value) -> Value:
    """A value without the undecoded text in it."""
    if not holds(value, TEXT):
        return value
    kept: list[Atom] = []
    for atom in value:
        if isinstance(atom, Many):
            kept += many(without_text(atom.inner), atom.by_attribute)
        elif isinstance(atom, Tup):
            kept.append(Tup(tuple(map(without_text, atom.items)), atom.keys))
        elif not (isinstance(atom, Taint) and atom.level == "text"):
            kept.append(atom)
    return frozenset(kept) if kept else NONE


def locs(value: Value) -> list[Loc]:
    """The paths in a value, containers looked into."""
    found: list[Loc] = []
    for atom in value:
        kind = type(atom)
        if kind is Loc:
            found.append(atom)  # type: ignore[arg-type]
        elif kind is Many:
            found += locs(atom.inner)  # type: ignore[union-attr]
        elif kind is Tup:
            for item in atom.items:  # type: ignore[union-attr]
                if item:
                    found += locs(item)
    return found


def classes(value: Value) -> list[str]:
    """The classes outside the project that a value may be an object of."""
    return [atom.cls for atom in value if type(atom) is Inst]


def _each(value: Value, level: Callable[[Taint], str]) -> Value:
    """The request data of a value at other levels, without what is at none. A new empty set takes much space."""
    found = [(t, to) for t in taints(value) if (to := level(t))]
    return frozenset(Taint(to, "", t.origin, t.via) for t, to in found) if found else NONE


def as_text(value: Value) -> Value:
    """The request data of a value written out as text."""
    kept = {"upload": "content", "field": "text"}
    return _each(value, lambda t: kept.get(t.level, t.level))


def derived(value: Value, cls: str = "") -> Value:
    """What is computed from the request data of a value, an object of `cls` perhaps. Undecoded text stays text."""
    found = _each(value, lambda t: "text" if t.level in ("text", "field") else "derived")
    if not cls or not found:
        return found
    return frozenset(t if t.level == "text" else Taint("derived", cls, t.origin, t.via) for t in taints(found))


def constructed(names: Sequence[str]) -> str:
    """The class that a call makes an object of, as far as its name tells."""
    return names[0] if len(names) == 1 and names[0].rpartition(".")[2][:1].isupper() else ""


def content_of(value: Value) -> Value:
    """The bytes in a value: upload objects are read, computed things stay computed."""
    return _each(value, lambda t: "derived" if t.level == "derived" else "content" if t.level in LANDS else "")


def streams(value: Value) -> Value:
    """The content of files as it stands in file objects that give bytes."""
    return frozenset(Taint("content", STREAM, t.origin, t.via) if t.level == "content" else t for t in taints(value))


def read_of(value: Value, held: Value) -> Value:
    """What reading a file object gives: bytes or text, and bytes for sure where each file object gives those."""
    of = [t for t in taints(value, deep=False) if t.level == "content"]
    told = BYTES if of and all(t.type in (STREAM, BYTES) for t in of) else READ
    found = [t for t in taints(value | held) if t.level in LANDS]
    return frozenset(
        Taint("content", BODY if t.type == BODY else told, t.origin, t.via)
        if t.level != "derived"
        else Taint("derived", READ, t.origin, t.via)
        for t in found
    )


def lasting(value: Value) -> Value:
    """Paths and files that are made at import, or for an object that lasts, live as long, whatever made them."""
    return frozenset(
        Loc(a.site, a.exact, "", True)
        if isinstance(a, Loc)
        else Handle(a.where, frozenset(Loc(p.site, p.exact, "", True) for p in a.locs), a.mode, a.opened)
        if isinstance(a, Handle)
        else a
        for a in value
    )


def below(value: Value) -> Value:
    """Paths below the paths in a value."""
    found = locs(value)
    return frozenset(Loc(loc.site, False, loc.temp, loc.shared) for loc in found) if found else NONE


def spelled(loc: Loc) -> str:
    """The expression that a path is made by, as text."""
    return loc.site.partition("#")[2].rpartition("@")[0]


def literal(loc: Loc) -> str:
    """The literal text that a path is made by, empty for one that is put together."""
    text = spelled(loc)
    return text[1:-1] if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0] else ""


def modes(value: Value) -> frozenset[str]:
    """The modes of opening a file among the literal texts in a value."""
    return frozenset(text for loc in locs(value) if (text := mode(loc.site)))


@lru_cache(maxsize=1 << 16)
def mode(site: str) -> str:
    """The mode of opening a file that the literal text of a site is, empty for any other."""
    text = literal(Loc(site))
    return text if set(text) <= MODE_LETTERS else ""


def written(e: f.Expr | None) -> str:
    """The text of a literal string, empty for all else."""
    return str(e.value) if isinstance(e, f.Const) and e.kind == "str" else ""


def shape(e: f.Expr | None) -> str:
    """An expression as text without places, so that the same path written twice is one path."""
    if e is None:
        return ""
    if isinstance(e, f.Name):
        return e.id
    if isinstance(e, f.Const):
        return repr(e.value)
    if isinstance(e, f.Attr):
        return f"{shape(e.of)}.{e.name}"
    if isinstance(e, f.Item):
        return f"{shape(e.of)}[{shape(e.key)}]"
    if isinstance(e, f.Call):
        given = [shape(a) for a in e.args] + [f"{k}={shape(v)}" for k, v in e.keywords]
        return f"{shape(e.func)}({','.join(given)})"
    if isinstance(e, f.Text):
        return "f" + "".join(shape(p) for p in e.parts)
    if isinstance(e, f.Op):
        return f"({e.op.join(shape(o) for o in e.operands)})"
    if isinstance(e, f.Group):
        return f"[{','.join(shape(i) for i in e.items)}]"
    if isinstance(e, f.Await | f.Star):
        return shape(e.value)
    return f"{type(e).__name__}@{e.at.line}:{e.at.column}"
