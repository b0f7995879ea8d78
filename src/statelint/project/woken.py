"""Timers that do no work: all that they do is to complete, to fail or to cancel what somebody waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, start_of
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Bound, Cls, Func, Obj
from statelint.project.walking import parts_of, walk
from statelint.vocabulary import Work

CANCELS: Final = "cancel"
"""Unlike the words for `settles`, a method that many objects have which nobody awaits."""
ASKS: Final = frozenset({"done", "cancelled", "called"})
"""Methods that ask a future whether it is complete already."""
DEPTH: Final = 3

Settled = dict[str, set[str]]
"""The methods by which futures are completed, by the name of the future."""


class Woken:
    """Look-up of the futures that handed-over functions complete."""

    def __init__(self, names: Names, knowledge: Knowledge) -> None:
        self._names = names
        self._settles = knowledge.words.get("settles", frozenset()) | {CANCELS}
        self._fails = knowledge.words.get("fails", frozenset())
        self._says = knowledge.words.get("says", frozenset())

    def waited(self, row: Work, site: CallSite, given: f.Expr | None) -> frozenset[str]:
        """The local futures that the work handed over does no more than complete; empty where it does anything else."""
        settled = self._by(row, site, given)
        cancelled = [name for name, how in settled.items() if CANCELS in how]
        known = (v for n in cancelled for v in self._names.lookup(n, site.scope))
        if any(isinstance(v, Obj) and isinstance(v.cls, Cls) for v in known):
            return frozenset()  # what the project itself means by `cancel` is not known
        return frozenset(settled)

    def awaits(self, scope: Scope, futures: frozenset[str]) -> bool:
        """Whether a function itself waits for one of these."""
        node = scope.node
        body = node.body if isinstance(node, f.Function) else ()
        decorated = isinstance(node, f.Function) and bool(node.decorators)
        for part in _own(body):
            waits = isinstance(part, f.Await) or (isinstance(part, f.Yield) and (part.delegate or decorated))
            if waits and any(isinstance(n, f.Name) and n.id in futures for n in walk(part.value)):
                return True
        return False

    def _by(self, row: Work, site: CallSite, given: f.Expr | None) -> Settled:
        scope = site.scope
        if given is None or scope.kind != "function":
            return {}
        if isinstance(given, f.Attr):
            if isinstance(given.of, f.Name) and given.name in self._settles:
                return {given.of.id: {given.name}}
            return {}
        further = site.call.args[row.callable + 1 :] if row.callable is not None else ()
        if isinstance(given, f.Call):
            given, further = (given.args[0], given.args[1:]) if given.args else (given, ())
        found: Settled = {}
        for value in self._names.denote(given, scope):
            if not isinstance(value, Func | Bound) or not self._settled(value.scope, scope, further, found, 0):
                return {}
        return found

    def _settled(self, inner: Scope, scope: Scope, given: tuple[f.Expr, ...], found: Settled, depth: int) -> bool:
        """Whether a function only completes futures, which are noted by their names in the one that calls it."""
        node = inner.node
        if not isinstance(node, f.Function) or depth > DEPTH or node.decorators or node.is_async:
            return False
        if not all(isinstance(s.value, f.Const) and self._is_flag(s.target, inner) for s in inner.stores):
            return False
        names = self._names_of(inner, scope, given)
        entered = {id(value) for value, _, _ in inner.withs}
        told: set[int] = set()
        done = False
        for call in (s.call for s in inner.calls):
            of = call.func.of if isinstance(call.func, f.Attr) else None
            future = names.get(of.id, "") if isinstance(of, f.Name) else ""
            if future and last_name(call.func) in self._settles:
                found.setdefault(future, set()).add(last_name(call.func))
                told |= {id(n) for a in call.args for n in walk(a) if isinstance(n, f.Call) and _makes(n)}
                done = True
            elif last_name(call.func) in self._says or (future and last_name(call.func) in ASKS):
                continue
            elif id(call) not in told and not (id(call) in entered and _makes(call)):
                helpers = [v.scope for v in self._names.denote(call.func, inner) if isinstance(v, Func | Bound)]
                below: Settled = {}
                if not helpers or not all(self._settled(h, inner, call.args, below, depth + 1) for h in helpers):
                    return False
                for name, how in below.items():
                    if name not in names:
                        return False
                    found.setdefault(names[name], set()).update(how)
                done = True
        return done

    @staticmethod
    def _names_of(inner: Scope, scope: Scope, given: tuple[f.Expr, ...]) -> Mapping[str, str]:
        """What the names of a function mean to the one that calls it: its parameters, and what both see."""
        node = inner.node
        params = node.params[first_parameter(inner) is not None :] if isinstance(node, f.Function) else ()
        names = {p.name: a.id for p, a in zip(params, given, strict=False) if isinstance(a, f.Name)}
        if inner.parent is scope:
            names |= {name: name for name in scope.bindings if name not in inner.bindings}
        return names

    @staticmethod
    def _is_flag(target: f.Expr, inner: Scope) -> bool:
        """Whether a store only notes something for the function around: `timed_out[0] = True`, or a `nonlocal`."""
        start = start_of(target)
        if not isinstance(start, f.Name) or isinstance(target, f.Attr):
            return False
        around = inner.parent
        return around is not None and around.kind == "function" and start.id in around.bindings

    def fails(self, row: Work, site: CallSite, given: f.Expr | None) -> bool:
        """Whether the work is no more than a time limit: it tells those who wait that something has failed."""
        settled = self._by(row, site, given)
        return bool(settled) and all(how <= self._fails for how in settled.values())


def _makes(call: f.Call) -> bool:
    """Whether a call makes an object of a class, by its name: an exception, a context."""
    return last_name(call.func)[:1].isupper()


def _own(node: Any) -> Iterator[Any]:
    """The facts inside others, without those of functions inside."""
    for part in node if isinstance(node, tuple) else parts_of(node):
        if not isinstance(part, f.Function | f.Class | f.Lambda):
            yield part
            yield from _own(part)
