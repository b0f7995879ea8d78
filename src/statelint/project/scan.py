"""The one walk over a module's facts that fills its scopes.

A lambda is a scope of its own; a comprehension binds in the scope around it. The walk notes under which tests,
loops, locks and handlers each event stands, since the verdicts depend on them.
"""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.modules import Module
from statelint.project.scopes import Binding, CallSite, Context, Scope, Store
from statelint.spans import Place


def scan(module: Module) -> Scope:
    """The module's scope with all scopes inside it."""
    top = Scope("module", module.name, module, None, None, "")
    _Walk(top).block(module.facts.body, Context())
    return top


def _is_name_main(test: f.Expr) -> bool:
    return isinstance(test, f.Op) and any(isinstance(o, f.Name) and o.id == "__name__" for o in test.operands)


def _is_type_checking(test: f.Expr) -> bool:
    return getattr(test, "id", None) == "TYPE_CHECKING" or getattr(test, "name", None) == "TYPE_CHECKING"


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    """Whether a block always leaves the enclosing block, so that what follows runs only when it was not taken."""
    return bool(body) and (
        isinstance(body[-1], f.Return | f.Raise) or (isinstance(body[-1], f.Jump) and body[-1].kind != "pass")
    )


def _end(body: tuple[f.Stmt, ...]) -> tuple[int, int]:
    """Where the last statement of a block ends, with what is nested in it."""
    last = body[-1]
    inner = [getattr(last, part, ()) for part in ("then", "other", "body", "final")]
    inner += [part.body for part in (*getattr(last, "handlers", ()), *getattr(last, "cases", ()))]
    return max([(last.at.end_line, last.at.end_column), *(_end(part) for part in inner if part)])


LACKS: Final = frozenset({"KeyError", "AttributeError", "LookupError", "IndexError", "NameError", "UnboundLocalError"})


