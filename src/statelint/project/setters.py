"""Settings of the whole process that the request path changes: calls, and assignments to names outside the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.calls import Calls
from statelint.project.names import Names
from statelint.project.reach import Reach
from statelint.project.scopes import Scope
from statelint.project.values import Ext, Made, qualified, root
from statelint.spans import Place


class Changed(NamedTuple):
    """One change of a process-wide setting: its qualified name, what it is in words, and where it happens."""

    name: str
    what: str
    scope: Scope
    at: Place


def changed_settings(names: Names, calls: Calls, reach: Reach, knowledge: Knowledge) -> tuple[Changed, ...]:
    """Every change on the request path, one for each setting and function, in order of place."""
    found: dict[tuple[str, Scope], Changed] = {}
    for change in (*_called(calls, knowledge), *_assigned(names, knowledge)):
        if change.scope.module.in_service and change.scope.kind == "function" and reach.runs(change.scope):
            found.setdefault((change.name, change.scope), change)
    return tuple(sorted(found.values(), key=lambda c: (c.scope.path, c.at, c.name)))


def _called(calls: Calls, knowledge: Knowledge) -> Iterator[Changed]:
    for name, sites in calls.outside.items():
        row = knowledge.find("setters", name)
        if row:
            for site in sites:
                yield Changed(name, row[1].what, site.scope, site.call.at)


def _assigned(names: Names, knowledge: Knowledge) -> Iterator[Changed]:
    for scope in names.every:
        for store in scope.stores:
            target = store.target
            if not isinstance(target, f.Attr | f.Item):
                continue
            for value in names.denote(target.of, scope):
                if not isinstance(root(value), Ext | Made):
                    continue
                owner = qualified(value)
                name = f"{owner}.{target.name}" if isinstance(target, f.Attr) else owner
                row = knowledge.find("setters", name) if name else None
                if row and name:
                    yield Changed(name, row[1].what, scope, store.at)
