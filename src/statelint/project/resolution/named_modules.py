"""Modules that a call names as text: `import_module("shop.stores")`, `import_module("." + kind, __name__)`.

Where only the beginning of the name is written, each module of that package whose name begins so may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statelint import facts as f
from statelint.project.resolution.modules import Module
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import FEW, Cls, Mod, Obj, Values, qualified, union
from statelint.project.walking import walk

IMPORTS: Final = "importlib.import_module"
FAR: Final = 3
"""Names that one text is followed through."""
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


def located(names: Resolver, e: f.Expr, scope: Scope) -> Values:
    """What the dotted names mean that an expression can spell: itself, a default beside it, a local of that value."""
    if isinstance(e, f.Attr):
        return union(*(_named(names, text, where) for text, where in _set(names, e, scope)))
    return union(*(_named(names, text, scope) for text in spelled(e, scope)))


def _set(names: Resolver, e: f.Attr, scope: Scope) -> Iterator[tuple[str, Scope]]:
    """The texts that an attribute is by what its module or class, or kin of the class, says, and where it does."""
    for of in names.denote(e.of, scope):
        cls = of.cls if isinstance(of, Obj) else of
        above = names.classes.lineage(cls.scope) if isinstance(cls, Cls) else ()
        kin = [item.scope for item in above if isinstance(item, Cls)]
        kin += names.classes.subclasses(cls.scope)[:FEW] if isinstance(cls, Cls) else ()
        for owner in [names.scopes[of.module.path]] if isinstance(of, Mod) else kin:
            given = [(b.value, owner) for b in owner.bindings.get(e.name, ()) if b.kind == "assign"]
            given += [(a.value, a.store.scope) for a in names.classes.assigned(owner, e.name)]
            yield from ((text, where) for value, where in given for text in spelled(value, where))


def texts_that_name(names: Resolver, call: f.Call, scope: Scope) -> list[f.Expr] | None:
    """The texts that name what a call imports: `import_string(name)`, `getattr(import_module(module), name)`.

    None for a call that imports nothing.
    """
    called = {name for v in names.denote(call.func, scope) if (name := qualified(v)) is not None}
    if call.args and any(names.knowledge.find("locators", name) for name in called):
        return [call.args[0]]
    if "builtins.getattr" not in called or len(call.args) < 2:
        return None
    given = call.args[0]
    found = [b.value for b in scope.bindings.get(given.id, ())] if isinstance(given, f.Name) else [given]
    modules = [
        made.args[0]
        for made in found
        if isinstance(made, f.Call) and made.args
        if any(qualified(v) == IMPORTS for v in names.denote(made.func, scope))
    ]
    wanted = {name.id for name in named_in(call.args[1], scope)}  # one text names the module and what is in it
    return [name for e in modules for name in named_in(e, scope) if name.id in wanted] or None


def named_in(e: f.Expr | None, scope: Scope, depth: int = 0) -> Iterator[f.Name]:
    """The names that an expression is made of, through locals, up to those that a function binds by no value."""
    for part in walk(e):
        if isinstance(part, f.Name):
            bindings = scope.bindings.get(part.id, ())
            values = [b.value for b in bindings if b.kind == "assign" and b.value is not None]
            for value in values if depth < FAR else ():
                yield from named_in(value, scope, depth + 1)
            if len(values) < max(len(bindings), 1):
                yield part


def spelled(e: f.Expr | None, scope: Scope, depth: int = 0) -> Iterator[str]:
    """The texts that an expression can be, as far as the function itself shows."""
    if isinstance(e, f.Const) and e.kind == "str":
        yield str(e.value)
    elif isinstance(e, f.Call):
        for arg in e.args[1:]:  # the default beside a name: `getattr(settings, "STORE", "shop.stores.Memory")`
            yield from spelled(arg, scope, depth)
        for keyword, arg in e.keywords:
            if keyword == "default":
                yield from spelled(arg, scope, depth)
    elif isinstance(e, f.Op) and e.op == "or":
        for operand in e.operands:
            yield from spelled(operand, scope, depth)
    elif isinstance(e, f.Choice):
        yield from spelled(e.then, scope, depth)
        yield from spelled(e.other, scope, depth)
    elif isinstance(e, f.Name) and depth < FAR:
        for where in (scope, *_around(scope)):
            for b in where.bindings.get(e.id, ()):
                default = b.node.default if isinstance(b.node, f.Param) else None
                yield from spelled(b.value if b.kind == "assign" else default, where, depth + 1)
            if e.id in where.bindings:
                return


def _around(scope: Scope) -> Iterator[Scope]:
    while scope.parent is not None:
        scope = scope.parent
        if scope.kind != "class":
            yield scope


def _named(names: Resolver, text: str, scope: Scope) -> Values:
    head, _, last = text.replace(":", ".").rpartition(".")
    module = names.modules.find(head, scope.module) if head else None
    return names.module_member(module, last) if module else ()


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
