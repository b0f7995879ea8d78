"""What a function does only where one of its parameters says so: `rows if in_place else list(rows)`, as statements."""

from __future__ import annotations

from typing import NamedTuple

from statelint import facts as f
from statelint.project.resolution.arguments import matched, spread
from statelint.project.resolution.scopes import Binding, Scope


class Switch(NamedTuple):
    """A parameter that has to be true, or false."""

    name: str
    taken: bool


def switch_of(binding: Binding, scope: Scope, alone: bool = False) -> Switch | None:
    """A parameter without which a function does not bind a name here; with `alone`, one that is all it takes."""
    tests = binding.context.tests
    for test, taken in tests if len(tests) == 1 or not alone else ():
        switch = _asked(test, taken, scope)
        if switch is not None:
            return switch
    return None


def ways_of(e: f.Expr | None, scope: Scope) -> tuple[tuple[f.Expr, Switch | None], ...]:
    """The expressions of which one becomes the value, each with the parameter that chooses it where one does."""
    if isinstance(e, f.Choice):
        return (e.then, _asked(e.test, True, scope)), (e.other, _asked(e.test, False, scope))
    return tuple((operand, None) for operand in e.operands) if isinstance(e, f.Op) and e.op in ("or", "and") else ()


def _asked(test: f.Expr, taken: bool, scope: Scope) -> Switch | None:
    if isinstance(test, f.Op) and test.op == "not":
        test, taken = test.operands[0], not taken
    return Switch(test.id, taken) if isinstance(test, f.Name) and is_parameter(test.id, scope) else None


def is_parameter(name: str, scope: Scope) -> bool:
    return any(b.kind == "param" for b in scope.bindings.get(name, ()))


def turned(switch: Switch, function: Scope, call: f.Call) -> bool:
    """Whether a call turns a switch of the function that it runs so, as far as constants tell."""
    node = function.node
    if not isinstance(node, f.Function) or spread(call):
        return True
    values = {p.name: p.default for p in node.params}
    values |= matched(call, node, int(function.owner is not None and isinstance(call.func, f.Attr)))
    value = values.get(switch.name)
    return not isinstance(value, f.Const) or bool(value.value) == switch.taken
