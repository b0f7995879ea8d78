"""Files that code begins where there are none yet, with what it says itself: each replica begins its own alike."""

from __future__ import annotations

from statelint import facts as f
from statelint.project.flow.cleanup import EXISTS
from statelint.project.flow.events import Landing
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope


def is_first_content(landing: Landing) -> bool:
    """Whether a constant is written where a test has found no file: what later changes it is told by itself."""
    for site in landing.scope.calls:
        if site.call.at == landing.at:
            given = (*site.call.args, *(value for _, value in site.call.keywords))
            return all(_is_said(e, landing.scope) for e in given) and any(
                _lacks(*asked) for asked in site.context.tests
            )
    return False


def _is_said(e: f.Expr, scope: Scope) -> bool:
    """Whether a value is written out in the code, by itself or under a name of the module."""
    if isinstance(e, f.Text | f.Op):
        return all(_is_said(part, scope) for part in (e.parts if isinstance(e, f.Text) else e.operands))
    return isinstance(e, f.Const) or (isinstance(e, f.Name) and not _is_local(e.id, scope))


def _is_local(name: str, scope: Scope) -> bool:
    current: Scope | None = scope
    while current is not None and current.kind == "function":
        if name in current.bindings:
            return True
        current = current.parent
    return False


def _lacks(test: f.Expr, taken: bool) -> bool:
    if isinstance(test, f.Op) and test.op == "not":
        return _lacks(test.operands[0], not taken)
    return not taken and isinstance(test, f.Call) and last_name(test.func) in EXISTS
