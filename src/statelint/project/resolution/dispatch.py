"""Methods that code picks by a name which it puts together: `getattr(self, "on_" + event)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statelint import facts as f
from statelint.project.resolution.classes import PROPERTIES, SETTERS, Classes, decorator_names
from statelint.project.resolution.labels import VERBS
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls

PLAIN: Final = frozenset(
    {*PROPERTIES, *SETTERS, "staticmethod", "classmethod", "abstractmethod", "overload", "override"}
)
"""Decorators that mark nothing."""


def picked(wanted: f.Expr, scope: Scope, cls: Scope, classes: Classes) -> Iterator[str]:
    """The names of the methods of a class, and of those below it, that such an expression can spell."""
    lines = [item.scope for item in classes.lineage(cls) if isinstance(item, Cls)]
    if _goes_through_all(wanted, scope):
        yield from dict.fromkeys(name for c in lines for name in c.bindings if _is_marked(c, name))
        return
    spelled = _spelling(wanted, scope)
    if spelled is None:
        return
    before, after = spelled
    for name in dict.fromkeys(n for c in (*lines, *classes.subclasses(cls)) for n in c.bindings):
        if (spelled == ("", "") and name in VERBS) or (
            (before or after) and len(name) > len(before + after) and name.startswith(before) and name.endswith(after)
        ):
            yield name


def picked_from(func: f.Expr, scope: Scope) -> f.Expr | None:
    """The object of which what is called is a method whose name is computed: `getattr(library, message.method)`."""
    if isinstance(func, f.Name):
        bindings = scope.bindings.get(func.id, ())
        func = bindings[0].value or func if len(bindings) == 1 else func
    if not isinstance(func, f.Call) or last_name(func.func) != "getattr" or len(func.args) < 2:
        return None
    return None if isinstance(func.args[1], f.Const) else func.args[0]


def _goes_through_all(e: f.Expr, scope: Scope) -> bool:
    """Whether a name stands for each name of an object in turn: `for name in dir(handlers)`."""
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
    return bool(bindings) and all(
        b.kind == "iterate" and isinstance(b.value, f.Call) and last_name(b.value.func) == "dir" for b in bindings
    )


def _is_marked(cls: Scope, name: str) -> bool:
    """Whether a decorator marks a method, which is how code that goes through all of them tells which it wants."""
    return any(
        isinstance(b.node, f.Function) and not PLAIN.issuperset(decorator_names(b.node)) for b in cls.bindings[name]
    )


def _spelling(e: f.Expr, scope: Scope, depth: int = 0) -> tuple[str, str] | None:
    """What a name begins and ends with; two empty texts for the method of a request; None where nothing tells."""
    if isinstance(e, f.Text) and e.parts:
        return _ends(_text(e.parts[0]), _text(e.parts[-1]) if len(e.parts) > 1 else "")
    if isinstance(e, f.Op) and e.op == "+":
        return _ends(_text(e.operands[0]), _text(e.operands[-1]))
    if isinstance(e, f.Op) and e.op == "%":
        before, _, after = _text(e.operands[0]).partition("%s")
        return _ends(before, after)
    if isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "lower":
        return ("", "") if _is_request_method(e.func.of, scope) else None
    if isinstance(e, f.Name) and depth < 2:
        bindings = scope.bindings.get(e.id, ())
        return _spelling(bindings[0].value, scope, depth + 1) if len(bindings) == 1 and bindings[0].value else None
    return None


def _is_request_method(e: f.Expr, scope: Scope, depth: int = 0) -> bool:
    """Whether a name, an attribute or a key says so: `request.method`, `scope["method"]`, or a local bound to one."""
    text = _text(e.key) if isinstance(e, f.Item) else last_name(e)
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) and depth < 2 else ()
    return text.endswith("method") or any(b.value and _is_request_method(b.value, scope, depth + 1) for b in bindings)


def _ends(before: str, after: str) -> tuple[str, str] | None:
    return (before, after) if len(before + after) > 1 else None


def _text(e: f.Expr) -> str:
    return str(e.value) if isinstance(e, f.Const) and e.kind == "str" else ""
