"""Which modules other modules of the service import; nothing runs the others by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from statelint import facts as f
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope


def imported_modules(names: Names) -> frozenset[str]:
    """The paths of modules that other modules of the service import."""
    return frozenset(_imported(names))


def _imported(names: Names) -> Iterator[str]:
    for scope in names.every:
        if scope.module.in_service:
            yield from names.imports.by(scope)


def importing(names: Names) -> Mapping[str, list[Scope]]:
    """Name → the scopes of the service that import one of that name from a module, also under another name."""
    found: dict[str, list[Scope]] = defaultdict(list)
    for scope in names.every:
        for bindings in scope.bindings.values() if scope.module.in_service else ():
            for b in bindings:
                if b.kind == "from" and isinstance(b.node, tuple):
                    found[b.node[1]].append(scope)
    return found


def mentioned(tops: Iterable[Scope], names: Names) -> Iterator[str]:
    """The paths of those of some modules whose dotted name a call of another module is given, to load it by that."""
    known = {".".join(top.module.dotted[n:]): top for top in tops for n in range(len(top.module.dotted) - 1)}
    for scope in names.every if known else ():
        for site in scope.calls:
            for e in (*site.call.args, *(value for _, value in site.call.keywords)):
                top = known.get(e.value) if type(e) is f.Const and type(e.value) is str else None
                if top is not None and top.module is not scope.module:
                    yield top.path
