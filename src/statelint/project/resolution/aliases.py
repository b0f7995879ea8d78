"""Names of types: what a module-level `Rows = dict[str, Row]` stands for, also one from another module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statelint import facts as f
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Mod

FAR = 6
"""Modules that one name is followed through."""


def alias(names: Resolver, name: str, scope: Scope) -> Sequence[tuple[Scope, f.Expr]]:
    """The expressions that a module-level name is assigned, each with the scope in which it stands."""
    top = names.top(scope)
    known = names.aliased[top].get(name)
    if known is None:
        known = names.aliased[top][name] = tuple(_followed(names, name, top))
    return known


def _followed(names: Resolver, name: str, top: Scope, depth: int = 0) -> Iterator[tuple[Scope, f.Expr]]:
    for b in top.bindings.get(name, ()):
        if b.kind == "assign" and b.value is not None:
            yield top, b.value
        elif b.kind == "from" and depth < FAR:
            for target, original in imported(names, b):
                yield from _followed(names, original, target, depth + 1)


def imported(names: Resolver, b: Binding) -> Iterator[tuple[Scope, str]]:
    """The module scope and the name that a `from … import` of a project module means."""
    assert isinstance(b.node, tuple)
    statement, original = b.node
    module = names.modules.meant(statement, b.scope.module)
    if module is not None and module.path in names.scopes:
        target = names.scopes[module.path]
        if original in target.bindings and not (target is b.scope and original == b.name):
            yield target, original


def type_meant(names: Resolver, e: f.Expr, scope: Scope) -> tuple[Scope, f.Expr]:
    """A type as written out, where it is only a name of one with parameters or of several; else as it stands."""
    found: Sequence[tuple[Scope, f.Expr]] = ()
    if type(e) is f.Name:
        found = alias(names, e.id, scope)
    elif type(e) is f.Attr:
        modules = [v.module for v in names.denote(e.of, scope) if type(v) is Mod]
        tops = [names.scopes[m.path] for m in modules if m.path in names.scopes]
        found = [pair for top in tops for pair in alias(names, e.name, top)]
    written = len(found) == 1 and (
        type(found[0][1]) is f.Item
        or (type(found[0][1]) is f.Op and found[0][1].op == "|")
        or (type(found[0][1]) is f.Const and found[0][1].kind == "str")
    )
    return found[0] if written else (scope, e)
