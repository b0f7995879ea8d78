"""Settings of the whole process that the request path changes: calls, and assignments to names outside the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.calls import Calls
from statelint.project.first_use import FirstUse
from statelint.project.names import Names
from statelint.project.reach import Reach
from statelint.project.scopes import CallSite, Scope
from statelint.project.values import Ext, Made, qualified, root
from statelint.spans import Place
from statelint.vocabulary import Setter


class Changed(NamedTuple):
    """One change of a process-wide setting: its qualified name, what it is in words, and where it happens."""

    name: str
    what: str
    scope: Scope
    at: Place


def changed_settings(names: Names, calls: Calls, reach: Reach, knowledge: Knowledge) -> tuple[Changed, ...]:
    """Every change on the request path, one for each setting and function, in order of place."""
    found: dict[tuple[str, Scope], Changed] = {}
    for change in (*_called(names, FirstUse(names), calls, knowledge), *_assigned(names, knowledge)):
        if change.scope.module.in_service and change.scope.kind == "function" and reach.runs(change.scope):
            found.setdefault((change.name, change.scope), change)
    return tuple(sorted(found.values(), key=lambda c: (c.scope.path, c.at, c.name)))


def _called(names: Names, first_use: FirstUse, calls: Calls, knowledge: Knowledge) -> Iterator[Changed]:
    for name, sites in calls.outside.items():
        row = knowledge.find("setters", name)
        if row:
            for site in sites:
                once = first_use.of(site.context, site.scope, lasting=True)
                back = _inside_keeper(site, names, row[1]) or _gives_back(site, names, row[1])
                if not once and not back:
                    yield Changed(name, row[1].what, site.scope, site.call.at)


def _inside_keeper(site: CallSite, names: Names, row: Setter) -> bool:
    """Whether a `with` block around the call takes the change back."""
    opened = (e.func if isinstance(e, f.Call) else e for e in site.context.withs)
    return any(qualified(value) in row.kept_by for e in opened for value in names.denote(e, site.scope))


def _gives_back(site: CallSite, names: Names, row: Setter) -> bool:
    """Whether the function sets the former value again: `old = os.umask(0)` … `os.umask(old)`."""
    scope, readers = site.scope, (*row.names, *row.reads)
    setters = [c.call for c in scope.calls if any(qualified(v) in readers for v in names.denote(c.call.func, scope))]
    former = [b.name for found in scope.bindings.values() for b in found if any(b.value is c for c in setters)]
    return any(isinstance(c.args[-1], f.Name) and c.args[-1].id in former for c in setters if c.args)


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
