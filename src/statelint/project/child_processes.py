"""What runs only in processes of their own, be it that requests start them for one job: nothing here sees the memory
of those."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from statelint.knowledge import Knowledge
from statelint.project.arrivals import Arrivals
from statelint.project.entries import Entries
from statelint.project.reach import Reach
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope

NONE: AbstractSet[Scope] = frozenset()


def only_in_children(
    calls: Calls,
    entries: Entries,
    reach: Reach,
    arrivals: Arrivals,
    knowledge: Knowledge,
    runs: AbstractSet[Scope] = NONE,
) -> frozenset[Scope]:
    """The functions on the request path to which all ways lead through a call that makes a process, or one of the
    methods `runs` of classes of processes."""
    names = knowledge.words.get("child-processes", frozenset())
    making = {id(site.call) for name in names for site in calls.sites(name)}
    if not making and not runs:
        return frozenset()
    threads = frozenset(e.scope for e in entries.all if e.kind == "thread")
    here = {e.scope for e in entries.all if reach.is_entry(e.scope)} - runs
    todo = list(here)
    while todo:
        scope = todo.pop()
        edges = [
            e
            for e in (*calls.out.get(scope, ()), *arrivals.threads_made(scope, threads - runs))
            if not (e.how == "passed" and e.site is not None and id(e.site.call) in making)
        ]
        for callee in (*(e.callee for e in edges), *scope.children):
            if callee not in here and callee.kind == "function" and reach.runs(callee):
                here.add(callee)
                todo.append(callee)
    return reach.scopes() - here


def of_own_processes(
    names: Names, calls: Calls, entries: Entries, reach: Reach, arrivals: Arrivals, knowledge: Knowledge
) -> frozenset[Scope]:
    """The functions that only run in such a process, also where it is an object of a class that goes on for long."""
    made = knowledge.words.get("child-processes", frozenset())
    runs = {
        e.scope
        for e in entries.all
        if e.kind == "thread" and e.scope.owner is not None
        for base in names.classes.outside_bases(e.scope.owner)
        if knowledge.canonical(base) in made
    }
    return only_in_children(calls, entries, reach, arrivals, knowledge, runs) if runs else frozenset()
