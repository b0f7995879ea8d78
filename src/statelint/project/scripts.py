"""Modules that are scripts of a page: their body runs anew for each session, so that it is on the request path and
what it binds lasts no longer than the session."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from statelint import facts as f
from statelint.entry_rows import Script
from statelint.knowledge import Knowledge
from statelint.project.importers import imported_modules
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.spans import Place


class Found(NamedTuple):
    """The module scope of one script, and the call that tells."""

    scope: Scope
    row: Script
    library: str
    at: Place


def scripts(names: Names, calls: Calls, knowledge: Knowledge) -> Iterator[Found]:
    """All scripts, each once."""
    rows = list(knowledge.rows(lambda lib: lib.handlers.scripts))
    if not rows:
        return
    imported = imported_modules(names)
    seen: set[Scope] = set()
    for library, row in rows:
        for site in _telling(row, names, calls):
            for top in _bodies(site.scope, calls):
                if top not in seen and top.module.in_service and top.module.path not in imported:
                    seen.add(top)
                    yield Found(top, row, library, site.call.at)


def _telling(row: Script, names: Names, calls: Calls) -> Iterator[CallSite]:
    for name, sites in calls.outside.items():
        if any(fnmatchcase(name, g) for g in row.names) and not any(fnmatchcase(name, g) for g in row.unless):
            yield from sites
    for scope in names.every if row.methods else ():
        for site in scope.calls:
            if isinstance(site.call.func, f.Attr) and site.call.func.name in row.methods:
                yield site


def _bodies(scope: Scope, calls: Calls) -> Iterator[Scope]:
    """The module itself where its body makes the call, else the modules whose bodies lead to it."""
    if scope.kind == "module":
        yield scope
        return
    seen, todo = {scope}, [scope]
    while todo:
        for edge in calls.into.get(todo.pop(), ()):
            if edge.how in ("call", "construct") and edge.caller not in seen:
                seen.add(edge.caller)
                if edge.caller.kind == "module":
                    yield edge.caller
                else:
                    todo.append(edge.caller)
