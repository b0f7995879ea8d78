"""Namespaces of modules and objects seen as dictionaries: `globals()`, `vars(module)`, `thing.__dict__`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, mentions
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Ext, Made, Mod, Obj, Values


def namespace_of(e: f.Expr, scope: Scope, names: Names) -> Values:
    """The objects whose attributes are the entries of the dictionary that `e` denotes; empty for another dictionary."""
    if isinstance(e, f.Attr):
        return names.denote(e.of, scope) if e.name == "__dict__" else ()
    for value in names.denote(e, scope):
        if not isinstance(value, Made):
            continue
        if value.name == "builtins.globals":
            return (Mod(value.site.scope.module),)
        given = value.site.expr.args if isinstance(value.site.expr, f.Call) else ()
        if value.name == "builtins.vars" and given:
            return names.denote(given[0], value.site.scope)
    return ()


def keeps_elsewhere(setting: Scope) -> bool:
    """Whether a method `__setattr__` keeps what attributes are given in another place than in the object, but for some
    names that it tells by a test."""
    params = setting.node.params if isinstance(setting.node, f.Function) else ()
    if len(params) != 3:
        return False
    _, key, value = (p.name for p in params)
    plain, others = [], False
    for site in setting.calls:
        if last_name(site.call.func) == setting.name:
            plain.append(site.context)
        else:
            others = others or any(last_name(arg) == value for arg in site.call.args)
    for store in setting.stores:
        if isinstance(store.target, f.Item) and last_name(store.target.of) == "__dict__":
            plain.append(store.context)
        else:
            others = others or last_name(store.value) == value
    return others and all(any(mentions(test, key, setting) for test, _ in context.tests) for context in plain)


def stood_in_for(names: Names, classes: AbstractSet[str]) -> frozenset[str]:
    """Of these outside classes those behind whose object code puts one of the project that keeps what it is given
    elsewhere: `settings._wrapped = StoredSettings(…)`."""
    found: set[str] = set()
    for scope in names.every:
        for store in scope.stores if scope.module.in_service else ():
            target, value = store.target, store.value
            if not isinstance(target, f.Attr) or value is None or not target.name.startswith("_"):
                continue
            behind = [v.cls.scope for v in names.denote(value, scope) if isinstance(v, Obj) and isinstance(v.cls, Cls)]
            setters = [m for cls in behind if (m := names.classes.method(cls, "__setattr__"))]
            if any(keeps_elsewhere(m) for m in setters):
                owners = [v.cls for v in names.denote(target.of, scope) if isinstance(v, Obj)]
                found.update(cls.name for cls in owners if isinstance(cls, Ext) and cls.name in classes)
    return frozenset(found)


def constant_name(e: f.Expr | None) -> str | None:
    """The text of a constant string, None for an expression that is computed."""
    return str(e.value) if isinstance(e, f.Const) and e.kind == "str" else None


def updated(call: f.Call) -> Iterator[tuple[str | None, f.Expr | None]]:
    """What a mutating method of a namespace sets: `(name, value)`; the name is None where it is computed."""
    first = call.args[0] if call.args else None
    if isinstance(first, f.Table):
        yield from ((constant_name(key), value) for key, value in first.pairs)
    elif first is not None:
        yield constant_name(first), call.args[-1]
    yield from ((name if name != "**" else None, value) for name, value in call.keywords)


def wraps(args: Sequence[f.Expr], scope: Scope) -> bool:
    """Whether a function of the code, made right there, takes the place of the method of that name, which it calls."""
    if len(args) < 3 or not all(isinstance(a, f.Name) for a in args[:3]):
        return False
    owner, name, value = (last_name(a) for a in args[:3])
    made = scope.bindings.get(value, ())
    read = [s.call.args for s in scope.calls if last_name(s.call.func) == "getattr"]
    return (
        bool(made)
        and all(b.kind == "function" for b in made)
        and any([last_name(a) for a in asked[:2]] == [owner, name] for asked in read)
    )
