"""Modules that a call names as text: `import_module("shop.stores")`, `import_module("." + kind, __name__)`.

Where only the beginning of the name is written, each module of that package whose name begins so may be meant.
"""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.modules import Module
from statelint.project.resolver import Resolver
from statelint.project.scopes import Scope
from statelint.project.values import Mod, Values

MOST: Final = 12
"""Modules of one package beyond which the choice says nothing."""


def named_modules(names: Resolver, call: f.Call, scope: Scope) -> Values:
    """What a call gives that imports the module which its first argument names."""
    first = call.args[0]
    parts = first.parts if isinstance(first, f.Text) else first.operands if isinstance(first, f.Op) else (first,)
    base: tuple[str, ...] | None = None
    if isinstance(parts[0], f.Name):  # f"{__name__}.{kind}"
        base, parts = _folder(names, parts[0], scope.module), parts[1:]
        if base is None:
            return ()
    written = str(parts[0].value) if parts and isinstance(parts[0], f.Const) and parts[0].kind == "str" else ""
    whole = len(parts) == 1
    if not written:
        return ()
    if written.startswith("."):
        if base is None:
            own = call.args[1] if len(call.args) > 1 else dict(call.keywords).get("package")
            base = _folder(names, own, scope.module)
            if base is None:
                return ()
        level = len(written) - len(written.lstrip("."))
        base, written = base[: len(base) - level + 1], written.lstrip(".")
    package, _, start = written.rpartition(".")
    if base is None:
        if whole:
            module = names.modules.find(written, scope.module)
            return (Mod(module),) if module else names.outside(written)
        found = names.modules.find(package, scope.module) if package else None
        if found is None:
            return ()
        base, package = found.dotted, ""
    folder = (*base, *filter(None, package.split(".")))
    meant = [
        m
        for m in names.modules.children(folder)
        if m.dotted[-1] == start or (not whole and m.dotted[-1].startswith(start))
    ]
    return tuple(Mod(m) for m in meant) if len(meant) <= MOST else ()


def _folder(names: Resolver, e: f.Expr | None, module: Module) -> tuple[str, ...] | None:
    """The package that relative names count from, as `__name__`, `__package__` or a text say it."""
    if isinstance(e, f.Name) and e.id == "__name__":
        return module.dotted
    if isinstance(e, f.Name) and e.id == "__package__":
        return module.folder
    if isinstance(e, f.Const) and e.kind == "str":
        found = names.modules.find(str(e.value), module)
        return found.dotted if found else None
    return None
