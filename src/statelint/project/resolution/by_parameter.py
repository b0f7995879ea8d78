"""What a function does only where one of its parameters says so: `rows if in_place else list(rows)`, as statements."""

from __future__ import annotations

from typing import NamedTuple

from statelint import facts as f
from statelint.project.resolution.arguments import matched, spread
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Cls


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
    value = _given(switch, function, call)
    return not isinstance(value, f.Const) or bool(value.value) == switch.taken


def surely_bound(binding: Binding, function: Scope, call: f.Call, scope: Scope, names: Resolver) -> bool:
    """Whether a call, in `scope`, turns the one switch below which a function binds a name, so that it surely does."""
    switch = switch_of(binding, function, alone=True)
    if switch is None or len(function.bindings[switch.name]) != 1 or not _only_below(binding, function):
        return False
    value = _given(switch, function, call)
    if isinstance(value, f.Const):
        return bool(value.value) == switch.taken
    return switch.taken and isinstance(value, f.Name) and _is_an_object(value, scope, names)


def _given(switch: Switch, function: Scope, call: f.Call) -> f.Expr | None:
    """What a call gives for a switch of the function that it runs, or the default; None where that cannot be told."""
    node = function.node
    if not isinstance(node, f.Function) or spread(call):
        return None
    values = {p.name: p.default for p in node.params}
    values |= matched(call, node, int(function.owner is not None and isinstance(call.func, f.Attr)))
    return values.get(switch.name)


def _only_below(binding: Binding, function: Scope) -> bool:
    """Whether a name is bound right in the body of a function but for one test: not in a loop or a `try`."""
    test = binding.context.tests[0][0]
    return any(
        isinstance(inner, f.Bind) and inner.value is binding.value
        for statement in getattr(function.node, "body", ())
        if isinstance(statement, f.If) and statement.test is test
        for inner in (*statement.then, *statement.other)
    )


def _is_an_object(e: f.Name, scope: Scope, names: Resolver) -> bool:
    """Whether a name is a parameter that is annotated as an object of a class of the project, all of which are true."""
    bindings = scope.bindings.get(e.id, ())
    param = bindings[0].node if len(bindings) == 1 and bindings[0].kind == "param" else None
    if not isinstance(param, f.Param) or not isinstance(param.annotation, f.Name | f.Attr) or scope.parent is None:
        return False
    if isinstance(param.default, f.Const):
        return False
    meant = names.denote(param.annotation, scope.parent)
    return bool(meant) and all(isinstance(v, Cls) and not _has_a_length(v.scope, names) for v in meant)


def _has_a_length(cls: Scope, names: Resolver) -> bool:
    """Whether objects of a class, or of one below it, can be false."""
    classes = names.classes
    return any(
        any(classes.method(one, name) for name in ("__bool__", "__len__"))
        or any(names.knowledge.find("containers", base) for base in classes.outside_bases(one))
        for one in (cls, *classes.subclasses(cls))
    )
