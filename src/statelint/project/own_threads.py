"""Threads and timers that are classes of the project: `class Mailer(Thread)`, whose `run` is the work.

What knowledge says of the library's class holds for its subclasses, where it has to be started by a method.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Cls, Obj
from statelint.vocabulary import Work


class OwnThread(NamedTuple):
    """One call that makes such an object, or that starts one made elsewhere.

    `starts` says that the call itself starts the work: it is the starting method, or the constructor calls that.
    """

    row: Work
    cls: Scope
    run: Scope
    site: CallSite
    starts: bool


def own_threads(names: Names, knowledge: Knowledge) -> tuple[OwnThread, ...]:
    """All such calls of the service."""
    kinds = dict(_kinds(names, knowledge))
    served = [scope for scope in names.every if scope.module.in_service] if kinds else []
    starters = frozenset(row.start for row, _ in kinds.values())
    return tuple(own for scope in served for own in _in(scope, names, kinds, starters))


def started_here(own: OwnThread) -> bool:
    """Whether the function or module that makes the object starts it too."""
    names = {n for n, bs in own.site.scope.bindings.items() if any(b.value is own.site.call for b in bs)}
    calls = (site.call.func for site in own.site.scope.calls)
    started = [func.of for func in calls if isinstance(func, f.Attr) and func.name == own.row.start]
    return own.starts or any(of is own.site.call or getattr(of, "id", "") in names for of in started)


def _kinds(names: Names, knowledge: Knowledge) -> Iterator[tuple[Scope, tuple[Work, Scope]]]:
    for cls in names.classes.all:
        run = names.classes.method(cls, "run")
        for base in names.classes.outside_bases(cls) if run else ():
            row = knowledge.find("work", knowledge.canonical(base))
            if run and row and row[1].start:
                yield cls, (row[1], run)


def _in(
    scope: Scope, names: Names, kinds: Mapping[Scope, tuple[Work, Scope]], starters: AbstractSet[str]
) -> Iterator[OwnThread]:
    for site in scope.calls:
        func = site.call.func
        for value in names.denote(func, scope):
            if isinstance(value, Cls) and value.scope in kinds:
                row, run = kinds[value.scope]
                made = names.classes.method(value.scope, "__init__")
                yield OwnThread(row, value.scope, run, site, made is not None and _starts_itself(made, row.start))
        if isinstance(func, f.Attr) and func.name in starters:
            for value in names.denote(func.of, scope):
                made_here = isinstance(value, Obj) and value.site is not None and value.site.scope is scope
                if isinstance(value, Obj) and isinstance(value.cls, Cls) and value.cls.scope in kinds and not made_here:
                    row, run = kinds[value.cls.scope]
                    if row.start == func.name and scope.owner is not value.cls.scope:
                        yield OwnThread(row, value.cls.scope, run, site, True)


def _starts_itself(init: Scope, start: str) -> bool:
    """Whether a constructor starts what it makes."""
    started = (s.call.func.of for s in init.calls if isinstance(s.call.func, f.Attr) and s.call.func.name == start)
    return any(isinstance(of, f.Name) and receiver_rooted(of, init) for of in started)
