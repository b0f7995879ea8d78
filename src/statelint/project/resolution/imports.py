"""Which modules a scope imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from statelint import facts as f
from statelint.project.resolution.modules import Modules
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Mod, Values


class Imports:
    """Look-up by scope. `denote` is the name resolution, handed in to keep imports one way."""

    def __init__(self, modules: Modules, denote: Callable[[f.Expr, Scope], Values]) -> None:
        self._modules = modules
        self._denote = denote
        self._written: dict[Scope, Sequence[str]] = {}
        self._loading: dict[Scope, Sequence[f.Call]] = {}
        """The calls in a scope that load a module by its name, which can mean more once it is known what is given."""

    def by(self, scope: Scope) -> Iterator[str]:
        """The paths of the modules that a scope imports."""
        if scope not in self._written:
            self._written[scope] = tuple(self._told(scope))
            self._loading[scope] = tuple(s.call for s in scope.calls if last_name(s.call.func) == "import_module")
        for call in self._loading[scope]:
            yield from (value.module.path for value in self._denote(call, scope) if isinstance(value, Mod))
        yield from self._written[scope]

    def _told(self, scope: Scope) -> Iterator[str]:
        """Those that its import statements name."""
        own = scope.module
        wanted = [(star, "") for star in scope.stars]
        for bindings in scope.bindings.values():
            for b in bindings:
                if b.kind == "from" and isinstance(b.node, tuple):
                    wanted.append(b.node)
                elif b.kind == "import" and isinstance(b.node, tuple):
                    found = self._modules.find(b.node[1], own)
                    if found is not None:
                        yield found.path
        for node, name in wanted:
            package = self._modules.meant(node, own)
            if package is not None:
                child = self._modules.child(package, name) if name else None
                yield (child or package).path
