"""The one walk over a module's facts that fills its scopes.

A lambda is a scope of its own; a comprehension binds in the scope around it, but only for itself. The walk notes
under which tests, loops, locks and handlers each event stands, since the verdicts depend on them.
"""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.resolution.asked import Asked, asked, asked_after, leaves, written
from statelint.project.resolution.modules import Module
from statelint.project.resolution.paths import alternatives
from statelint.project.resolution.scopes import NONE, USUAL, Binding, Block, CallSite, Context, Scope, Store, blocks_in
from statelint.spans import Where


def scan(module: Module) -> Scope:
    """The module's scope with all scopes inside it."""
    top = Scope("module", module.name, module, None, None, "")
    return _Walk(top).fill(module.facts.body)


def _is_name_main(test: f.Expr) -> bool:
    return isinstance(test, f.Op) and any(isinstance(o, f.Name) and o.id == "__name__" for o in test.operands)


def _is_type_checking(test: f.Expr) -> bool:
    return getattr(test, "id", None) == "TYPE_CHECKING" or getattr(test, "name", None) == "TYPE_CHECKING"


def _returns(body: tuple[f.Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], f.Return)


def _taken(value: f.Expr, position: int) -> f.Expr:
    """What one of several targets gets of a value: `self.low, self.high = low, high`, `self.shop, _ = build()`."""
    if isinstance(value, f.Group) and not any(isinstance(item, f.Star) for item in value.items):
        return value.items[position] if position < len(value.items) else value
    return f.Item(value, f.Const(position, "int", value.where), value.where)


def _left(body: tuple[f.Stmt, ...]) -> tuple[tuple[f.Expr, bool], ...]:
    """The tests in the block of a `with` by which it leaves the function: what follows runs only where they fail."""
    found: tuple[tuple[f.Expr, bool], ...] = ()
    for s in body:
        if type(s) is f.If and not s.other and _returns(s.then):
            found = (*found, (s.test, False))
        elif type(s) is f.With:
            found = (*found, *_left(s.body))
    return found


def _tried(s: f.Try) -> tuple[f.Expr, ...]:
    """The values that a `try` binds or returns."""
    return tuple(b.value for b in s.body if isinstance(b, f.Bind | f.Return) and b.value is not None)


LACKS: Final = frozenset({"KeyError", "AttributeError", "LookupError", "IndexError", "NameError", "UnboundLocalError"})


