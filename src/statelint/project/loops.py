"""Timers of one's own: endless loops that sleep, and timers that set themselves again, which start-up code starts.

Every replica runs them. That is definite where what they do doubles, told by the names of what they reach, such as
reminders that are sent; a clean-up that does no harm twice is arguable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.arrivals import PAUSES
from statelint.project.kinds import words
from statelint.project.own_threads import OwnThread, started_here
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, receiver_rooted, start_of
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Bound, Cls, Func, Values, union
from statelint.project.walking import walk
from statelint.spans import Place, Span

STARTERS: Final = frozenset({"thread", "task", "executor", "timer"})
DEPTH: Final = 5


@dataclass(frozen=True, slots=True)
class Repeated:
    """Work that every replica repeats; `telling` is the function whose name says that its effect doubles."""

    how: str
    name: str
    scope: Scope
    at: Place
    loop: Span
    telling: str
    where: Span | None


class Loops:
    """All such timers, by place. `started` are the scopes that imports and start-up hooks run."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        knowledge: Knowledge,
        started: AbstractSet[Scope],
        serves: bool,
        threads: Sequence[OwnThread],
    ) -> None:
        self._serves = serves
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._threads = threads
        self._started = started
        self._doubles = knowledge.words.get("doubles", frozenset())
        self._receives = knowledge.words.get("receives", frozenset())
        self._queues = knowledge.words.get("queues", frozenset())
        found = {(r.scope.path, r.at): r for r in sorted(self._all(), key=lambda r: bool(r.telling))}
        self.found = tuple(found[key] for key in sorted(found))

    def _all(self) -> Iterator[Repeated]:
        for name, sites in sorted(self._calls.outside.items()):
            row = self._knowledge.find("work", name)
            if row is None or row[1].how not in STARTERS:
                continue
            for site in sites:
                if site.scope in self._started and site.scope.module.in_service and self._served(site):
                    given = argument(site.call, row[1].keyword or "", row[1].callable)
                    yield from self._repeated(row[1].how, given, site, name)
        for own in self._threads:
            if (
                own.row.how in STARTERS
                and own.site.scope in self._started
                and self._served(own.site)
                and started_here(own)
            ):
                yield from self._told(own.row.how, own.run, own.site, "", own.cls)

    def _served(self, site: CallSite) -> bool:
        """Whether a service is what the code starts: a guarded main program can be one only where something arrives."""
        return self._serves or not site.context.in_main

    def _repeated(self, how: str, given: f.Expr | None, site: CallSite, maker: str) -> Iterator[Repeated]:
        for value in self._behind(given, site.scope) if given is not None else ():
            if isinstance(value, Func | Bound) and value.scope is not site.scope:
                yield from self._told(how, value.scope, site, maker)

    def _behind(self, e: f.Expr, scope: Scope, depth: int = 0) -> Values:
        """What runs when this is run: a function, or what made a coroutine, also where that is handed on or kept."""
        if isinstance(e, f.Call):
            return union(self._names.denote(e.func, scope), *self._run_for(e, scope, depth))
        found = self._names.denote(e, scope)
        if any(isinstance(v, Func | Bound) for v in found) or depth > DEPTH:
            return found
        given, exprs = self._names.given(), []
        if isinstance(e, f.Name) and given:
            exprs = given.arguments.get((scope, e.id), [])
        elif isinstance(e, f.Attr) and scope.owner is not None and receiver_rooted(e, scope):
            kept = self._names.classes.assigned(scope.owner, e.name)
            exprs = [(a.value, a.store.scope) for a in kept if a.value is not None]
        return union(*(self._behind(inner, where, depth + 1) for inner, where in exprs))

    def _run_for(self, call: f.Call, scope: Scope, depth: int) -> Iterator[Values]:
        """What a function is given to run, as one that restarts a task which has failed is."""
        for value in self._names.denote(call.func, scope) if depth <= DEPTH else ():
            node = value.scope.node if isinstance(value, Func | Bound) else None
            if isinstance(node, f.Function) and isinstance(value, Func | Bound):
                called = {last_name(site.call.func) for site in value.scope.calls if isinstance(site.call.func, f.Name)}
                params = [p.name for p in node.params][isinstance(value, Bound) :]
                given = [*zip(params, call.args, strict=False), *call.keywords]
                yield from (self._behind(arg, scope, depth + 1) for name, arg in given if name in called)

    def _told(self, how: str, work: Scope, site: CallSite, maker: str, cls: Scope | None = None) -> Iterator[Repeated]:
        """`cls` is the class of the project of which a call makes an object that runs in a thread."""
        loop = self._loop(work, maker)
        if loop is not None:
            others = self._handed_along(site)
            makes = cls is not None and any(v == Cls(cls) for v in self._names.denote(site.call.func, site.scope))
            kin = frozenset(v.scope for v in self._names.classes.lineage(cls) if isinstance(v, Cls)) if cls else None
            for init in (one for c in kin or () for one in c.children if makes and one.name == "__init__"):
                above = (s for s in init.calls if last_name(s.call.func) == "__init__")
                others += [function for s in above for function in self._handed_along(s)]
            telling, where = self._effect(work, others, kin if makes else None)
            yield Repeated(how, work.qualname, site.scope, site.call.at, loop, telling, where)

    def _handed_along(self, site: CallSite) -> list[Scope]:
        """The functions among the arguments: `Thread(target=run_every, args=(send_digest, 60))`."""
        given = [*site.call.args, *(value for _, value in site.call.keywords)]
        flat = [item for e in given for item in (e.items if isinstance(e, f.Group) else (e,))]
        return [v.scope for e in flat for v in self._names.denote(e, site.scope) if isinstance(v, Func | Bound)]

    def _loop(self, scope: Scope, maker: str) -> Span | None:
        """The loop that pauses, or the call that sets the timer again; one that takes messages is no timer."""
        node = scope.node
        for fact in walk(node.body) if isinstance(node, f.Function) else ():
            pauses = isinstance(fact, f.Loop) and any(_called(inner) in PAUSES for inner in walk(fact.body))
            if pauses and fact.kind == "while" and not self._takes(fact, scope):
                return scope.span(fact.at)
        again = {scope, *(e.callee for e in self._calls.out.get(scope, ()) if e.how == "call")}
        for site in self._calls.outside.get(maker, ()):
            if site.scope in again and (maker.endswith("Timer") or self._sets_again(scope, site, maker)):
                return site.scope.span(site.call.at)
        return None

    def _sets_again(self, scope: Scope, site: CallSite, maker: str) -> bool:
        """Whether a function that pauses hands itself over again."""
        row = self._knowledge.find("work", maker)
        given = argument(site.call, row[1].keyword or "", row[1].callable) if row else None
        if given is None or not any(last_name(inner.call.func) in PAUSES for inner in scope.calls):
            return False
        return any(isinstance(v, Func | Bound) and v.scope is scope for v in self._behind(given, site.scope))

    def _takes(self, loop: f.Loop, scope: Scope) -> bool:
        """Whether the loop, or a function that it calls, takes messages that are handed out once."""
        inside = {id(fact) for fact in walk(loop.body) if isinstance(fact, f.Call)}
        called = [e.callee for e in self._calls.out.get(scope, ()) if e.site is not None and id(e.site.call) in inside]
        bodies = [loop.body, *(c.node.body for c in called if isinstance(c.node, f.Function))]
        return any(
            _called(fact) in self._receives or takes_next(fact, self._queues) for body in bodies for fact in walk(body)
        )

    def _is_of_another(self, edge: Edge, own: AbstractSet[Scope]) -> bool:
        """Whether a method of these classes calls what its object was given, which is another function for each one."""
        func = edge.site.call.func if edge.site is not None else None
        if edge.caller.owner not in own or any(c in own for c in _around(edge.callee)):
            return False
        if (
            not isinstance(func, f.Attr)
            or receiver_rooted(func, edge.caller) != "self"
            or func.of is not start_of(func)
        ):
            return _is_given(func, edge.caller)
        kept = [a for cls in own for a in self._names.classes.assigned(cls, func.name)]
        made = [a for a in kept if a.store.scope.name == "__init__"]
        return bool(made) and made == kept and any(_is_given(a.value, a.store.scope) for a in made)

    def _decorated(self, scope: Scope | None) -> list[Scope]:
        """The functions that a decorator made this one for: `@every(seconds=60)`."""
        found: list[Scope] = []
        while scope is not None and scope.kind == "function":
            found += [e.caller for e in self._calls.into.get(scope, ()) if e.how == "decorator"]
            scope = scope.parent
        return found

    def _effect(
        self, scope: Scope, others: list[Scope], own: AbstractSet[Scope] | None = None
    ) -> tuple[str, Span | None]:
        """The nearest function reached, also through one handed along, whose name tells of an effect that doubles.

        With `own`, the classes of an object that is made here: what its methods call as they were given it is what was
        given to this one.
        """
        level = [scope, *others, *self._decorated(scope)]
        seen = set(level)
        for _ in range(DEPTH):
            for current in level:
                if set(words(current.name)) & self._doubles and isinstance(current.node, f.Function):
                    return current.qualname, current.span(current.node.name_at)
            edges = (e for current in level for e in self._calls.out.get(current, ()) if e.callee not in seen)
            after = [e.callee for e in edges if own is None or not self._is_of_another(e, own)]
            seen.update(after)
            level = after
        return "", None


