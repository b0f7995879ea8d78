"""Functions whose first parameter is the object that a decorator makes of them: `@app.task(bind=True)`."""

from __future__ import annotations

from statelint import facts as f
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Binding
from statelint.project.resolution.values import Func, Values, qualified


def own_object(names: Resolver, b: Binding) -> Values:
    """The function itself, which stands for the object, if the parameter is bound to it."""
    node = b.scope.node
    bound = names.knowledge.bound
    if not bound or not isinstance(node, f.Function) or not node.params or node.params[0].name != b.name:
        return ()
    for decorator in node.decorators if b.scope.parent is not None else ():
        asked = {key for key, value in decorator.keywords if _true(value)} if isinstance(decorator, f.Call) else set()
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        for value in names.denote(target, b.scope.parent or b.scope) if asked else ():
            name = qualified(value)
            if name and asked & {bound[n] for n in names.knowledge.spellings(name) if n in bound}:
                return (Func(b.scope),)
    return ()


def _true(e: f.Expr) -> bool:
    return isinstance(e, f.Const) and e.value is True
