"""Of which classes a library makes an object for each request: those of what is sent, which handlers are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statelint import facts as f
from statelint.project.entry import Entry
from statelint.project.resolution.annotated import metadata
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Obj, qualified


def made_of_requests(names: Names, entries: Iterable[Entry]) -> set[Scope]:
    """The classes that annotate parameters of ways in and are models of what is sent.

    What a dependency gives is not made of the request.
    """
    models = names.knowledge.words.get("models", frozenset())
    found = set()
    for entry in entries:
        node = entry.scope.node
        outer = entry.scope.parent or entry.scope
        for param in node.params if isinstance(node, f.Function) else ():
            if param.annotation is None or _is_injected(names, param, outer):
                continue
            for cls in _classes(names, param.annotation, outer):
                if not models.isdisjoint(names.classes.outside_bases(cls)):
                    found.add(cls)
    return found


def _classes(names: Names, annotation: f.Expr, scope: Scope) -> Iterator[Scope]:
    for value in names.annotated(annotation, scope):
        if isinstance(value, Obj) and isinstance(value.cls, Cls):
            yield value.cls.scope


def _is_injected(names: Names, param: f.Param, scope: Scope) -> bool:
    """Whether a dependency marker stands as the default of a parameter or in its annotation."""
    marks = [e for e in (param.default, *metadata(param.annotation)) if isinstance(e, f.Call)]
    called = [qualified(v) or "" for e in marks for v in names.denote(e.func, scope)]
    rows = [names.knowledge.find("handlers.arguments", name) for name in called]
    return any(row is not None and row[1].entry == "dependency" for row in rows)
