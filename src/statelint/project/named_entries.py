"""Ways in that are told by the name of the function itself, or by the name of what decorates it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from statelint import facts as f
from statelint.entry_rows import Named, Spelled
from statelint.findings import Confidence
from statelint.house_words import is_named
from statelint.project.entry import Entry
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope, outside_names, reads_of
from statelint.project.resolution.values import Bound, Cls, Func


class ByName:
    """Look-up of entries by spelling."""

    def __init__(self, names: Names, calls: Calls) -> None:
        self._names = names
        self._calls = calls
        self._near: dict[str, frozenset[str]] = {}

    def named(self, scope: Scope, rows: list[tuple[str, Named]]) -> Iterator[Entry]:
        node = scope.node
        assert isinstance(node, f.Function)
        params = [p.name for p in node.params]
        last = scope.module.name.rpartition(".")[2]
        method = scope.owner is not None
        for library, row in rows:
            if method != (row.of_class or scope.name == "__call__"):
                continue
            if (
                any(fnmatchcase(scope.name, g) for g in row.functions)
                and (not row.modules or any(fnmatchcase(last, g) for g in row.modules))
                and (not row.near or not self._imports(scope.module.path).isdisjoint(row.near))
                and not (row.uncalled and self._calls.into.get(scope))
                and not (row.alone and self._prepares_tests(node))
                and (not row.reads or reads_of(scope, params[:1], row.reads))
            ):
                wanted = row.parameters
                if len(params) >= len(wanted) and all(fnmatchcase(p, w) for p, w in zip(params, wanted, strict=False)):
                    label = (row.label or "{name}").replace("{name}", scope.name)
                    owner = scope.owner
                    label = label.replace("{class}", owner.name if owner else "")
                    at = scope.span(node.name_at)
                    sure = Confidence.MEDIUM if row.alone else Confidence.HIGH
                    entry = Entry(scope, row.entry, label, library, at, owner is not None, sure)
                    yield entry._replace(by_name=True, alone=row.alone)

    def _prepares_tests(self, node: f.Function) -> bool:
        """Whether a decorator says that tests ask for what the function gives, `request` being theirs."""
        words = self._names.knowledge.words.get("fixtures", frozenset())
        called = (d.func if isinstance(d, f.Call) else d for d in node.decorators)
        return any(last_name(d) in words for d in called)

    def marking(self) -> frozenset[Scope]:
        """Functions and classes of the project that decorate others."""
        return frozenset(d for scope in self._names.every for d in self._decorators(scope))

    def _decorators(self, scope: Scope) -> Iterator[Scope]:
        for decorator in scope.node.decorators if isinstance(scope.node, f.Function) and scope.parent else ():
            target = decorator.func if isinstance(decorator, f.Call) else decorator
            for value in self._names.denote(target, scope.parent or scope):
                if isinstance(value, Func | Bound | Cls):
                    yield value.scope

    def spelled(self, scope: Scope, rows: list[tuple[str, Spelled]], marking: frozenset[Scope]) -> Iterator[Entry]:
        for library, row in rows:
            marked = any(is_named(d.full_name, row.names) for d in self._decorators(scope))
            if marked or (scope not in marking and is_named(scope.full_name, row.names)):
                label = (row.label or "{name}").replace("{name}", scope.name)
                assert isinstance(scope.node, f.Function)
                yield Entry(scope, row.entry, label, library, scope.span(scope.node.name_at), False)

    def _imports(self, path: str) -> frozenset[str]:
        """The top-level names that one module imports."""
        if path not in self._near:
            self._near[path] = frozenset(outside_names(self._names.scopes[path]))
        return self._near[path]
