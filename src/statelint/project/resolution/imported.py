"""What imports give: bindings of other modules, sub-modules, star imports, and names outside the project."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.resolution.modules import Module
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Ext, Func, Mod, Obj, Values, union

UNMISTAKABLE: Final = frozenset({"asyncio", "threading", "multiprocessing", "subprocess"})
"""Modules of Python that are the same when another library hands them on."""


class Imported:
    """Look-up across modules."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._outside: dict[str, Values] = {}

    def bound(self, b: Binding) -> Values:
        """What an import gives the name that it binds."""
        importer = b.scope.module
        node = b.node
        assert isinstance(node, tuple)
        if b.kind == "import":
            _, name, alias = node
            wanted = name if alias else name.partition(".")[0]
            module = self._names.modules.find(wanted, importer)
            return (Mod(module),) if module else self.outside(wanted)
        statement, name = node
        module = self._names.modules.meant(statement, importer)
        if module is None:
            package = statement.module
            if not statement.level:
                # a namespace package has no file of its own, but its modules do
                child = self._names.modules.find(f"{package}.{name}", importer)
                return (Mod(child),) if child else self.outside(name if name in UNMISTAKABLE else f"{package}.{name}")
            child = self._names.modules.relative(f"{package}.{name}" if package else name, statement.level, importer)
            return (Mod(child),) if child else ()
        return self.module_member(module, name)

    def module_member(self, module: Module, name: str) -> Values:
        """What `module.name` denotes: a binding, a star import, a sub-module, or the module's `__getattr__`."""
        top = self._names.scopes.get(module.path)
        if top is None:
            return ()
        if name in top.bindings or self._names.rebound(top, name):
            found = self._names.lookup(name, top)
            if found:
                return found
        child = self._names.modules.child(module, name) if module.is_package else None
        if child:
            return (Mod(child),)
        for star in top.stars:
            found = self.star(star, name, module)
            if found:
                return found
        if name[:1].isupper() and (found := self.outside_star(name, top)):
            return found
        getter = top.bindings.get("__getattr__")
        if getter and name not in top.bindings:
            return union(
                *(self._names.returned(v.scope) for b in getter for v in self._names.bound(b) if isinstance(v, Func))
            )
        return ()

    def outside(self, name: str) -> Values:
        """The value of a qualified name outside the project; a proxy stands for the instance it hands on to."""
        known = self._outside.get(name)
        if known is None:
            row = self._names.knowledge.find("instances", name)
            value = (
                Obj(Ext(self._names.knowledge.canonical(row[1].cls)))
                if row
                else Ext(self._names.knowledge.canonical(name))
            )
            known = self._outside[name] = (value,)
        return known

    def star(self, star: f.Import, name: str, importer: Module) -> Values:
        """What a star import gives a name."""
        module = self._names.modules.meant(star, importer)
        if module is None or name.startswith("_") or module is importer:
            return ()
        return self.module_member(module, name)

    def outside_star(self, name: str, importer: Scope) -> Values:
        """What the one star import of a library gives a name that nothing else binds."""
        outside = {
            s.module for s in importer.stars if not s.level and self._names.modules.meant(s, importer.module) is None
        }
        return self._names.outside(f"{outside.pop()}.{name}") if len(outside) == 1 else ()
