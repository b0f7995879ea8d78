"""Which modules a scope imports, and which of the project the service never comes to: these hand nothing to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statelint.project.resolution.paths import last_name
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Mod

APART: Final = frozenset({"example"})
"""Parts of a project that are no part of the service where it does not import them."""


def never_served(names: Resolver) -> frozenset[str]:
    """The paths of examples that the service imports neither itself nor by way of others."""
    left = {module.path for module in names.modules if module.part in APART}
    todo = [scope for scope in names.every if scope.module.in_service] if left else []
    while todo:
        for path in imported_by(todo.pop(), names):
            if path in left:
                left.discard(path)
                todo.extend((names.scopes[path], *names.scopes[path].descendants()))
    return frozenset(left)


def imported_by(scope: Scope, names: Resolver) -> Iterator[str]:
    """The paths of the modules that a scope imports."""
    own = scope.module
    for site in scope.calls:
        if last_name(site.call.func) == "import_module":
            loaded = names.denote(site.call, scope)
            yield from (value.module.path for value in loaded if isinstance(value, Mod))
    wanted = [(star, "") for star in scope.stars]
    for bindings in scope.bindings.values():
        for b in bindings:
            if b.kind == "from" and isinstance(b.node, tuple):
                wanted.append(b.node)
            elif b.kind == "import" and isinstance(b.node, tuple):
                found = names.modules.find(b.node[1], own)
                if found is not None:
                    yield found.path
    for node, name in wanted:
        package = names.modules.meant(node, own)
        if package is not None:
            child = names.modules.child(package, name) if name else None
            yield (child or package).path
