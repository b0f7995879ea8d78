"""Work that the request path hands away: threads, timers, tasks, pools and background tasks that nothing waits for.

A call is silent when the function that makes it waits for the result: awaits, joins or gathers it, leaves the `with`
block of the pool, or gives the handle to a caller that waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.entry import NEARBY
from statelint.project.importers import imported_modules
from statelint.project.kinds import words
from statelint.project.loops import works_off
from statelint.project.own_threads import OwnThread
from statelint.project.reach import Chain, Reach
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Bound, Func, Heap, Obj, Site, qualified
from statelint.project.waits import Waits, target_of
from statelint.project.with_connection import WithConnection
from statelint.project.woken import Woken
from statelint.spans import Place, Span
from statelint.vocabulary import Work

OURS: Final = frozenset({"thread", "task", "executor", "background", "process", "timer"})
"""Ways in which work stays in this process; a broker keeps it elsewhere, a queue is an object of its own."""
ASIDE: Final = frozenset({"timer", "hook"})
"""Entries whose work no client waits for."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One place that hands work away; `made` is where its handle was made when that is another line."""

    row: Work
    how: str
    what: str
    scope: Scope
    at: Place
    made: Span | None
    callee: Span | None
    chain: Chain | None
    """None when no call from an entry is seen; something that nothing else starts either is taken to serve requests."""
    arguable: bool
    reason: str = ""
    holder: Span | None = None
    """Where the pool that holds the work is made, when it outlives the function that hands over."""
    holder_name: str = ""
    also: tuple[Span, ...] = ()
    """Further places that hand work to the same pool."""


