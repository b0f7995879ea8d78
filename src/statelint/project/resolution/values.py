"""What an expression can denote. An expression denotes a set of these; the empty set means that nothing is known."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Union

import msgspec

from statelint.facts import Attr, Call, Comprehension, Const, Expr, Group, Lambda, Name
from statelint.project.resolution.modules import Module
from statelint.project.resolution.scopes import Scope

WIDTH = 12
"""A set of values is cut here: beyond it, an expression says nothing useful any more."""
MANY = 256
"""Functions are told beyond that, up to so many: a table of handlers runs any of them."""
FEW = 8
"""So many classes below another are asked for what a name means."""
NAMED = frozenset({Name, Attr, Lambda})
"""Expressions that can mean a function."""


class Site(msgspec.Struct, frozen=True, eq=False):
    """One place where an object is made: the expression, and the scope in which it runs. Compared by identity.

    Where that is the call of a function that makes an object for each call, `maker` is the place in it that does.
    """

    scope: Scope
    expr: Expr
    maker: Site | None = None

    @property
    def constructed(self) -> Site:
        """The place that calls the class."""
        return self.maker or self

    def takes_over(self) -> bool:
        """Whether a function makes a container of what others hold: `self.jobs = [j for j in self.jobs if j.runs]`."""
        if self.scope.kind != "function" or not isinstance(self.expr, Comprehension):
            return False
        item = self.expr.items[-1]
        return isinstance(item, Name) and any(b.node is self.expr for b in self.scope.bindings.get(item.id, ()))


class Mod(msgspec.Struct, frozen=True):
    module: Module


class Ext(msgspec.Struct, frozen=True):
    """A name outside the project, qualified: `web.Application`, `builtins.dict`."""

    name: str


class Func(msgspec.Struct, frozen=True):
    scope: Scope


class Cls(msgspec.Struct, frozen=True):
    scope: Scope


class Obj(msgspec.Struct, frozen=True):
    """An instance of a class; without a site it is any instance, as `self` or an annotated parameter is."""

    cls: Cls | Ext
    site: Site | None = None
    of: Site | None = None
    """The annotation that says what a container of which nothing else is known holds."""


class Heap(msgspec.Struct, frozen=True):
    """A container made at a site; `type` is its canonical qualified name (`builtins.dict`)."""

    type: str
    site: Site


class Bound(msgspec.Struct, frozen=True):
    """A project function bound to a receiver."""

    scope: Scope
    receiver: Value


class Member(msgspec.Struct, frozen=True):
    """An attribute of an object whose class is outside the project."""

    of: Value
    name: str


class Made(msgspec.Struct, frozen=True):
    """What a call of an outside function gave, when its class is not known."""

    name: str
    site: Site


class Part(msgspec.Struct, frozen=True):
    """Something that another value holds: an element, a looked-up entry, an unpacked item."""

    of: Value


class Lit(msgspec.Struct, frozen=True):
    value: str | bool | int | float | None
    kind: str


Value = Union[Mod, Ext, Func, Cls, Obj, Heap, Bound, Member, Made, Part, Lit]  # noqa: UP007 - names itself
Values = tuple[Value, ...]


def qualified(value: Value) -> str | None:
    """The qualified outside name of a value that has one: `web.Application.route` for the member of an instance."""
    if type(value) is Ext:
        return value.name
    if type(value) is Member:
        of = value.of
        if type(of) is Obj and type(of.cls) is Ext:
            return f"{of.cls.name}.{value.name}"
        if type(of) is Heap:
            return f"{of.type}.{value.name}"
        if type(of) is Made:
            return f"{of.name}().{value.name}"
        inner = qualified(of)
        return f"{inner}.{value.name}" if inner else None
    if type(value) is Made:
        return f"{value.name}()"
    return None


def root(value: Value) -> Value:
    """The value that a part or a member belongs to, all the way up."""
    while isinstance(value, Part | Member):
        value = value.of
    return value


def made_by_name(value: Value, cls: Scope) -> bool:
    """Whether an object is known to be of this very class, by the call that makes it."""
    made = value.site if isinstance(value, Obj) else None
    call = made.constructed.expr if made is not None else None
    func = call.func if isinstance(call, Call) else None
    name = func.name if isinstance(func, Attr) else getattr(func, "id", "")
    return name == cls.name


def union(*groups: Iterable[Value]) -> Values:
    """The values of all groups, each once, in order, cut at `WIDTH` but for functions and rows that name them."""
    filled = [group for group in groups if group]
    if not filled:
        return ()
    if len(filled) == 1 and isinstance(filled[0], tuple) and len(filled[0]) == 1:
        return filled[0]
    found = tuple(dict.fromkeys(chain.from_iterable(filled)))
    if len(found) <= WIDTH:
        return found
    return (*found[:WIDTH], *filter(_is_told, found[WIDTH:]))[:MANY]


def added(values: Values, place: int) -> Values:
    """What one of many things that are handed over adds to the others: beyond the first ones, functions alone, and
    rows that name them."""
    return values if place < WIDTH else tuple(filter(_is_told, values))


def _is_told(value: Value) -> bool:
    """Whether a value says something new beside many others: a function, or a row such as `("GET", path, handler)`."""
    if type(value) is Heap and value.type == "builtins.tuple":
        return type(value.site.expr) is Group and names_something(value.site.expr)
    return type(value) is Func or type(value) is Bound


def names_something(row: Group) -> bool:
    """Whether a row of a table, begun by a text, holds names beside it."""
    return type(row.items[0]) is Const and any(type(item) in NAMED for item in row.items[1:]) if row.items else False
