"""Where what a home holds ends up when code reads it: in words for a log, or in what is asked of another service.

The value is followed through local names and through functions that give it to their callers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from statelint import facts as f
from statelint.project.homes import Home
from statelint.project.mentions import Mention, Mentions, own_parts, statements
from statelint.project.reach import Reach
from statelint.project.resolution.arguments import handed_to, matched
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk

Accept = Callable[[Mention], bool]


class Ends:
    """Look-up of such ends."""

    def __init__(self, mentions: Mentions, calls: Calls, reach: Reach) -> None:
        self._mentions = mentions
        self._calls = calls
        self._reach = reach

    def all(self, home: Home, accept: Accept) -> bool:
        """Whether each statement that mentions a home, or what is made of its value, is one to accept. Those that
        change the home itself are."""
        found = self._mentions.of(home)
        todo = [m for m in found or () if not m.is_store]
        seen = set(map(_key, todo))
        while todo:
            m = todo.pop()
            if accept(m):
                continue
            further = self._further(m)
            if further is None:
                return False
            for after in further:
                if _key(after) not in seen:
                    seen.add(_key(after))
                    todo.append(after)
        return found is not None

    def _further(self, m: Mention) -> list[Mention] | None:
        """The statements that get the value from this one; None where that cannot be told."""
        s = m.statement
        if isinstance(s, f.Return):
            return self._callers(m.scope)
        if isinstance(s, f.Bind) and all(_is_local(t, m.scope) for t in s.targets):
            names = {last_name(t) for t in s.targets}
            return list(_naming(names, m.scope, s))
        return self._passed(m, s.value) if isinstance(s, f.Do) and isinstance(s.value, f.Call) else None

    def _passed(self, m: Mention, call: f.Call) -> list[Mention] | None:
        """What functions of the project do with the arguments of a call whose result nobody takes."""
        edges = [e for e in self._calls.out.get(m.scope, ()) if e.site is not None and e.site.call is call]
        if not edges or not all(any(e is arg for arg in handed_to(call)) for e in m.names):
            return None
        found: list[Mention] = []
        for callee in (e.callee for e in edges):
            if not isinstance(callee.node, f.Function):
                return None
            given = matched(call, callee.node, first_parameter(callee) is not None)
            names = {name for name, arg in given.items() if any(arg is e for e in m.names)}
            if len(names) < len(m.names):
                return None
            found += _naming(names, callee)
        return found

    def _callers(self, function: Scope) -> list[Mention] | None:
        edges = self._calls.into.get(function, ())
        if self._reach.is_entry(function) or not edges:
            return None
        found = []
        for edge in edges:
            call = edge.site.call if edge.site is not None and edge.how == "call" else None
            body = edge.caller.node.body if isinstance(edge.caller.node, f.Function) else ()
            around = next((s for s in statements(body) if call is not None and _holds(s, call)), None)
            if call is None or around is None:
                return None
            found.append(Mention(edge.caller, around, (call,)))
        return found


def only_says(m: Mention, says: Collection[str], is_time: Callable[[f.Expr | None, Scope], bool]) -> bool:
    """Whether a statement, or all that a test decides about, does no more than say something to a log, and remember in
    what the test asks for, so as not to say it too often.

    A test that leaves the function decides about all that follows there.
    """
    s = m.statement
    if not isinstance(s, f.If):
        return says_it(s, says)
    asked = {last_name(e) for e in walk(s.test) if isinstance(e, f.Attr | f.Name)} - {""}
    inner = [i for block in (s.then, s.other) for i in statements(block)]
    if any(isinstance(i, f.Return) or (isinstance(i, f.Jump) and i.kind != "pass") for i in inner):
        inner = list(statements(m.scope.node.body)) if isinstance(m.scope.node, f.Function) else []
    return bool(inner) and all(
        _is_idle(i, m.scope, says) or (_sets(i, asked) and is_time(getattr(i, "value", None), m.scope)) for i in inner
    )


def _sets(s: f.Stmt, asked: Collection[str]) -> bool:
    """Whether a statement gives what a test asks for another value."""
    return isinstance(s, f.Bind) and all(last_name(t) in asked for t in s.targets)


def _is_idle(s: f.Stmt, scope: Scope, says: Collection[str]) -> bool:
    """Whether a statement by itself, without its blocks, changes nothing that outlives the function."""
    if isinstance(s, f.Bind):
        calls = any(isinstance(e, f.Call) for e in walk(s.value)) if s.value is not None else False
        return not calls and all(_is_local(t, scope) for t in s.targets)
    if isinstance(s, f.Return):
        return s.value is None or (isinstance(s.value, f.Const) and s.value.kind == "none")
    if isinstance(s, f.Do) and isinstance(s.value, f.Const):
        return True  # what documents the function
    return isinstance(s, f.If | f.With | f.Try | f.Jump | f.Import | f.Scope) or says_it(s, says)


def says_it(s: f.Stmt, says: Collection[str]) -> bool:
    """Whether a statement says something to a log."""
    return isinstance(s, f.Do) and isinstance(s.value, f.Call) and last_name(s.value.func) in says


def handed_over(m: Mention) -> Iterator[f.Call | None]:
    """For each expression of a mention the innermost call that gets it as an argument, or None."""
    calls = [e for part in own_parts(m.statement) if part is not None for e in walk(part) if isinstance(e, f.Call)]
    for name in m.names:
        getting = [c for c in calls if any(e is name for arg in handed_to(c) for e in walk(arg))]
        yield getting[-1] if getting else None


def _is_local(e: f.Expr, scope: Scope) -> bool:
    return isinstance(e, f.Name) and e.id not in scope.outer


def _naming(names: Collection[str], scope: Scope, but: f.Stmt | None = None) -> Iterator[Mention]:
    body = scope.node.body if isinstance(scope.node, f.Function) else ()
    for s in statements(body):
        found = [e for part in own_parts(s) if part is not None for e in walk(part)]
        named = tuple(e for e in found if isinstance(e, f.Name) and e.id in names)
        if named and s is not but:
            yield Mention(scope, s, named)


def _key(m: Mention) -> tuple[int, ...]:
    return (id(m.statement), *map(id, m.names))


def _holds(s: f.Stmt, call: f.Call) -> bool:
    return any(e is call for part in own_parts(s) if part is not None for e in walk(part))
