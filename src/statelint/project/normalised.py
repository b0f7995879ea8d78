"""Attributes that get their own value in another form, where a test says that it has not been put into that yet."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import same_path
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Ext, Heap, Obj, Value
from statelint.project.writes import Write

OF_A_MEMBER: Final = frozenset({"value", "name"})
"""The plain forms of a member of an enumeration."""


def puts_into_form(write: Write, names: Names) -> bool:
    """`if isinstance(field.unit, Unit): field.unit = field.unit.value`: once done, the test fails, and nothing but the
    value itself decides what comes of it."""
    target = next((s.target for s in write.scope.stores if s.at == write.at and s.op == "="), None)
    value = write.value
    if not isinstance(target, f.Attr) or value is None or write.how != "rebind":
        return False
    for test, taken in write.context.tests:
        asks = isinstance(test, f.Call) and getattr(test.func, "id", "") == "isinstance" and len(test.args) == 2
        if isinstance(test, f.Call) and asks and same_path(test.args[0], target):
            kinds = _classes(test.args[1], write.scope, names)
            if taken and isinstance(value, f.Attr) and value.name in OF_A_MEMBER and same_path(value.of, target):
                return bool(kinds) and all(_is_enumeration(kind, names) for kind in kinds)
            made = [_class_of(v) for v in names.denote(value, write.scope)] if _is_made_of(value, target) else []
            if kinds and made and None not in made:
                return all(any(_is_below(m, k, names) for k in kinds) is not taken for m in made)
    return False


def _is_made_of(e: f.Expr, target: f.Expr) -> bool:
    """Whether an expression makes something of nothing but the attribute and constants."""
    parts = e.args if isinstance(e, f.Call) and not e.keywords else e.items if isinstance(e, f.Group) else ()
    return bool(parts) and all(isinstance(part, f.Const) or same_path(part, target) for part in parts)


def _classes(e: f.Expr, scope: Scope, names: Names) -> list[Value]:
    """The classes of which `isinstance` asks; none where one of them is not known."""
    parts = e.items if isinstance(e, f.Group) else (e,)
    found = [names.denote(part, scope) for part in parts]
    known = all(len(values) == 1 and isinstance(values[0], Cls | Ext) for values in found)
    return [values[0] for values in found] if known else []


def _class_of(value: Value) -> Value | None:
    """The class of what an expression makes."""
    if isinstance(value, Heap):
        return Ext(value.type)
    return value.cls if isinstance(value, Obj) else None


def _is_enumeration(cls: Value, names: Names) -> bool:
    outside = names.classes.outside_bases(cls.scope) if isinstance(cls, Cls) else (getattr(cls, "name", ""),)
    return any(name.startswith("enum.") for name in outside)


def _is_below(cls: Value | None, above: Value, names: Names) -> bool:
    return cls == above or (isinstance(cls, Cls) and above in names.classes.lineage(cls.scope))
