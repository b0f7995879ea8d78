"""The flow-sensitive walk over a function's statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.project.flow.events import Activation, Mark
from statelint.project.flow.narrowing import Narrowing
from statelint.project.flow.sources import element
from statelint.project.flow.values import NONE, Handle, Many, Value, join, locs, tells
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.values import Cls, Func, Obj

if TYPE_CHECKING:
    from statelint.project.flow.run import Run

Env = dict[str, Value]


class Walker:
    """Statements of all functions. Each method says whether control goes on behind the statement."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.narrowing = Narrowing(run)

    def block(self, act: Activation, body: tuple[f.Stmt, ...]) -> bool:
        for number, statement in enumerate(body):
            act.marks.append(Mark("at", body, "", number))
            try:
                on = self.statement(act, statement)
            finally:
                act.marks.pop()
            if not on:
                return False
        return True

    def statement(self, act: Activation, s: f.Stmt) -> bool:
        evaluator = self._run.evaluator
        if isinstance(s, f.Bind):
            self._bind(act, s)
        elif isinstance(s, f.Do):
            evaluator.carry_out(act, s.value)
        elif isinstance(s, f.Return):
            if s.value is not None:
                act.result |= evaluator.value(act, s.value)
            return False
        elif isinstance(s, f.Raise):
            if s.value is not None:
                evaluator.carry_out(act, s.value)
            return False
        elif isinstance(s, f.Jump):
            return s.kind == "pass"
        elif isinstance(s, f.If):
            return self._if(act, s)
        elif isinstance(s, f.Loop):
            return self._loop(act, s)
        elif isinstance(s, f.With):
            return self._with(act, s)
        elif isinstance(s, f.Try):
            return self._try(act, s)
        elif isinstance(s, f.Match):
            return self._match(act, s)
        elif isinstance(s, f.Delete):
            for target in s.targets:
                if isinstance(target, f.Name):
                    act.env.pop(target.id, None)
        elif isinstance(s, f.Function):
            self._function(act, s)
        return True

    def _bind(self, act: Activation, s: f.Bind) -> None:
        if s.value is None:
            return
        value = self._run.evaluator.value(act, s.value)
        for target in s.targets:
            if s.op == "=":
                self._run.evaluator.bind(act, target, value)
            elif isinstance(target, f.Name):
                act.env[target.id] = self._run.evaluator.value(act, target) | value
            else:
                self._run.evaluator.bind(act, target, value)

    def _function(self, act: Activation, s: f.Function) -> None:
        """A decorator that registers the inner function for later runs it here, marked so."""
        for decorator in s.decorators:
            for name in self._run.evaluator.qualified_names(decorator, act.scope):
                if self._run.library.passes(name) == "call-later":
                    inner = act.scope.by_node.get(id(s))
                    if inner is not None and act.scope.kind == "function":
                        act.marks.append(Mark("later", None))
                        try:
                            self._run.function(inner, {}, s.at, force=True)
                        finally:
                            act.marks.pop()

    # ── branches ──

    def _if(self, act: Activation, s: f.If) -> bool:
        self._run.evaluator.carry_out(act, s.test)
        before = dict(act.env)
        possible = self.narrowing.possible
        then = possible(act, s.test, True) and self._branch(act, s.then, Mark("if", s, "then"))
        after_then = act.env
        act.env = dict(before)
        other = possible(act, s.test, False) and self._branch(act, s.other, Mark("if", s, "other"))
        return self._merge(act, [(after_then, then), (act.env, other)])

    def _branch(self, act: Activation, body: tuple[f.Stmt, ...], mark: Mark) -> bool:
        act.marks.append(mark)
        try:
            return self.block(act, body)
        finally:
            act.marks.pop()

    @staticmethod
    def _merge(act: Activation, ends: list[tuple[Env, bool]]) -> bool:
        """Join the variables of the branches that go on; when none does, nothing behind runs."""
        live = [env for env, on in ends if on]
        if not live:
            act.env = join_env([env for env, _ in ends])
            return False
        act.env = join_env(live)
        return True

    def _loop(self, act: Activation, s: f.Loop) -> bool:
        before = dict(act.env)
        for _ in range(2):
            source = self._run.evaluator.value(act, s.source)
            if s.target is not None:
                self._run.evaluator.bind(act, s.target, element(source, True, self._run.sources))
            start = dict(act.env)
            self._branch(act, s.body, Mark("loop", s))
            act.env = join_env([before, act.env])
            if not any(_grown(value, start.get(name, NONE)) for name, value in act.env.items()):
                break
        self.block(act, s.other)
        return not (s.kind == "while" and _forever(s))

    def _with(self, act: Activation, s: f.With) -> bool:
        exits = []
        for e, target in s.items:
            value = self.entered(act, self._run.evaluator.value(act, e), e)
            if target is not None:
                self._run.evaluator.bind(act, target, value)
            exits.append((e, value))
        on = self._branch(act, s.body, Mark("with", s))
        for e, value in exits:
            for known in self._run.names.denote(e, act.scope):
                if isinstance(known, Obj) and isinstance(known.cls, Cls):
                    for name in ("__exit__", "__aexit__"):
                        method = self._run.names.classes.method(known.cls.scope, name)
                        if method:
                            act.marks.append(Mark("later", None))
                            receiver = first_parameter(method)
                            given: dict[str, Value] = {receiver[0]: frozenset(locs(value))} if receiver else {}
                            self._run.function(method, given, e.at, force=True)
                            act.marks.pop()
        return on

    def entered(self, act: Activation, value: Value, e: f.Expr | None) -> Value:
        """What `with value as …` binds."""
        found: list[Value] = []
        for atom in value:
            if isinstance(atom, Handle) and atom.mode == "folder":
                found.append(frozenset(atom.locs))
            elif isinstance(atom, Many) and e is not None and self._made_by_context(act, e):
                found.append(atom.inner)
            else:
                found.append(frozenset({atom}))
        for known in self._run.names.denote(e, act.scope) if e is not None else ():
            if isinstance(known, Obj) and isinstance(known.cls, Cls):
                for name in ("__enter__", "__aenter__"):
                    method = self._run.names.classes.method(known.cls.scope, name)
                    if method and e is not None:
                        found.append(self._run.function(method, {}, e.at, force=True))
        return join(found)

    def _made_by_context(self, act: Activation, e: f.Expr) -> bool:
        call = e.value if isinstance(e, f.Await) else e
        return isinstance(call, f.Call) and any(
            (isinstance(v, Func) and self._run.is_context(v.scope)) or hasattr(v, "receiver")
            for v in self._run.names.denote(call.func, act.scope)
        )

    def _try(self, act: Activation, s: f.Try) -> bool:
        before = dict(act.env)
        body = self._branch(act, s.body, Mark("try", s, "body"))
        if body:
            body = self._branch(act, s.other, Mark("try", s, "other"))
        ends: list[tuple[Env, bool]] = [(act.env, body)]
        during = join_env([before, act.env])
        for handler in s.handlers:
            act.env = dict(during)
            ends.append((act.env, self._branch(act, handler.body, Mark("try", s, "handler"))))
            ends[-1] = (act.env, ends[-1][1])
        on = self._merge(act, ends)
        if s.final:
            on = self._branch(act, s.final, Mark("try", s, "final")) and on
        return on

    def _match(self, act: Activation, s: f.Match) -> bool:
        subject = self._run.evaluator.value(act, s.subject)
        before = dict(act.env)
        ends: list[tuple[Env, bool]] = [(before, True)]
        for case in s.cases:
            act.env = dict(before)
            for name in case.names:
                act.env[name.id] = subject
            if case.guard is not None:
                self._run.evaluator.carry_out(act, case.guard)
            on = self.block(act, case.body)
            ends.append((act.env, on))
        return self._merge(act, ends)


