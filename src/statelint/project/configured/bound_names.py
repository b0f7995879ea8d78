"""Where a name of a scope gets its values: its bindings, also through imports of the project and `import *`."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Scope


def bindings_of(names: Names, name: str, scope: Scope, seen: tuple[Scope, ...] = ()) -> Iterator[Binding]:
    """The bindings that a name in a scope can mean, through imports of the project."""
    current: Scope | None = scope
    while current is not None:
        if (current.kind != "class" or current is scope) and name in current.bindings and name not in current.outer:
            for b in current.bindings[name]:
                if b.kind == "from" and isinstance(b.node, tuple):
                    yield from _imported(names, b, seen)
                else:
                    yield b
            return
        current = current.parent
    top = names.top(scope)
    for star in top.stars:
        target = names.modules.meant(star, top.module)
        other = names.scopes.get(target.path) if target else None
        if other and other not in seen and other is not top:
            found = list(bindings_of(names, name, other, (*seen, top)))
            if found:
                yield from found
                return


def _imported(names: Names, b: Binding, seen: tuple[Scope, ...]) -> Iterator[Binding]:
    assert isinstance(b.node, tuple)
    statement, own = b.node
    target = names.modules.meant(statement, b.scope.module)
    top = names.scopes.get(target.path) if target else None
    if top is not None and top not in seen:
        yield from bindings_of(names, own, top, (*seen, names.top(b.scope)))