class _Walk:
    """Fills one scope. Methods take the context in which they run."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.bindings: dict[str, list[Binding]] = {}
        self.outer: dict[str, str] = {}
        self.stars: list[f.Import] = []
        self.calls: list[CallSite] = []
        self.stores: list[Store] = []
        self.reads: list[tuple[f.Attr, Context]] = []
        self.gets: list[f.Item] = []
        self.returns: list[f.Expr] = []
        self.returned: list[tuple[f.Expr, Context]] = []
        self.yields: list[f.Expr] = []
        self.withs: list[tuple[f.Expr, bool, Context]] = []
        self.annotated: dict[int, f.Expr] = {}
        self.asked: dict[int, tuple[Asked, ...]] = {}
        self.children: list[Scope] = []
        self.by_node: dict[int, Scope] = {}

    def fill(self, body: tuple[f.Stmt, ...], context: Context = USUAL) -> Scope:
        """Walk a body, and hand what was noted to the scope in as little space as it takes: of most there is none."""
        self.block(body, context)
        scope = self.scope
        scope.bindings = {name: tuple(bound) for name, bound in self.bindings.items()} or NONE
        scope.outer, scope.by_node, scope.annotated = self.outer or NONE, self.by_node or NONE, self.annotated or NONE
        scope.asked = self.asked or NONE
        scope.stars, scope.calls, scope.stores = tuple(self.stars), tuple(self.calls), tuple(self.stores)
        scope.reads, scope.gets, scope.withs = tuple(self.reads), tuple(self.gets), tuple(self.withs)
        scope.returned = tuple(self.returned)
        scope.returns, scope.yields, scope.children = tuple(self.returns), tuple(self.yields), tuple(self.children)
        return scope

    def bind(
        self, name: str, kind: str, where: Where, context: Context, value: f.Expr | None = None,
        annotation: f.Expr | None = None, node: object = None, position: int | None = None,
    ) -> None:  # fmt: skip
        entry = Binding(name, kind, value, annotation, node, where, self.scope, context, position)
        self.bindings.setdefault(name, []).append(entry)

    # ── statements ──

    def block(self, body: tuple[f.Stmt, ...], context: Context) -> None:
        if body and not context.sure:
            context = context._replace(block=Block(body))
        for statement in body:
            getattr(self, "on_" + type(statement).__name__.lower())(statement, context)
            if type(statement) is f.If:
                if not statement.other and self._passes(statement.then):
                    context = context._replace(tests=(*context.tests, (statement.test, False)))
                context = context.knowing(asked_after(statement))
            elif type(statement) is f.Do:  # also what is asserted
                context = context.knowing(asked(statement.value, True))
            elif type(statement) is f.With:
                context = context._replace(tests=(*context.tests, *_left(statement.body)))
            elif type(statement) is f.Loop:
                left = tuple((s.test, False) for s in statement.body if type(s) is f.If and _returns(s.then))
                context = context._replace(tests=(*context.tests, *left)) if left else context
            elif type(statement) is f.Try and leaves(statement.body):
                context = context._replace(tried=(*context.tried, *_tried(statement)))

    def _passes(self, body: tuple[f.Stmt, ...]) -> bool:
        """Whether what follows a test runs only when its block was not taken. A module that raises is no choice."""
        return leaves(body) and not (self.scope.kind == "module" and isinstance(body[-1], f.Raise))

    def on_bind(self, s: f.Bind, c: Context) -> None:
        if s.value is not None:
            self.expr(s.value, c, s.where)
            if s.annotation is not None:
                self.annotated.update((id(e), s.annotation) for e in alternatives(s.value))
        for target in s.targets:
            self.target(target, "assign" if s.op == "=" else "augment", s, c)

    def target(self, target: f.Expr, kind: str, s: f.Bind, c: Context, position: int | None = None) -> None:
        if isinstance(target, f.Name):
            value = s.value
            if s.value is None:
                kind = "annotate"
            self.bind(target.id, kind, target.where, c, value, s.annotation, s, position)
            if kind == "augment" or target.id in self.outer:
                self.stores.append(Store(target, s.op, s.value, self.scope, c, s.where))
        elif isinstance(target, f.Group):
            for at, item in enumerate(target.items):
                self.target(item, kind, s, c, at)
        elif isinstance(target, f.Star):
            self.target(target.value, kind, s, c, position)
        else:
            self.expr(target, c, s.where, stored=True)
            if s.value is not None:
                value = s.value if position is None else _taken(s.value, position)
                self.stores.append(Store(target, s.op, value, self.scope, c, s.where))

    def bound(
        self, target: f.Expr, kind: str, value: f.Expr, c: Context, where: Where, position: int | None = None,
        node: f.Comprehension | None = None,
    ) -> None:  # fmt: skip
        """Targets of loops, with-items and comprehensions."""
        if isinstance(target, f.Name):
            self.bind(target.id, kind, target.where, c, value, node=node, position=position)
            if target.id in self.outer and node is None:
                self.stores.append(Store(target, "=", value, self.scope, c, where))
        elif isinstance(target, f.Group):
            for number, item in enumerate(target.items):
                self.bound(item, kind, value, c, where, number, node)
        elif isinstance(target, f.Star):
            self.bound(target.value, kind, value, c, where, position, node)
        else:
            self.expr(target, c, where, stored=True)
            self.stores.append(Store(target, "=", value, self.scope, c, where))

    def on_delete(self, s: f.Delete, c: Context) -> None:
        for target in s.targets:
            for item in target.items if isinstance(target, f.Group) else (target,):
                if not isinstance(item, f.Name) or item.id in self.outer:
                    self.expr(item, c, s.where, stored=True)
                    self.stores.append(Store(item, "del", None, self.scope, c, s.where))

    def on_do(self, s: f.Do, c: Context) -> None:
        self.expr(s.value, c, s.where, discarded=True)

    def on_return(self, s: f.Return, c: Context) -> None:
        if s.value is not None:
            self.expr(s.value, c, s.where)
            self.returns.append(s.value)
            self.returned.append((s.value, c))

    def on_raise(self, s: f.Raise, c: Context) -> None:
        if s.value is not None:
            self.expr(s.value, c, s.where)

    def on_jump(self, s: f.Jump, c: Context) -> None:
        """Nothing to note."""

    def on_scope(self, s: f.Scope, c: Context) -> None:
        for name in s.names:
            self.outer[name] = s.kind

    def on_import(self, s: f.Import, c: Context) -> None:
        for name, alias in s.names:
            if name == "*":
                self.stars.append(s)
            elif s.module or s.level:
                self.bind(alias or name, "from", s.where, c, node=(s, name))
            else:
                self.bind(alias or name.partition(".")[0], "import", s.where, c, node=(s, name, alias))

    def on_if(self, s: f.If, c: Context) -> None:
        self.expr(s.test, c, s.where)
        then = c._replace(tests=(*c.tests, (s.test, True)), sure=False)
        if _is_name_main(s.test):
            then = then._replace(in_main=True)
        elif _is_type_checking(s.test):
            then = then._replace(for_types=True)
        self.block(s.then, then.knowing(asked(s.test, True)))
        other = c._replace(tests=(*c.tests, (s.test, False)), sure=False)
        self.block(s.other, other.knowing(asked(s.test, False)))

    def on_loop(self, s: f.Loop, c: Context) -> None:
        self.expr(s.source, c, s.where)
        inside = c._replace(in_loop=True, sure=False)
        if s.target is not None:
            self.bound(s.target, "iterate", s.source, c._replace(block=Block(s.body) if s.body else None), s.where)
        else:
            inside = inside._replace(tests=(*c.tests, (s.source, True))).knowing(asked(s.source, True))
        self.block(s.body, inside)
        self.block(s.other, c._replace(sure=False))

    def on_with(self, s: f.With, c: Context) -> None:
        for value, target in s.items:
            self.expr(value, c, s.where)
            self.withs.append((value, s.is_async, c))
            if target is not None:
                self.bound(target, "enter", value, c, s.where)
        self.block(s.body, c._replace(withs=(*c.withs, *(value for value, _ in s.items))))

    def on_try(self, s: f.Try, c: Context) -> None:
        partly = c._replace(sure=False)
        self.block(s.body, partly)
        tried = (*c.tried, *_tried(s))
        for handler in s.handlers:
            if handler.name:
                self.bind(handler.name, "except", handler.where, c, handler.type)
            lacks = c.on_lack or _catches_lack(handler.type)
            self.block(handler.body, partly._replace(on_lack=lacks, on_error=True, tried=tried))
        self.block(s.other, partly)
        self.block(s.final, c)

    def on_match(self, s: f.Match, c: Context) -> None:
        self.expr(s.subject, c, s.where)
        for case in s.cases:
            for name in case.names:
                self.bind(name.id, "capture", name.where, c, s.subject)
            if case.guard is not None:
                self.expr(case.guard, c, s.where)
            test = (_one_of(s.subject, case.wanted), True) if case.wanted else None
            self.block(case.body, c._replace(tests=(*c.tests, test) if test else c.tests, sure=False))
            if test and case.guard is None:
                c = c._replace(tests=(*c.tests, (test[0], False)))

    def on_function(self, s: f.Function, c: Context) -> None:
        for decorator in s.decorators:
            self.expr(decorator, c, s.where)
        self.bind(s.name, "function", s.name_where, c, node=s)
        if s.name in self.outer:
            self.stores.append(Store(f.Name(s.name, s.name_where), "=", None, self.scope, c, s.where))
        self.function(s, c)

    def function(self, s: f.Function, c: Context) -> None:
        inner = self.child("function", s.name, s, c)
        walk = _Walk(inner)
        for param in s.params:
            if param.default is not None:
                self.expr(param.default, c, param.where)
            walk.bind(param.name, "param", param.where, USUAL, None, param.annotation, param)
        walk.hoist(s.body)
        walk.fill(s.body)

    def hoist(self, body: tuple[f.Stmt, ...]) -> None:
        """`global` holds for the whole function, wherever it stands."""
        for statement in body:
            if isinstance(statement, f.Scope):
                self.on_scope(statement, USUAL)
            for block in blocks_in(statement):
                self.hoist(block)

    def on_class(self, s: f.Class, c: Context) -> None:
        for decorator in s.decorators:
            self.expr(decorator, c, s.where)
        for base in s.bases:
            self.expr(base, c, s.where)
        for _, value in s.keywords:
            self.expr(value, c, s.where)
        self.bind(s.name, "class", s.name_where, c, node=s)
        inner = self.child("class", s.name, s, c)
        _Walk(inner).fill(s.body, Context(in_main=True) if c.in_main else USUAL)

    def child(self, kind: str, name: str, node: f.Function | f.Class, c: Context) -> Scope:
        qualname = f"{self.scope.qualname}.{name}" if self.scope.qualname else name
        inner = Scope(kind, name, self.scope.module, self.scope, node, qualname)
        inner.in_main = self.scope.in_main or c.in_main
        self.children.append(inner)
        self.by_node[id(node)] = inner
        return inner

    # ── expressions ──

    def expr(
        self, e: f.Expr, c: Context, where: Where,
        awaited: bool = False, discarded: bool = False, stored: bool = False,
    ) -> None:  # fmt: skip
        """Note the calls, reads and bindings inside an expression."""
        kind = type(e)
        if c.kinds and not stored and (kind is f.Name or kind is f.Attr):
            path = written(e)
            found = tuple(a for a in c.kinds if a.path == path)
            if found:
                self.asked[id(e)] = found
        if kind is f.Name or kind is f.Const or kind is f.Opaque:
            return
        if type(e) is f.Call:
            self.calls.append(CallSite(e, self.scope, c, awaited, discarded, where))
            self.expr(e.func, c, where)
            for arg in e.args:
                self.expr(arg, c, where)
            for _, value in e.keywords:
                self.expr(value, c, where)
        elif type(e) is f.Attr:
            if not stored:
                self.reads.append((e, c))
            self.expr(e.of, c, where)
        elif type(e) is f.Item:
            if not stored:
                self.gets.append(e)
            self.expr(e.of, c, where)
            self.expr(e.key, c, where)
        elif type(e) is f.Op:
            for operand in e.operands:
                self.expr(operand, c, where)
                if e.op == "and" or e.op == "or":
                    c = c.knowing(asked(operand, e.op == "and"))
        elif type(e) is f.Await:
            self.expr(e.value, c, where, awaited=True, discarded=discarded)
        elif type(e) is f.Group:
            for item in e.items:
                self.expr(item, c, where, awaited=awaited)
        elif type(e) is f.Text:
            for part in e.parts:
                self.expr(part, c, where)
        elif type(e) is f.Table:
            for key, value in e.pairs:
                if key is not None:
                    self.expr(key, c, where)
                self.expr(value, c, where)
        elif type(e) is f.Choice:
            self.expr(e.test, c, where)
            self.expr(e.then, c.knowing(asked(e.test, True)), where, awaited)
            self.expr(e.other, c.knowing(asked(e.test, False)), where, awaited)
        elif type(e) is f.Star:
            self.expr(e.value, c, where, awaited)
        elif type(e) is f.Walrus:
            self.expr(e.value, c, where, awaited)
            self.bind(e.target.id, "assign", e.target.where, c, e.value)
            if e.target.id in self.outer:
                self.stores.append(Store(e.target, "=", e.value, self.scope, c, where))
        elif type(e) is f.Yield:
            if e.value is not None:
                self.expr(e.value, c, where)
                self.yields.append(f.Star(e.value, e.where) if e.delegate else e.value)
        elif type(e) is f.Lambda:
            self.function(e.function, c)
        elif type(e) is f.Comprehension:
            inside = c._replace(in_loop=True, sure=False, block=None)
            for clause in e.clauses:
                self.expr(clause.source, c, where)
                self.bound(clause.target, "iterate", clause.source, inside, where, node=e)
                for condition in clause.conditions:
                    self.expr(condition, inside, where)
                    inside = inside.knowing(asked(condition, True))
            for item in e.items:
                self.expr(item, inside, where, awaited)


def _catches_lack(e: f.Expr | None) -> bool:
    """Whether an exception clause is for something that is not there: a key, an attribute, a name."""
    if isinstance(e, f.Group):
        return any(_catches_lack(item) for item in e.items)
    return (getattr(e, "name", None) or getattr(e, "id", None)) in LACKS


def _one_of(subject: f.Expr, wanted: tuple[f.Expr, ...]) -> f.Expr:
    """What a `case` asks, written as the test that an `if` would make."""
    if len(wanted) == 1:
        return f.Op("==", (subject, wanted[0]), subject.where)
    return f.Op("in", (subject, f.Group("tuple", wanted, subject.where)), subject.where)
