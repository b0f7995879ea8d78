"""Which modules of the project the service never comes to: these hand nothing to it."""

from __future__ import annotations

from typing import Final

from statelint.project.resolution.resolver import Resolver

APART: Final = frozenset({"example"})
"""Parts of a project that are no part of the service where it does not import them."""


def never_served(names: Resolver) -> frozenset[str]:
    """The paths of examples that the service imports neither itself nor by way of others."""
    left = {module.path for module in names.modules if module.part in APART}
    todo = [scope for scope in names.every if scope.module.in_service] if left else []
    while todo:
        for path in names.imports.by(todo.pop()):
            if path in left:
                left.discard(path)
                todo.extend((names.scopes[path], *names.scopes[path].descendants()))
    return frozenset(left)
