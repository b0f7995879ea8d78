"""LibCST statements → facts: the walk over one module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from statelint import facts as f
from statelint.extract.python.concrete_expressions import OPERATORS, Expressions
from statelint.extract.python.tokens import Tokens


class Statements(Expressions):
    """One module's walk. `statements` collects the (first, last) line of each statement."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.statements: list[tuple[int, int]] = []

    def module(self, tree: cst.Module) -> tuple[f.Stmt, ...]:
        return self.block(tree.body)

    def block(self, nodes: Sequence[Any]) -> tuple[f.Stmt, ...]:
        self._deeper()
        found: list[f.Stmt] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    self._statement(small, found)
            else:
                self._statement(node, found)
        self._depth -= 1
        return tuple(found)

    def _suite(self, node: Any) -> tuple[f.Stmt, ...]:
        if isinstance(node, cst.SimpleStatementSuite):
            found: list[f.Stmt] = []
            for small in node.body:
                self._statement(small, found)
            return tuple(found)
        return self.block(node.body)

    def _statement(self, node: Any, found: list[f.Stmt]) -> None:
        read: Callable[[Any], f.Stmt | None] | None = getattr(self, "s_" + type(node).__name__, None)
        if read is None:
            return
        mark = len(self.statements)
        self.statements.append((0, 0))
        fact = read(node)
        if fact is None:
            self.statements.pop(mark)
            return
        decorators = getattr(fact, "decorators", ())
        first = decorators[0].at.line if decorators else fact.at.line
        self.statements[mark] = (first, max(fact.at.end_line, self._tokens.line(max(self._end - 1, 0))))
        found.append(fact)

    def s_Assign(self, node: cst.Assign) -> f.Stmt:
        targets = [self.expr(node.targets[0].target)]
        start = self._begin
        for target in node.targets[1:]:
            targets.append(self.expr(target.target))
        value = self.expr(node.value)
        return f.Bind(tuple(targets), value, None, "=", self._from(start))

    def s_AnnAssign(self, node: cst.AnnAssign) -> f.Stmt:
        target = self.expr(node.target)
        start = self._begin
        annotation = self.expr(node.annotation.annotation)
        value = self.expr(node.value) if node.value is not None else None
        return f.Bind((target,), value, annotation, "=", self._from(start))

    def s_AugAssign(self, node: cst.AugAssign) -> f.Stmt:
        target = self.expr(node.target)
        start = self._begin
        value = self.expr(node.value)
        return f.Bind((target,), value, None, OPERATORS[type(node.operator)], self._from(start))

    def s_TypeAlias(self, node: Any) -> f.Stmt:
        start = self._take("type")
        target = self.expr(node.name)
        self._type_parameters(node)
        value = self.expr(node.value)
        return f.Bind((target,), value, None, "=", self._from(start))

    def s_Del(self, node: cst.Del) -> f.Stmt:
        start = self._take("del")
        target = self.expr(node.target)
        targets = target.items if isinstance(target, f.Group) else (target,)
        return f.Delete(targets, self._from(start))

    def s_Expr(self, node: cst.Expr) -> f.Stmt:
        value = self.expr(node.value)
        return f.Do(value, self._from(self._begin))

    def s_Assert(self, node: cst.Assert) -> f.Stmt:
        start = self._take("assert")
        value = self.expr(node.test)
        place = self._from(start)
        if node.msg is not None:
            self.expr(node.msg)
        return f.Do(value, place)

    def s_Return(self, node: cst.Return) -> f.Stmt:
        start = self._take("return")
        value = self.expr(node.value) if node.value is not None else None
        return f.Return(value, self._from(start))

    def s_Raise(self, node: cst.Raise) -> f.Stmt:
        start = self._take("raise")
        value = self.expr(node.exc) if node.exc is not None else None
        place = self._from(start)
        if node.cause is not None:
            self.expr(node.cause.item)
        return f.Raise(value, place)

    def s_Pass(self, node: Any) -> f.Stmt:
        return f.Jump("pass", self._word("pass"))

    def s_Break(self, node: Any) -> f.Stmt:
        return f.Jump("break", self._word("break"))

    def s_Continue(self, node: Any) -> f.Stmt:
        return f.Jump("continue", self._word("continue"))

    def s_Global(self, node: Any, kind: str = "global") -> f.Stmt:
        start = self._take(kind)
        names = tuple(n.name.value for n in node.names)
        for name in names:
            self._take(name)
        return f.Scope(kind, names, self._from(start))

    def s_Nonlocal(self, node: Any) -> f.Stmt:
        return self.s_Global(node, "nonlocal")

    def s_Import(self, node: cst.Import) -> f.Stmt:
        start = self._take("import")
        names = tuple(self._alias(a) for a in node.names)
        return f.Import("", 0, names, self._from(start))

    def _alias(self, node: cst.ImportAlias) -> tuple[str, str | None]:
        name = self._dotted(node.name)
        if node.asname is None:
            return name, None
        alias = getattr(node.asname.name, "value", "")
        self._take(alias)
        return name, alias

    def _dotted(self, node: Any) -> str:
        if isinstance(node, cst.Attribute):
            name = f"{self._dotted(node.value)}.{node.attr.value}"
            self._take(node.attr.value)
            return name
        self._take(node.value)
        return str(node.value)

    def s_ImportFrom(self, node: cst.ImportFrom) -> f.Stmt:
        start = self._take("from")
        module = self._dotted(node.module) if node.module is not None else ""
        self._take("import")
        if isinstance(node.names, cst.ImportStar):
            names: tuple[tuple[str, str | None], ...] = (("*", None),)
            self._pass("*")
        else:
            opened = self._open("(") if node.lpar is not None else None
            names = tuple(self._alias(a) for a in node.names)
            if opened:
                self._close(opened[1])
        return f.Import(module, len(node.relative), names, self._from(start))

    def s_If(self, node: cst.If, keyword: str = "if") -> f.Stmt:
        start = self._take(keyword)
        test = self.expr(node.test)
        place = self._from(start)
        then = self._suite(node.body)
        other: tuple[f.Stmt, ...] = ()
        if isinstance(node.orelse, cst.If):
            self._deeper()
            other = (self.s_If(node.orelse, "elif"),)
            self._depth -= 1
        elif node.orelse is not None:
            other = self._suite(node.orelse.body)
        return f.If(test, then, other, place)

    def s_For(self, node: cst.For) -> f.Stmt:
        start = self._take("for")
        target, source = self.expr(node.target), self.expr(node.iter)
        place = self._from(start)
        body = self._suite(node.body)
        other = self._suite(node.orelse.body) if node.orelse else ()
        kind = "async for" if node.asynchronous else "for"
        return f.Loop(kind, target, source, body, other, place)

    def s_While(self, node: cst.While) -> f.Stmt:
        start = self._take("while")
        test = self.expr(node.test)
        place = self._from(start)
        body = self._suite(node.body)
        other = self._suite(node.orelse.body) if node.orelse else ()
        return f.Loop("while", None, test, body, other, place)

    def s_With(self, node: cst.With) -> f.Stmt:
        start = self._take("with")
        opened = self._open("(") if isinstance(node.lpar, cst.LeftParen) else None
        items = []
        for item in node.items:
            value = self.expr(item.item)
            items.append((value, self.expr(item.asname.name) if item.asname else None))
        if opened:
            self._close(opened[1])
        place = self._from(start)
        return f.With(tuple(items), self._suite(node.body), node.asynchronous is not None, place)

    def s_Try(self, node: Any) -> f.Stmt:
        place = self._word("try")
        body = self._suite(node.body)
        handlers = []
        for handler in node.handlers:
            at = self._word("except")
            kind = self.expr(handler.type) if handler.type is not None else None
            name = None
            if handler.name is not None:
                name = handler.name.name.value
                at = self._word(name)
            handlers.append(f.Handler(kind, name, self._suite(handler.body), at))
        other = self._suite(node.orelse.body) if node.orelse else ()
        final = self._suite(node.finalbody.body) if node.finalbody else ()
        return f.Try(body, tuple(handlers), other, final, place)

    s_TryStar = s_Try

    def s_Match(self, node: Any) -> f.Stmt:
        start = self._take("match")
        subject = self.expr(node.subject)
        place = self._from(start)
        cases = []
        for case in node.cases:
            at = self._word("case")
            names: list[f.Name] = []
            values: list[f.Expr] = []
            self._pattern(case.pattern, names, values)
            either = (
                [e.pattern for e in case.pattern.patterns] if isinstance(case.pattern, cst.MatchOr) else [case.pattern]
            )
            wanted = tuple(values) if all(isinstance(p, cst.MatchValue) for p in either) else ()
            guard = self.expr(case.guard) if case.guard is not None else None
            cases.append(f.Case(tuple(names), guard, self._suite(case.body), at, wanted))
        return f.Match(subject, tuple(cases), place)

    def _pattern(self, node: Any, names: list[f.Name], values: list[f.Expr]) -> None:
        """Collect what a pattern binds, and the values and class names inside it."""
        if isinstance(node, cst.MatchAs | cst.MatchStar):
            inner = getattr(node, "pattern", None)
            if inner is not None:
                self._pattern(inner, names, values)
            if node.name is not None:
                names.append(f.Name(node.name.value, self._word(node.name.value)))
            return
        for value in (getattr(node, "cls", None), getattr(node, "key", None), getattr(node, "value", None)):
            if isinstance(value, cst.BaseExpression):
                values.append(self.expr(value))
        for child in (
            *getattr(node, "patterns", ()),
            *getattr(node, "elements", ()),
            *getattr(node, "kwds", ()),
            *(getattr(node, part, None) for part in ("key", "pattern", "value")),
        ):
            if type(child).__name__.startswith("Match"):
                self._pattern(child, names, values)
        if getattr(node, "rest", None) is not None:
            names.append(f.Name(node.rest.value, self._word(node.rest.value)))

    def s_FunctionDef(self, node: cst.FunctionDef) -> f.Stmt:
        decorators = tuple(self.expr(d.decorator) for d in node.decorators)
        start = self._take("def")
        name_at = self._word(node.name.value)
        self._type_parameters(node)
        _, partner = self._open("(")
        params = self._params(node.params)
        self._close(partner)
        returns = self.expr(node.returns.annotation) if node.returns is not None else None
        place = self._from(start)
        self._yields.append(False)
        body = self._suite(node.body)
        is_generator = self._yields.pop()
        return f.Function(
            node.name.value, params, decorators, returns, body, node.asynchronous is not None, is_generator,
            place, name_at, self._tokens.line(max(self._end - 1, 0)),
        )  # fmt: skip

    def _type_parameters(self, node: Any) -> None:
        if getattr(node, "type_parameters", None) is not None:
            self._close(self._open("[")[1])

    def s_ClassDef(self, node: cst.ClassDef) -> f.Stmt:
        decorators = tuple(self.expr(d.decorator) for d in node.decorators)
        start = self._take("class")
        name_at = self._word(node.name.value)
        self._type_parameters(node)
        bases: tuple[f.Expr, ...] = ()
        keywords: tuple[tuple[str, f.Expr], ...] = ()
        if node.bases or node.keywords:
            _, partner = self._open("(")
            bases, keywords = self._arguments([*node.bases, *node.keywords])
            self._close(partner)
        place = self._from(start)
        body = self._suite(node.body)
        last = self._tokens.line(max(self._end - 1, 0))
        return f.Class(node.name.value, bases, keywords, decorators, body, place, name_at, last)