def _around(scope: Scope) -> Iterator[Scope]:
    """The scopes around one, the nearest first."""
    while scope.parent is not None:
        scope = scope.parent
        yield scope


def _is_given(e: f.Expr | None, scope: Scope) -> bool:
    """Whether an expression is a parameter of a function, or one of those that it goes through."""
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
    return any(b.kind == "param" or (b.kind == "iterate" and _is_given(b.value, scope)) for b in bindings)


def _called(fact: object) -> str:
    """The last name of what a call calls."""
    return last_name(fact.func) if isinstance(fact, f.Call) else ""


def works_off(function: Scope, queues: AbstractSet[str], helpers: Iterable[Scope]) -> bool:
    """Whether a loop of a function takes the items of a queue, be it by other methods of the object, its `helpers`."""
    loops = [fact for fact in walk(_body(function)) if isinstance(fact, f.Loop)]
    inside = [inner for loop in loops for inner in walk(loop.body)]
    called = {_called(inner) for inner in inside}
    inside += [inner for helper in helpers if helper.name in called for inner in walk(_body(helper))]
    return any(takes_next(inner, queues) or _takes_out(inner) for inner in inside)


def _body(function: Scope) -> tuple[f.Stmt, ...]:
    return function.node.body if isinstance(function.node, f.Function) else ()


def _takes_out(fact: object) -> bool:
    """`self.waiting.popleft()`, of what an object keeps."""
    of = fact.func.of if isinstance(fact, f.Call) and isinstance(fact.func, f.Attr) else None
    return isinstance(of, f.Attr) and _called(fact) == "popleft"


def takes_next(fact: object, queues: AbstractSet[str]) -> bool:
    """`queue.get()`, with nothing but how long to wait: no look-up by a key."""
    if _called(fact) != "get" or not isinstance(fact, f.Call) or not isinstance(fact.func, f.Attr) or fact.args:
        return False
    named = queues & set(words(last_name(fact.func.of)))
    options = {name for name, _ in fact.keywords}
    return options <= {"block", "timeout"} and bool(options or named)
