"""Which classes code names beyond defining and importing them: nothing makes an object of one that it does not name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from statelint import facts as f
from statelint.project.importers import importing
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
        others = self._importing.get(cls.name, ())
        if any(cls.name not in scope.bindings for scope in others):  # under another name
            return True
        if any(read.name == cls.name for scope in self._names.every for read, _ in scope.reads):
            return True
        modules = {scope.path: scope.module for scope in (cls, *others)}
        return any(isinstance(e, f.Name) and e.id == cls.name for m in modules.values() for e in walk(m.facts.body))

    @cached_property
    def _importing(self) -> Mapping[str, list[Scope]]:
        return importing(self._names)
