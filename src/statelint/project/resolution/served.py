"""The modules of a project that count: what tests, documents and examples do that the service never comes to, it does
not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint.facts import Facts
from statelint.file_names import APART
from statelint.knowledge import Knowledge
from statelint.project.resolution.modules import Module, Modules
from statelint.project.resolution.names import Names
from statelint.project.resolution.scan import scan
from statelint.project.resolution.scopes import Scope


class Served(NamedTuple):
    """The modules that count, and the scopes of each by its path."""

    modules: Modules
    scopes: Mapping[str, Scope]


def served(facts: Mapping[str, Facts], parts: Mapping[str, str]) -> Served:
    """The modules of the service, those beside it that it imports, and programs that run by themselves.

    What is named like a migration and imported by the service is a part of it.
    """
    modules = _modules(facts, parts)
    scopes: dict[str, Scope] = {}
    if any(module.part in APART for module in modules):
        scopes = {module.path: scan(module) for module in modules}
        if left := _never_served(modules, scopes):
            modules = _modules({m.path: m.facts for m in modules if m.path not in left}, parts, modules)
    if used := modules.used_by_service():
        parts = {**parts, **dict.fromkeys(used, "service")}
        modules = _modules({m.path: m.facts for m in modules}, parts, modules)
    return Served(modules, {m.path: _scanned(m, scopes.get(m.path)) for m in modules})


def _scanned(module: Module, scope: Scope | None) -> Scope:
    """The scopes of a module, walked once: what else counts may be another module by its name or part."""
    return scope if scope is not None and scope.module is module else scan(module)


def _modules(facts: Mapping[str, Facts], parts: Mapping[str, str], known: Modules | None = None) -> Modules:
    sources = (
        (path, parts.get(path, "service"), found)
        for path, found in sorted(facts.items())
        if found.body or _is_package(path)
    )
    return Modules(sources, known.by_path if known is not None else {})


def _is_package(path: str) -> bool:
    """Whether a file makes its folder a package, which it does also where it is empty."""
    return path.rpartition("/")[2] == "__init__.py"


def _never_served(modules: Modules, scopes: Mapping[str, Scope]) -> AbstractSet[str]:
    """The paths of modules that the service imports neither itself nor by way of others."""
    names = Names(modules, scopes, Knowledge.for_imports(frozenset()))
    left = {module.path for module in modules if module.part in APART}
    todo = [scope for scope in names.every if scope.module.in_service]
    while todo:
        for found in names.imports.by(todo.pop()):
            for path in (found, *_above(modules.by_path[found])):
                if path in left:
                    left.discard(path)
                    todo.extend((names.scopes[path], *names.scopes[path].descendants()))
    return left


def _above(module: Module) -> Iterator[str]:
    """Where the packages begin that a module is in: whoever imports it imports these."""
    folders = module.path.split("/")[:-1]
    yield from ("/".join((*folders[:depth], "__init__.py")) for depth in range(len(folders), 0, -1))