def join_env(envs: list[Env]) -> Env:
    """Variables of several ways, joined."""
    if len(envs) == 1:
        return envs[0]
    joined = dict(envs[0])
    for env in envs[1:]:
        for name, value in env.items():
            known = joined.get(name)
            if known is not value:  # which is so for most, since few branches bind much
                joined[name] = value if known is None else known | value
    return joined


def _grown(value: Value, before: Value) -> bool:
    """Whether a variable holds something else than before that counts."""
    return value is not before and value != before and tells(value)


def _forever(s: f.Loop) -> bool:
    """`while True` without a break."""
    return isinstance(s.source, f.Const) and bool(s.source.value) and not _breaks(s.body)


def _breaks(body: tuple[f.Stmt, ...]) -> bool:
    for s in body:
        if isinstance(s, f.Jump) and s.kind == "break":
            return True
        if isinstance(s, f.If) and (_breaks(s.then) or _breaks(s.other)):
            return True
        if isinstance(s, f.With) and _breaks(s.body):
            return True
        if isinstance(s, f.Try) and any(_breaks(b) for b in (s.body, s.other, s.final, *(h.body for h in s.handlers))):
            return True
        if isinstance(s, f.Match) and any(_breaks(c.body) for c in s.cases):
            return True
    return False


__all__ = ["NONE", "Walker", "join_env"]
