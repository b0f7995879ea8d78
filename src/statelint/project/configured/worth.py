"""One alternative of what an expression is worth, and the shapes of expressions that give one as it is."""

from __future__ import annotations

from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.configured.filed import Filed
from statelint.project.resolution.arguments import matched
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Context, Scope
from statelint.project.resolution.values import Cls, Ext, Member, Obj, qualified
from statelint.spans import Span

JOINERS: Final = frozenset(
    {"join", "joinpath", "abspath", "resolve", "expanduser", "Path", "PurePath", "str", "realpath"}
)  # fmt: skip
SAME: Final = frozenset(
    {"lower", "strip", "as_posix", "resolve", "absolute", "rstrip", "lstrip", "format", "replace", "get_secret_value",
     "removeprefix", "unicode_string"}
)  # fmt: skip


COMPARED: Final = {"==": True, "in": True, "!=": False, "not in": False}
"""Operators that compare with constants, and whether they look for one that is the same."""


class Worth(NamedTuple):
    """One alternative. `text` is None when nothing is known of it; `env` is the variable or setting it is read from;
    `unless` names what must be missing for the value to be used."""

    text: str | None
    span: Span
    scope: Scope
    context: Context
    env: str = ""
    unless: str = ""
    bases: tuple[str, ...] = ()
    """For an object of a class of the project: the qualified names of its outside bases."""
    filed: Filed | None = None
    """The key of configuration files that it is read from, or whose absence selects it."""


Frame = dict[tuple[Scope, str], tuple[f.Expr, Scope, Context | None]]


def handed(callee: Scope, call: f.Call, scope: Scope, context: Context | None, bound: bool) -> Frame:
    """What a call gives to the parameters of a function."""
    given = matched(call, callee.node, int(bound)) if isinstance(callee.node, f.Function) else {}
    return {(callee, name): (value, scope, context) for name, value in given.items()}


def unknown(e: f.Expr, scope: Scope, context: Context, env: str = "") -> Worth:
    """An alternative of which nothing is known but the variable or setting that it comes from."""
    return Worth(None, scope.span(e.at), scope, context, env)


def text_of(e: f.Const) -> str:
    """A constant as rows compare it."""
    if e.kind == "none":
        return "none"
    return str(e.value).lower() if e.kind == "bool" else str(e.value)


def constants(e: f.Expr) -> set[str] | None:
    """The constants that an operand is or lists; None where it is anything else."""
    items = e.items if isinstance(e, f.Group) else (e,)
    known = [text_of(item) for item in items if isinstance(item, f.Const)]
    return set(known) if len(known) == len(items) else None


def unpacked(b: Binding) -> tuple[f.Expr, ...]:
    """What a name can get of the display that a loop runs over, or that is unpacked."""
    items = b.value.items if isinstance(b.value, f.Group) else ()
    if any(isinstance(item, f.Star) for item in items):
        return ()
    if b.kind == "iterate" and b.position is None:
        return items
    return items[b.position : b.position + 1] if b.kind == "assign" and b.position is not None else ()


def named(names: Names, e: f.Expr, scope: Scope, context: Context) -> list[Worth]:
    """The qualified name of an outside object."""
    found = []
    for value in names.denote(e, scope):
        name = value.name if isinstance(value, Ext) else qualified(value)
        if isinstance(value, Obj) and isinstance(value.cls, Ext):
            name = value.cls.name
        if isinstance(value, Cls):
            bases = names.classes.outside_bases(value.scope)
            found.append(Worth(value.scope.name, scope.span(e.at), scope, context, bases=bases))
        if name and not (isinstance(value, Member) and isinstance(value.of, Obj)):
            found.append(Worth(names.knowledge.canonical(name), scope.span(e.at), scope, context))
    return found