class HandedWork:
    """All work handed away on the request path, by place."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        reach: Reach,
        knowledge: Knowledge,
        elsewhere: AbstractSet[Scope],
        threads: Sequence[OwnThread],
    ) -> None:
        """`elsewhere` are the scopes that start-up code or commands run."""
        self._imported = imported_modules(names)
        self._names = names
        self._elsewhere = elsewhere
        self._threads = threads
        self._called_at_start = {
            site.call.func.name
            for scope in elsewhere
            for site in scope.calls
            if scope.module.in_service and isinstance(site.call.func, f.Attr)
        }
        self._serves = bool(reach.scopes())
        self._calls = calls
        self._reach = reach
        self._knowledge = knowledge
        self._waits = Waits(names, calls, knowledge)
        self._with_connection = WithConnection(names, knowledge)
        self._woken = Woken(names, knowledge)
        self._beginnings = knowledge.words.get("begins", frozenset())
        self._unnoticed = knowledge.words.get("unnoticed", frozenset())
        found = {(h.scope.path, h.at): h for h in self._all()}
        self.found = tuple(_by_holder(found[key] for key in sorted(found)))

    def _all(self) -> Iterator[Handed]:
        for name, sites in sorted(self._calls.outside.items()):
            row = self._knowledge.find("work", name)
            if row is None or row[1].how not in OURS:
                continue
            for site in sites:
                chain = self._reach.chain(site.scope)
                serves = chain is not None or (
                    not site.context.in_main and self._may_serve(site.scope, frozenset(), set())
                )
                if not site.scope.module.in_service or not serves or self._reach.bars(site.context, site.scope):
                    continue
                found = self._handed(row[1], site, chain, name)
                if found:
                    yield found
        for own in self._threads:
            chain = self._reach.chain(own.site.scope)
            if own.row.how in OURS and chain is not None:
                found = self._handed(own.row, own.site, chain, own.cls.name, own)
                if found:
                    yield found

    def _may_serve(self, scope: Scope, below: AbstractSet[Scope], ruled_out: set[Scope]) -> bool:
        """Whether a function, or a caller but for those `below`, can be on the request path though no call is seen.

        `ruled_out` are callers that were looked at already, for many ways can lead to one.
        """
        started = scope in self._elsewhere or scope.in_main or scope.name == "__init__"
        started = started or (scope.owner is not None and scope.name in self._called_at_start) or self._begins(scope)
        if not self._serves or scope.kind != "function" or started:
            return False
        if scope.module.path not in self._imported and not self._reach.enters(scope.module):
            return False  # no other code loads it
        # a wrapper fits other functions too
        edges = (e for e in self._calls.into.get(scope, ()) if e.how != "decorator")
        callers = {e.caller for e in edges} - below - {scope}
        for caller in sorted(callers - ruled_out, key=lambda s: (s.path, s.qualname)):
            if self._may_serve(caller, below | {scope}, ruled_out):
                return True
            ruled_out.add(caller)
        return not callers

    def _begins(self, scope: Scope) -> bool:
        """Whether the name of the function, or of one around it, is the usual one of code that starts a service."""
        return scope.name.strip("_") in self._beginnings or (scope.parent is not None and self._begins(scope.parent))

    def _handed(
        self, row: Work, site: CallSite, chain: Chain | None, name: str, own: OwnThread | None = None
    ) -> Handed | None:
        scope, at, made = site.scope, site.call.at, None
        if any(other.scope is scope for name in row.apart for other in self._calls.sites(name)):
            return None
        if (site.awaited and not row.detached and not row.opened) or self._waits.leaves_block(site):
            return None
        handles = self._waits.handles(scope, site.call, row.opened)
        if row.start and not (own and own.starts):
            start = self._waits.started(row.start, site, handles)
            if start is None:
                return None
            if start.line != at.line:
                made = scope.span(at)
            at = start
        kept = self._waits.kept_on(scope, handles)
        if not row.detached and not kept and self._waits.waited(row, scope, site, handles):
            return None
        if row.how != "background" and self._waits.waited_by_callers(scope, site, handles):
            return None
        passing = scope.owner is not None and self._reach.makes_anew(scope.owner)
        passing = passing and self._reach.chain(scope, lasting=True) is None
        if passing and self._waits.waited_by_object(row, scope, site, handles):
            return None  # the object ends with what uses it
        given = argument(site.call, row.keyword or "", row.callable) if own is None else None
        if self._waits.is_wait(given):
            return None
        woken = self._woken.waited(row, site, given)
        if woken and (self._woken.awaits(scope, woken) or self._waits.waited_by_callers(scope, site, woken)):
            return None
        if woken and self._woken.fails(row, site, given):
            return None
        if self._names.narrowed.ruled_out(given.func if isinstance(given, f.Call) else given, scope):
            return None
        what, callee = self._callable(given, scope) if own is None else _own_run(own)
        again = chain.entry.scope.qualname if chain is not None and chain.entry.kind in ASIDE else ""
        if callee is not None and self._is_worker(given, scope, own):
            return None  # the queue that it works off holds the work, and is reported itself
        itself = what == scope.qualname and (row.how == "timer" or chain is None or self._first_set(row, site))
        if what and (itself or what == again):
            return None  # a timer that sets itself again was handed over where it was first set
        told = _only_call(given) or what or name.rpartition(".")[2]
        arguable, reason = self._worth_little(told, row.how, chain)
        if not arguable and (inner := self._does_only(given, scope)):
            arguable, reason = self._worth_little(inner, row.how, chain)
        if self._with_connection.serves(given, scope, handles):
            arguable, reason = True, "it serves a connection that is open, and ends with it"
        if self._removes(given, scope):
            arguable, reason = True, "what it removes is only left behind"
        # a handle that is kept by itself is the state; without one, or on an object that passes, the pool holds it all
        pool = self._pool(site) if row.holds and (not handles or passing) else None
        if pool is not None and passing:
            inside = self._waits.handles(pool.scope, pool.expr) if isinstance(pool.expr, f.Call) else frozenset()
            if self._waits.waited(row, pool.scope, site, inside):
                return None  # who made the pool for this work waits for it
        holder = pool.scope.span(pool.expr.at) if pool is not None else None
        func = site.call.func
        name = target_of(func.of).rpartition(".")[2] if holder is not None and isinstance(func, f.Attr) else ""
        return Handed(row, row.how, what, scope, at, made, callee, chain, arguable, reason, holder, name)

    def _is_worker(self, given: f.Expr | None, scope: Scope, own: OwnThread | None) -> bool:
        """Whether what is started takes its work from a queue."""
        made = given.func if isinstance(given, f.Call) else given
        found = [v.scope for v in self._names.denote(made, scope) if isinstance(v, Func | Bound)] if made else []
        runs = [own.run] if own is not None else found
        queues = self._knowledge.words.get("queues", frozenset())
        parts = {run: [e.callee for e in self._calls.out.get(run, ()) if e.callee.owner is run.owner] for run in runs}
        return any(works_off(run, queues, helpers if run.owner else ()) for run, helpers in parts.items())

    def _first_set(self, row: Work, again: CallSite) -> bool:
        """Whether other code hands over the function in which a call stands, and does not wait for it."""
        for name, sites in self._calls.outside.items():
            found = self._knowledge.find("work", name)
            for site in sites if found is not None and found[1].how == row.how else ():
                given = argument(site.call, row.keyword or "", row.callable)
                if site.scope is again.scope or self._callable(given, site.scope)[0] != again.scope.qualname:
                    continue
                handles = self._waits.handles(site.scope, site.call, row.opened)
                if not site.awaited and not self._waits.waited(row, site.scope, site, handles):
                    return True
        return False

    def _pool(self, site: CallSite) -> Site | None:
        """Where the pool that a method call feeds is made, unless the function itself makes it."""
        func = site.call.func
        for value in self._names.denote(func.of, site.scope) if isinstance(func, f.Attr) else ():
            made = value.site if isinstance(value, Obj | Heap) else None
            if made is not None and made.scope is not site.scope:
                return made
        return None

    # ── the handle ──

    def _callable(self, given: f.Expr | None, scope: Scope) -> tuple[str, Span | None]:
        if isinstance(given, f.Call):
            # a coroutine, or a callable with some of its arguments given
            bound = [v for a in given.args[:1] for v in self._names.denote(a, scope) if isinstance(v, Func | Bound)]
            own = any(isinstance(v, Func | Bound) for v in self._names.denote(given.func, scope))
            given = given.args[0] if bound and not own else given.func
        if given is None:
            return "", None
        for value in self._names.denote(given, scope):
            if isinstance(value, Func | Bound):
                node = value.scope.node
                place = node.name_at if isinstance(node, f.Function) and node.name != "<lambda>" else given.at
                name = value.scope.qualname if value.scope.name != "<lambda>" else "a lambda"
                return name, value.scope.span(place)
        name = given.name if isinstance(given, f.Attr) else given.id if isinstance(given, f.Name) else ""
        return name, None

    def _does_only(self, given: f.Expr | None, scope: Scope) -> str:
        """The name of the one call that a function of the project consists of."""
        if given is None or isinstance(given, f.Call):
            return ""
        nodes = [v.scope.node for v in self._names.denote(given, scope) if isinstance(v, Func | Bound)]
        bodies = [_statements(node.body) for node in nodes if isinstance(node, f.Function)]
        found = {_called(body[0]) if len(body) == 1 else "" for body in bodies}
        return found.pop() if len(found) == 1 else ""

    def _removes(self, given: f.Expr | None, scope: Scope) -> bool:
        """Whether the work is no more than the removal of a file."""
        if given is None or isinstance(given, f.Call):
            return False
        names = [qualified(value) for value in self._names.denote(given, scope)]
        last = given.name if isinstance(given, f.Attr) else ""
        return any(n and self._knowledge.find("removers", n) for n in names) or last in ("unlink", "rmtree")

    def _worth_little(self, name: str, how: str, chain: Chain | None) -> tuple[bool, str]:
        """Whether the loss of the work would go unnoticed, and why it is thought so."""
        owner, _, last = name.rpartition(".")
        known, told = self._knowledge.words, set(words(last))
        closing = known.get("closing", frozenset())
        closes = bool(told & closing) and told <= closing | self._unnoticed | known.get("closed", frozenset())
        observes = set(words(owner.rpartition(".")[2])) & known.get("observes", frozenset())
        if told & self._unnoticed or closes or observes:
            return True, "its name speaks of work whose loss goes unnoticed"
        if last in known.get("turning", frozenset()):
            return True, "it only runs what is handed to its loop, which is told where that is done"
        if chain is None and how in ASIDE:
            return True, "nothing shows that a request sets this timer"
        if chain is not None and chain.entry.near:
            return True, NEARBY
        if chain is not None and chain.entry.kind in ASIDE:
            return True, "no client waits for what started it"
        return False, ""


def _by_holder(found: Iterable[Handed]) -> Iterator[Handed]:
    """One report for each pool, the most certain of the places that feed it first."""
    pools: dict[Span, list[Handed]] = {}
    for handed in found:
        if handed.holder is None:
            yield handed
        else:
            pools.setdefault(handed.holder, []).append(handed)
    for group in pools.values():
        first, *others = sorted(group, key=lambda h: h.arguable)
        yield replace(first, also=tuple(h.scope.span(h.at) for h in others))


def _only_call(given: f.Expr | None) -> str:
    """The name of what a `lambda` does nothing but call."""
    body = given.function.body if isinstance(given, f.Lambda) else ()
    value = body[0].value if body and isinstance(body[0], f.Return) else None
    return last_name(value.func) if isinstance(value, f.Call) else ""


def _statements(body: tuple[f.Stmt, ...]) -> list[f.Stmt]:
    """The statements of a function without its docstring, those in a `try` for the `try`."""
    kept = [s for s in body if not (isinstance(s, f.Do) and isinstance(s.value, f.Const))]
    alone = kept[0] if len(kept) == 1 else None
    return _statements(alone.body) if isinstance(alone, f.Try) and not alone.final else kept


def _called(statement: f.Stmt) -> str:
    """The name of what a statement does nothing but call, awaited or not."""
    value = statement.value if isinstance(statement, f.Do | f.Return) else None
    value = value.value if isinstance(value, f.Await) else value
    return last_name(value.func) if isinstance(value, f.Call) else ""


def _own_run(own: OwnThread) -> tuple[str, Span]:
    """(name, place) of the work of a thread that is a class of the project."""
    node = own.run.node
    return own.run.qualname, own.run.span(node.name_at if isinstance(node, f.Function) else own.site.call.at)
