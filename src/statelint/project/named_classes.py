"""Which classes code names beyond defining and importing them: nothing makes an object of one that it does not name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk


class NamedClasses:
    """Look-up by class. Texts that name a class do not count, so this is for what only code can register."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[Scope, bool] = {}

    def left_out(self, cls: Scope, bases: tuple[str, ...]) -> bool:
        """Whether nothing names a class, though code names others below the same classes of a library."""
        if self._is_named(cls):
            return False
        others = (other for base in bases for other in self._names.classes.subclasses(base))
        return any(self._is_named(other) for other in others)

    def _is_named(self, cls: Scope) -> bool:
        if cls not in self._known:
            self._known[cls] = self._finds(cls)
        return self._known[cls]

    def _finds(self, cls: Scope) -> bool:
        modules = {scope.path: scope.module for scope in (cls, *self._importing.get(cls.name, ()))}
        if any(cls.name in (read.name for read, _ in scope.reads) for scope in self._names.every):
            return True
        return any(
            isinstance(e, f.Name) and e.id == cls.name for m in modules.values() for e in walk(m.facts.body)
        ) or any(cls.name not in scope.bindings for scope in self._importing.get(cls.name, ()))

    @cached_property
    def _importing(self) -> Mapping[str, list[Scope]]:
        """Name → the scopes of the service that import one of that name, also under another name."""
        found: dict[str, list[Scope]] = defaultdict(list)
        for scope in self._names.every:
            for bindings in scope.bindings.values() if scope.module.in_service else ():
                for b in bindings:
                    if b.kind == "from" and isinstance(b.node, tuple):
                        found[b.node[1]].append(scope)
        return found