class _Walk:
    """Fills one scope. Methods take the context in which they run."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def bind(
        self, name: str, kind: str, at: Place, context: Context, value: f.Expr | None = None,
        annotation: f.Expr | None = None, node: object = None, position: int | None = None,
    ) -> None:  # fmt: skip
        entry = Binding(name, kind, value, annotation, node, at, self.scope, context, position)
        self.scope.bindings.setdefault(name, []).append(entry)

    # ── statements ──

    def block(self, body: tuple[f.Stmt, ...], context: Context) -> None:
        if body and not context.sure:
            context = context._replace(until=_end(body))
        for statement in body:
            getattr(self, "on_" + type(statement).__name__.lower())(statement, context)
            if isinstance(statement, f.If) and not statement.other and _leaves(statement.then):
                context = context._replace(tests=(*context.tests, (statement.test, False)))

    def on_bind(self, s: f.Bind, c: Context) -> None:
        if s.value is not None:
            self.expr(s.value, c, s.at)
        for target in s.targets:
            self.target(target, "assign" if s.op == "=" else "augment", s, c)

    def target(self, target: f.Expr, kind: str, s: f.Bind, c: Context, position: int | None = None) -> None:
        if isinstance(target, f.Name):
            value = s.value
            if s.value is None:
                kind = "annotate"
            self.bind(target.id, kind, target.at, c, value, s.annotation, s, position)
            if kind == "augment" or target.id in self.scope.outer:
                self.scope.stores.append(Store(target, s.op, s.value, self.scope, c, s.at))
        elif isinstance(target, f.Group):
            for at, item in enumerate(target.items):
                self.target(item, kind, s, c, at)
        elif isinstance(target, f.Star):
            self.target(target.value, kind, s, c, position)
        else:
            self.expr(target, c, s.at, stored=True)
            if s.value is not None:
                self.scope.stores.append(Store(target, s.op, s.value, self.scope, c, s.at))

    def bound(
        self, target: f.Expr, kind: str, value: f.Expr, c: Context, at: Place, position: int | None = None
    ) -> None:
        """Targets of loops, with-items and comprehensions."""
        if isinstance(target, f.Name):
            self.bind(target.id, kind, target.at, c, value, position=position)
            if target.id in self.scope.outer:
                self.scope.stores.append(Store(target, "=", value, self.scope, c, at))
        elif isinstance(target, f.Group):
            for number, item in enumerate(target.items):
                self.bound(item, kind, value, c, at, number)
        elif isinstance(target, f.Star):
            self.bound(target.value, kind, value, c, at, position)
        else:
            self.expr(target, c, at, stored=True)
            self.scope.stores.append(Store(target, "=", value, self.scope, c, at))

    def on_delete(self, s: f.Delete, c: Context) -> None:
        for target in s.targets:
            for item in target.items if isinstance(target, f.Group) else (target,):
                if not isinstance(item, f.Name) or item.id in self.scope.outer:
                    self.expr(item, c, s.at, stored=True)
                    self.scope.stores.append(Store(item, "del", None, self.scope, c, s.at))

    def on_do(self, s: f.Do, c: Context) -> None:
        self.expr(s.value, c, s.at, discarded=True)

    def on_return(self, s: f.Return, c: Context) -> None:
        if s.value is not None:
            self.expr(s.value, c, s.at)
            self.scope.returns.append(s.value)

    def on_raise(self, s: f.Raise, c: Context) -> None:
        if s.value is not None:
            self.expr(s.value, c, s.at)

    def on_jump(self, s: f.Jump, c: Context) -> None:
        """Nothing to note."""

    def on_scope(self, s: f.Scope, c: Context) -> None:
        for name in s.names:
            self.scope.outer[name] = s.kind

    def on_import(self, s: f.Import, c: Context) -> None:
        for name, alias in s.names:
            if name == "*":
                self.scope.stars.append(s)
            elif s.module or s.level:
                self.bind(alias or name, "from", s.at, c, node=(s, name))
            else:
                self.bind(alias or name.partition(".")[0], "import", s.at, c, node=(s, name, alias))

    def on_if(self, s: f.If, c: Context) -> None:
        self.expr(s.test, c, s.at)
        then = c._replace(tests=(*c.tests, (s.test, True)), sure=False)
        if _is_name_main(s.test):
            then = then._replace(in_main=True)
        elif _is_type_checking(s.test):
            then = then._replace(for_types=True)
        self.block(s.then, then)
        self.block(s.other, c._replace(tests=(*c.tests, (s.test, False)), sure=False))

    def on_loop(self, s: f.Loop, c: Context) -> None:
        self.expr(s.source, c, s.at)
        inside = c._replace(in_loop=True, sure=False)
        if s.target is not None:
            self.bound(s.target, "iterate", s.source, c, s.at)
        else:
            inside = inside._replace(tests=(*c.tests, (s.source, True)))
        self.block(s.body, inside)
        self.block(s.other, c._replace(sure=False))

    def on_with(self, s: f.With, c: Context) -> None:
        for value, target in s.items:
            self.expr(value, c, s.at)
            self.scope.withs.append((value, s.is_async, c))
            if target is not None:
                self.bound(target, "enter", value, c, s.at)
        self.block(s.body, c._replace(withs=(*c.withs, *(value for value, _ in s.items))))

    def on_try(self, s: f.Try, c: Context) -> None:
        partly = c._replace(sure=False)
        self.block(s.body, partly)
        tried = (*c.tried, *(b.value for b in s.body if isinstance(b, f.Bind) and b.value is not None))
        for handler in s.handlers:
            if handler.name:
                self.bind(handler.name, "except", handler.at, c, handler.type)
            lacks = c.on_lack or _catches_lack(handler.type)
            self.block(handler.body, partly._replace(on_lack=lacks, on_error=True, tried=tried))
        self.block(s.other, partly)
        self.block(s.final, c)

    def on_match(self, s: f.Match, c: Context) -> None:
        self.expr(s.subject, c, s.at)
        for case in s.cases:
            for name in case.names:
                self.bind(name.id, "capture", name.at, c, s.subject)
            if case.guard is not None:
                self.expr(case.guard, c, s.at)
            self.block(case.body, c._replace(sure=False))

    def on_function(self, s: f.Function, c: Context) -> None:
        for decorator in s.decorators:
            self.expr(decorator, c, s.at)
        self.bind(s.name, "function", s.name_at, c, node=s)
        if s.name in self.scope.outer:
            self.scope.stores.append(Store(f.Name(s.name, s.name_at), "=", None, self.scope, c, s.at))
        self.function(s, c)

    def function(self, s: f.Function, c: Context) -> None:
        inner = self.child("function", s.name, s, c)
        walk = _Walk(inner)
        for param in s.params:
            if param.default is not None:
                self.expr(param.default, c, param.at)
            walk.bind(param.name, "param", param.at, Context(), None, param.annotation, param)
        walk.hoist(s.body)
        walk.block(s.body, Context())

    def hoist(self, body: tuple[f.Stmt, ...]) -> None:
        """`global` holds for the whole function, wherever it stands."""
        for statement in body:
            if isinstance(statement, f.Scope):
                self.on_scope(statement, Context())
            if isinstance(statement, f.Function | f.Class):
                continue
            for part in ("then", "other", "body", "final"):
                self.hoist(getattr(statement, part, ()))
            for handler in getattr(statement, "handlers", ()) or getattr(statement, "cases", ()):
                self.hoist(handler.body)

    def on_class(self, s: f.Class, c: Context) -> None:
        for decorator in s.decorators:
            self.expr(decorator, c, s.at)
        for base in s.bases:
            self.expr(base, c, s.at)
        for _, value in s.keywords:
            self.expr(value, c, s.at)
        self.bind(s.name, "class", s.name_at, c, node=s)
        inner = self.child("class", s.name, s, c)
        _Walk(inner).block(s.body, Context(in_main=c.in_main))

    def child(self, kind: str, name: str, node: f.Function | f.Class, c: Context) -> Scope:
        qualname = f"{self.scope.qualname}.{name}" if self.scope.qualname else name
        inner = Scope(kind, name, self.scope.module, self.scope, node, qualname)
        inner.in_main = self.scope.in_main or c.in_main
        self.scope.children.append(inner)
        self.scope.by_node[id(node)] = inner
        return inner

    # ── expressions ──

    def expr(
        self, e: f.Expr, c: Context, at: Place,
        awaited: bool = False, discarded: bool = False, stored: bool = False,
    ) -> None:  # fmt: skip
        """Note the calls, reads and bindings inside an expression."""
        kind = type(e)
        if kind is f.Name or kind is f.Const or kind is f.Opaque:
            return
        if isinstance(e, f.Call):
            self.scope.calls.append(CallSite(e, self.scope, c, awaited, discarded, at))
            self.expr(e.func, c, at)
            for arg in e.args:
                self.expr(arg, c, at)
            for _, value in e.keywords:
                self.expr(value, c, at)
        elif isinstance(e, f.Attr):
            if not stored:
                self.scope.reads.append((e, c))
            self.expr(e.of, c, at)
        elif isinstance(e, f.Item):
            if not stored:
                self.scope.gets.append(e)
            self.expr(e.of, c, at)
            self.expr(e.key, c, at)
        elif isinstance(e, f.Op):
            for operand in e.operands:
                self.expr(operand, c, at)
        elif isinstance(e, f.Await):
            self.expr(e.value, c, at, awaited=True, discarded=discarded)
        elif isinstance(e, f.Group):
            for item in e.items:
                self.expr(item, c, at, awaited=awaited)
        elif isinstance(e, f.Text):
            for part in e.parts:
                self.expr(part, c, at)
        elif isinstance(e, f.Table):
            for key, value in e.pairs:
                if key is not None:
                    self.expr(key, c, at)
                self.expr(value, c, at)
        elif isinstance(e, f.Choice):
            self.expr(e.test, c, at)
            self.expr(e.then, c, at, awaited)
            self.expr(e.other, c, at, awaited)
        elif isinstance(e, f.Star):
            self.expr(e.value, c, at, awaited)
        elif isinstance(e, f.Walrus):
            self.expr(e.value, c, at, awaited)
            self.bind(e.target.id, "assign", e.target.at, c, e.value)
            if e.target.id in self.scope.outer:
                self.scope.stores.append(Store(e.target, "=", e.value, self.scope, c, at))
        elif isinstance(e, f.Yield):
            if e.value is not None:
                self.expr(e.value, c, at)
                self.scope.yields.append(e.value)
        elif isinstance(e, f.Lambda):
            self.function(e.function, c)
        elif isinstance(e, f.Comprehension):
            inside = c._replace(in_loop=True, sure=False)
            for clause in e.clauses:
                self.expr(clause.source, c, at)
                self.bound(clause.target, "iterate", clause.source, inside, at)
                for condition in clause.conditions:
                    self.expr(condition, inside, at)
            for item in e.items:
                self.expr(item, inside, at, awaited)


def _catches_lack(e: f.Expr | None) -> bool:
    """Whether an exception clause is for something that is not there: a key, an attribute, a name."""
    if isinstance(e, f.Group):
        return any(_catches_lack(item) for item in e.items)
    return (getattr(e, "name", None) or getattr(e, "id", None)) in LACKS
