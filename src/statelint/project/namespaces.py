"""Namespaces of modules and objects seen as dictionaries: `globals()`, `vars(module)`, `thing.__dict__`."""

from __future__ import annotations

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Made, Mod, Values


def namespace_of(e: f.Expr, scope: Scope, names: Names) -> Values:
    """The objects whose attributes are the entries of the dictionary that `e` denotes; empty for another dictionary."""
    if isinstance(e, f.Attr):
        return names.denote(e.of, scope) if e.name == "__dict__" else ()
    for value in names.denote(e, scope):
        if not isinstance(value, Made):
            continue
        if value.name == "builtins.globals":
            return (Mod(scope.module),)
        given = value.site.expr.args if isinstance(value.site.expr, f.Call) else ()
        if value.name == "builtins.vars" and given:
            return names.denote(given[0], value.site.scope)
    return ()


def constant_name(e: f.Expr | None) -> str | None:
    """The text of a constant string, None for an expression that is computed."""
    return str(e.value) if isinstance(e, f.Const) and e.kind == "str" else None
