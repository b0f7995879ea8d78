"""What a person calls an entry: the verbs, the first text and the name that a decorator or a call shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint import facts as f
from statelint.project.resolution.scopes import Scope
from statelint.spans import Place

MARK = re.compile(r"\{(?:verb|name|class|0|1)\}")
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})


def strings(value: f.Expr | None) -> Iterator[tuple[str, Place]]:
    """All texts of a value, with those in lists, tables and sums."""
    if isinstance(value, f.Const) and value.kind == "str":
        yield str(value.value), value.at
    elif isinstance(value, f.Group):
        for item in value.items:
            yield from strings(item)
    elif isinstance(value, f.Table):
        for _, inner in value.pairs:
            yield from strings(inner)
    elif isinstance(value, f.Op):
        for operand in value.operands:
            yield from strings(operand)


def text_of(value: f.Expr) -> str:
    """The text that an expression spells; `{}` for the parts that only run time knows."""
    if isinstance(value, f.Const) and value.kind == "str":
        return str(value.value)
    if isinstance(value, f.Text):
        return "".join(str(p.value) if isinstance(p, f.Const) else "{}" for p in value.parts)
    return ""


def first_text(call: f.Expr) -> str:
    """The text of the first argument."""
    return text_of(call.args[0]) if isinstance(call, f.Call) and call.args else ""


def first_matches(decorator: f.Expr, pattern: str) -> bool:
    """Whether the first argument is as a pattern wants it; no pattern wants anything."""
    return not pattern or bool(re.search(pattern, first_text(decorator)))


def join(before: str, after: str) -> str:
    """Two parts of a path as one, whatever slashes and anchors they come with: `api/` and `^users` are `api/users`."""
    if not before or not after:
        return before or after
    return before.rstrip("/").removesuffix("$") + "/" + after.removeprefix("^").lstrip("/")


def _verbs(call: f.Expr, fallback: str) -> str:
    if isinstance(call, f.Call):
        for name, value in call.keywords:
            if name == "methods" and isinstance(value, f.Group):
                found = [str(i.value) for i in value.items if isinstance(i, f.Const)]
                if found:
                    return ",".join(found)
    return fallback.upper() if fallback in VERBS else "GET"


def label_of(template: str, kind: str, call: f.Expr, name: str, scope: Scope, before: str = "") -> str:
    """A label made of its template: `{verb}` by the arguments or the `name` of what registers, `{0}` and `{1}` the
    texts of the first arguments, `{name}` the function, `{class}` the class that has it. `before` goes before the path,
    which is the last of them; the function stands for a path that nobody can tell."""
    template = template or ("{verb} {0}" if kind == "route" else kind + " {name}")
    args = call.args[:2] if isinstance(call, f.Call) else ()
    texts = [text_of(arg) for arg in args] + [""] * (2 - len(args))
    path = max((i for i in (0, 1) if f"{{{i}}}" in template), default=-1)
    around = scope.owner if scope.owner is not None else scope
    shown = {"{verb}": _verbs(call, name.removeprefix("add_")), "{name}": scope.name, "{class}": around.name}
    for i, text in enumerate(texts):
        shown[f"{{{i}}}"] = join(before, text) if i == path else text
    if path >= 0 and "{name}" not in template and not shown[f"{{{path}}}"]:
        shown[f"{{{path}}}"] = f"{scope.name}()"
    return MARK.sub(lambda mark: shown[mark[0]], template).strip()
