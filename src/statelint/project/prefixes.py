"""Which path the routes of a group begin with: what the group was made with, and where it was put below another.

A group is an object on which routes are registered (a router), a module that holds a table of routes, or the list in
which a table stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.entry_rows import Mounted
from statelint.knowledge import Knowledge
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.labels import join, strings, text_of
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Cls, Ext, Heap, Lit, Mod, Obj, Value, qualified, root
from statelint.spans import Place

DEEPEST = 8
"""So many groups inside groups are followed; one that leads back to itself ends here too."""


class Prefixes:
    """The paths of groups. Where a group was put in several places, the first counts."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge) -> None:
        self._names = names
        self._knowledge = knowledge
        self._made = {name: row for _, row in knowledge.rows(lambda lib: lib.handlers.prefixed) for name in row.names}
        self._mounts: dict[Value, tuple[Mounted, CallSite]] = {}
        self._tables: dict[Scope, list[Heap]] = {}
        rows = {name: row for _, row in knowledge.rows(lambda lib: lib.handlers.mounted) for name in row.names}
        for name in sorted(calls.outside) if rows else ():
            spelling = next((s for s in knowledge.spellings(name) if s in rows), None)
            for site in calls.outside[name] if spelling else ():
                self._mount(rows[spelling or name], site)

    def _mount(self, row: Mounted, site: CallSite) -> None:
        for group in self._groups(row, site):
            self._mounts.setdefault(group, (row, site))
            if isinstance(group, Heap):
                self._tables.setdefault(group.site.scope, []).append(group)

    def before(self, registrar: f.Expr, at: Place, scope: Scope) -> str:
        """The path before that of a route: `registrar` is what registers it, at a place of a scope."""
        if not (self._mounts or self._made):
            return ""
        return self._path(self._around(registrar, at, scope), 0)

    def _around(self, registrar: f.Expr, at: Place, scope: Scope) -> Value:
        """The group that a call registers something in: its receiver, else the list or the module it stands in."""
        target = registrar.of if isinstance(registrar, f.Attr) else None
        for value in self._names.denote(target, scope) if target else ():
            if isinstance(value, Obj):
                return value
        inside = [t for t in self._tables.get(scope, ()) if _contains(t.site.expr.at, at)]
        return min(inside, key=lambda t: _size(t.site.expr.at)) if inside else Mod(scope.module)

    def _path(self, group: Value, depth: int) -> str:
        own = self._own(group)
        found = self._mounts.get(group) if depth < DEEPEST else None
        if found is None:
            return own
        row, site = found
        put = self._text(_argument(site.call, row.path, row.path_keywords), site.scope)
        above = self._path(self._around(site.call.func, site.call.at, site.scope), depth + 1)
        return join(above, put if row.replaces and put else join(put, own))

    def _own(self, group: Value) -> str:
        """What a group was made with."""
        made = group.site.constructed if isinstance(group, Obj) and group.site is not None else None
        if not isinstance(group, Obj) or made is None or not isinstance(made.expr, f.Call):
            return ""
        for name in self._classes(group):
            if row := self._made.get(name):
                return self._text(_argument(made.expr, row.path, row.path_keywords), made.scope)
        return ""

    def _classes(self, group: Obj) -> Iterator[str]:
        bases = [group.cls.name] if isinstance(group.cls, Ext) else []
        if isinstance(group.cls, Cls):
            bases = list(self._names.classes.outside_bases(group.cls.scope))
        for base in bases:
            yield from self._knowledge.lineage(self._knowledge.canonical(base))

    def _groups(self, row: Mounted, site: CallSite) -> Iterator[Value]:
        """What a call puts somewhere, looked through the calls that only wrap it."""
        given = _argument(site.call, row.group, row.group_keywords)
        scope = site.scope
        wrapped = False
        for _ in range(2):
            if isinstance(given, f.Call) and self._is_wrapper(row, given, scope):
                given, wrapped = (given.args[0] if given.args else None), True
            elif isinstance(given, f.Group) and wrapped and not _is_table(given):
                given = given.items[0] if given.items else None
        if given is None:
            return
        for text, _ in strings(given) if isinstance(given, f.Const) else ():
            if module := self._names.modules.find(text, scope.module):
                yield Mod(module)
        for value in self._names.denote(given, scope):
            value = root(value)
            if isinstance(value, Mod | Heap) or (isinstance(value, Obj) and value.site):
                yield value

    def _is_wrapper(self, row: Mounted, call: f.Call, scope: Scope) -> bool:
        names = [qualified(value) for value in self._names.denote(call.func, scope)]
        return any(s in row.through for name in names if name for s in self._knowledge.spellings(name))

    def _text(self, given: f.Expr | None, scope: Scope) -> str:
        if given is None or (text := text_of(given)):
            return text if given else ""
        named = (v.value for v in self._names.denote(given, scope) if isinstance(v, Lit))
        return next((word for word in named if isinstance(word, str)), "")


def _argument(call: f.Call, position: int | None, keywords: tuple[str, ...]) -> f.Expr | None:
    for name, value in call.keywords:
        if name in keywords:
            return value
    return call.args[position] if position is not None and position < len(call.args) else None


def _is_table(group: f.Group) -> bool:
    return any(isinstance(item, f.Call) for item in group.items)


def _contains(outer: Place, inner: Place) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def _size(at: Place) -> tuple[int, int]:
    return (at.end_line - at.line, at.end_column - at.column)
