"""What a person calls an entry: the verbs, the first text and the name that a decorator or a call shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint import facts as f
from statelint.project.scopes import Scope
from statelint.spans import Place

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})


def strings(value: f.Expr | None) -> Iterator[tuple[str, Place]]:
    """All texts of a value, with those in lists and sums."""
    if isinstance(value, f.Const) and value.kind == "str":
        yield str(value.value), value.at
    elif isinstance(value, f.Group):
        for item in value.items:
            yield from strings(item)
    elif isinstance(value, f.Op):
        for operand in value.operands:
            yield from strings(operand)


def first_text(call: f.Expr) -> str:
    """The text of the first argument; `{}` for the parts that only run time knows."""
    if isinstance(call, f.Call):
        for arg in call.args[:1]:
            if isinstance(arg, f.Const) and arg.kind == "str":
                return str(arg.value)
            if isinstance(arg, f.Text):
                return "".join(str(p.value) if isinstance(p, f.Const) else "{}" for p in arg.parts)
    return ""


def first_matches(decorator: f.Expr, pattern: str) -> bool:
    """Whether the first argument is as a pattern wants it; no pattern wants anything."""
    return not pattern or bool(re.search(pattern, first_text(decorator)))


def _verbs(call: f.Expr, fallback: str) -> str:
    if isinstance(call, f.Call):
        for name, value in call.keywords:
            if name == "methods" and isinstance(value, f.Group):
                found = [str(i.value) for i in value.items if isinstance(i, f.Const)]
                if found:
                    return ",".join(found)
    return fallback.upper() if fallback in VERBS else "GET"


def label_of(template: str, kind: str, call: f.Expr, verb: str, scope: Scope | None) -> str:
    """A label made of its template: `{verb}`, `{0}` and `{name}` filled in."""
    template = template or ("{verb} {0}" if kind == "route" else kind + " {name}")
    text = template.replace("{verb}", _verbs(call, verb)).replace("{0}", first_text(call))
    return (text.replace("{name}", scope.name) if scope else text).strip()
