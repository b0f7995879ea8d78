"""Classes whose objects keep to a protocol by what they have, without being below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from statelint import facts as f
from statelint.project.resolution.classes import Classes
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import FEW, Cls, Ext

PROTOCOLS: Final = frozenset({"typing.Protocol", "typing_extensions.Protocol"})


class Protocols:
    """Look-up of who keeps to a protocol."""

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._kept_by: dict[Scope, tuple[Scope, ...]] = {}

    def is_protocol(self, cls: Scope) -> bool:
        """Whether a class only says what objects have to have: none is ever made of it."""
        return any(isinstance(base, Ext) and base.name in PROTOCOLS for base in self._classes.bases(cls))

    def kept_by(self, cls: Scope) -> tuple[Scope, ...]:
        """The topmost classes of the service that have all that a protocol asks for; none of many."""
        if cls not in self._kept_by:
            found = list(self._keeping(cls)) if self.is_protocol(cls) else []
            every = {Cls(c) for c in found}
            top = [c for c in found if every.isdisjoint(self._classes.lineage(c)[1:])]
            self._kept_by[cls] = tuple(top) if len(top) <= FEW else ()
        return self._kept_by[cls]

    def _keeping(self, protocol: Scope) -> Iterator[Scope]:
        asked = [item.scope for item in self._classes.lineage(protocol) if isinstance(item, Cls)]
        names = {name: cls for cls in reversed(asked) for name in cls.bindings if not name.startswith("__")}
        methods = [name for name, cls in names.items() if self._method(cls, name)]
        if not methods:
            return
        rarest = min(methods, key=lambda name: len(self._having.get(name, ())))
        having = self._having.get(rarest, ())
        for cls in dict.fromkeys(c for one in having for c in (one, *self._classes.subclasses(one))):
            below = Cls(protocol) in self._classes.lineage(cls) or self.is_protocol(cls)
            if cls.module.in_service and not below and all(self._has(cls, name, of) for name, of in names.items()):
                yield cls

    def _has(self, cls: Scope, name: str, protocol: Scope) -> bool:
        asked = self._method(protocol, name)
        method = self._classes.method(cls, name) if asked else None
        if asked and method:
            return _takes(method, asked)
        lines = [item.scope for item in self._classes.lineage(cls) if isinstance(item, Cls)]
        return any(name in one.bindings or self._classes.assigned(one, name) for one in lines)

    @staticmethod
    def _method(cls: Scope, name: str) -> Scope | None:
        return next((cls.by_node[id(b.node)] for b in cls.bindings[name] if b.kind == "function"), None)

    @cached_property
    def _having(self) -> Mapping[str, list[Scope]]:
        """The classes whose body binds each name."""
        found: dict[str, list[Scope]] = defaultdict(list)
        for cls in self._classes.all:
            for name in cls.bindings:
                found[name].append(cls)
        return found


def _takes(method: Scope, asked: Scope) -> bool:
    """Whether a method takes what a protocol says that it is called with, by the names of the parameters."""
    node, wanted = method.node, asked.node
    if not isinstance(node, f.Function) or not isinstance(wanted, f.Function):
        return False
    if any(p.kind == "star" for p in node.params):
        return True
    names = [p.name for p in node.params if p.kind in ("positional", "positional-only")]
    given = [p for p in wanted.params if p.kind in ("positional", "positional-only")]
    return len(names) >= len(given) and all(
        p.kind == "positional-only" or p.name.startswith("_") or p.name == name
        for p, name in list(zip(given, names))[1:]  # noqa: B905 - it may take more
    )
