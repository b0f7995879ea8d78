"""What only says that a process has registered something of the code: `if not _hook: _hook = at_end(stop_all)`."""

from __future__ import annotations

from collections.abc import Sequence

from statelint import facts as f
from statelint.project.homes import Home
from statelint.project.mentions import Mentions
from statelint.project.resolution.arguments import handed_to
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Func
from statelint.project.walking import walk
from statelint.project.writes import Write


def says_that_it_is_registered(home: Home, writes: Sequence[Write], mentions: Mentions, names: Names) -> bool:
    """Whether each write gives it what a call gave for functions of the code alone, and only its own guard reads it."""
    if not all(w.how == "rebind" and w.context.tests and _registers(w.value, w.scope, names) for w in writes):
        return False
    guards = [test for w in writes for test, _ in w.context.tests]
    found = mentions.of(home)
    return bool(found) and all(
        m.is_store or (isinstance(m.statement, f.If) and any(m.statement.test is test for test in guards))
        for m in found or ()
    )


def _registers(e: f.Expr | None, scope: Scope, names: Names) -> bool:
    """Whether a call is given a function that knows nothing of the call around it, and else constants."""
    given = handed_to(e) if isinstance(e, f.Call) else ()
    functions = [arg for arg in given if not isinstance(arg, f.Const)]
    return bool(functions) and all(_is_of_the_code(arg, scope, names) for arg in functions)


def _is_of_the_code(e: f.Expr, scope: Scope, names: Names) -> bool:
    if isinstance(e, f.Lambda):
        return all(p.id not in scope.bindings for p in walk(e) if isinstance(p, f.Name))
    if not isinstance(e, f.Name) or e.id in scope.bindings:
        return False
    values = names.denote(e, scope)
    return bool(values) and all(isinstance(v, Func) for v in values)
