"""Statements of the interpreter's tree → facts: the walk over one module."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, cast

from statelint import facts as f
from statelint.extract.python.native_expressions import OPERATORS, Expressions
from statelint.extract.python.native_places import (
    ARGUMENTS_CLOSED,
    AS_NAME,
    CASE,
    CLOSED,
    LONG,
    PARAMETERS_CLOSED,
    REST,
    WORD,
    Lines,
    measured,
)
from statelint.extract.python.tokens import DEEPEST_PATTERN
from statelint.spans import Place, Where, packed, unpacked


class Statements(Expressions):
    """One module's walk."""

    def block(self, nodes: Sequence[ast.stmt]) -> tuple[f.Stmt, ...]:
        self._depth += 1
        read = self._read
        found = tuple([read[type(node)](self, node) for node in nodes])
        self._depth -= 1
        return found

    def _whole(self, node: ast.stmt) -> Where:
        """The place of a simple statement."""
        where = self._at(node)
        if node.lineno != node.end_lineno or (node.end_col_offset or 0) >= LONG:
            self.lines.measure(unpacked(where))
        return where

    def _header(self, node: Any, last: f.Expr) -> Where:
        """The place of a compound statement from its word to the last expression before the colon."""
        at = self.lines.closed(unpacked(self._at(node)), last.at, CLOSED)
        self.lines.measure(at)
        return packed(*at)

    def _up_to(self, where: Where, last: f.Expr) -> Where:
        """From where a statement begins to the end of an expression in it."""
        return packed(*self.lines.closed(unpacked(where), last.at, CLOSED))

    def s_Assign(self, node: ast.Assign) -> f.Stmt:
        return f.Bind(tuple(map(self.expr, node.targets)), self.expr(node.value), None, "=", self._whole(node))

    def s_AnnAssign(self, node: ast.AnnAssign) -> f.Stmt:
        target, annotation = self.expr(node.target), self.expr(node.annotation)
        return f.Bind((target,), self._maybe(node.value), annotation, "=", self._whole(node))

    def _maybe(self, node: ast.expr | None) -> f.Expr | None:
        return None if node is None else self.expr(node)

    def s_AugAssign(self, node: ast.AugAssign) -> f.Stmt:
        op = cast(f.Binder, OPERATORS[type(node.op)] + "=")
        return f.Bind((self.expr(node.target),), self.expr(node.value), None, op, self._whole(node))

    def s_TypeAlias(self, node: Any) -> f.Stmt:
        return f.Bind((self.expr(node.name),), self.expr(node.value), None, "=", self._whole(node))

    def s_Delete(self, node: ast.Delete) -> f.Stmt:
        targets = tuple(map(self.expr, node.targets))
        if len(targets) == 1 and isinstance(targets[0], f.Group):
            targets = targets[0].items
        return f.Delete(targets, self._whole(node))

    def s_Expr(self, node: ast.Expr) -> f.Stmt:
        return f.Do(self.expr(node.value), self._whole(node))

    def s_Assert(self, node: ast.Assert) -> f.Stmt:
        where = self._whole(node)
        value = self.expr(node.test)
        return f.Do(value, where if node.msg is None else self._up_to(where, value))

    def s_Return(self, node: ast.Return) -> f.Stmt:
        return f.Return(self._maybe(node.value), self._whole(node))

    def s_Raise(self, node: ast.Raise) -> f.Stmt:
        where = self._whole(node)
        value = self._maybe(node.exc)
        if value is not None and node.cause is not None:
            where = self._up_to(where, value)
        return f.Raise(value, where)

    def s_Pass(self, node: ast.Pass) -> f.Stmt:
        return f.Jump("pass", self._at(node))

    def s_Break(self, node: ast.Break) -> f.Stmt:
        return f.Jump("break", self._at(node))

    def s_Continue(self, node: ast.Continue) -> f.Stmt:
        return f.Jump("continue", self._at(node))

    def s_Global(self, node: ast.Global) -> f.Stmt:
        return f.Scope("global", tuple(node.names), self._whole(node))

    def s_Nonlocal(self, node: ast.Nonlocal) -> f.Stmt:
        return f.Scope("nonlocal", tuple(node.names), self._whole(node))

    def s_Import(self, node: ast.Import) -> f.Stmt:
        return f.Import("", 0, tuple((a.name, a.asname) for a in node.names), self._whole(node))

    def s_ImportFrom(self, node: ast.ImportFrom) -> f.Stmt:
        names = tuple((a.name, a.asname) for a in node.names)
        return f.Import(node.module or "", node.level, names, self._whole(node))

    def s_If(self, node: ast.If) -> f.Stmt:
        test = self.expr(node.test)
        return f.If(test, self.block(node.body), self.block(node.orelse), self._header(node, test))

    def s_For(self, node: ast.For, kind: str = "for") -> f.Stmt:
        target, source = self.expr(node.target), self.expr(node.iter)
        at = self._after_async(node, self._header(node, source))
        return f.Loop(kind, target, source, self.block(node.body), self.block(node.orelse), at)

    def s_AsyncFor(self, node: Any) -> f.Stmt:
        return self.s_For(node, "async for")

    def s_While(self, node: ast.While) -> f.Stmt:
        test = self.expr(node.test)
        at = self._header(node, test)
        return f.Loop("while", None, test, self.block(node.body), self.block(node.orelse), at)

    def s_With(self, node: ast.With, is_async: bool = False) -> f.Stmt:
        items = tuple((self.expr(item.context_expr), self._maybe(item.optional_vars)) for item in node.items)
        at = self._after_async(node, self._header(node, items[-1][1] or items[-1][0]))
        return f.With(items, self.block(node.body), is_async, at)

    def s_AsyncWith(self, node: Any) -> f.Stmt:
        return self.s_With(node, True)

    def _after_async(self, node: ast.stmt, where: Where) -> Where:
        """A statement begins with its own word, not with the `async` before it."""
        if not isinstance(node, ast.AsyncFor | ast.AsyncWith):
            return where
        at = unpacked(where)
        word = self._words(at)[0]
        return packed(word.line, word.column, at.end_line, at.end_column)

    def _words(self, at: Place) -> tuple[Place, Place]:
        """The places of the word that a statement begins with, `async` passed over, and of the name behind it."""
        m = WORD.match(self.lines.text, self.lines.offset(at.line, at.column))
        assert m is not None
        return self.lines.span(*m.span(1)), self.lines.span(*m.span(2))

    def s_Try(self, node: Any) -> f.Stmt:
        where = packed(node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 1 + len("try"))
        handlers = tuple(map(self._handler, node.handlers))
        return f.Try(self.block(node.body), handlers, self.block(node.orelse), self.block(node.finalbody), where)

    s_TryStar = s_Try

    def _handler(self, node: ast.ExceptHandler) -> f.Handler:
        line, column = node.lineno, node.col_offset + 1
        where = packed(line, column, line, column + len("except"))
        kind = self._maybe(node.type)
        if kind is not None:
            self.lines.measure(Place(line, column, kind.at.end_line, kind.at.end_column))
            if node.name is not None:
                m = AS_NAME.match(self.lines.text, self.lines.offset(kind.at.end_line, kind.at.end_column))
                assert m is not None
                where = packed(*self.lines.span(*m.span(1)))
        return f.Handler(kind, node.name, self.block(node.body), where)

    def s_Match(self, node: ast.Match) -> f.Stmt:
        subject = self.expr(node.subject)
        cases = tuple(map(self._case, node.cases))
        return f.Match(subject, cases, self._header(node, subject))

    def _case(self, node: ast.match_case) -> f.Case:
        lines = self.lines
        first = node.pattern.lineno
        while (m := CASE.match(lines.text, lines.offset(first, 1))) is None:
            first -= 1  # brackets and comments may stand between the word and the pattern
        written = lines.text[m.start() : lines.offset(*unpacked(self._at(node.body[0]))[:2])]
        if sum(map(written.count, "([{")) > DEEPEST_PATTERN or len(written) > LONG:
            measured(written)
        names: list[f.Name] = []
        self._pattern(node.pattern, names)
        either = node.pattern.patterns if isinstance(node.pattern, ast.MatchOr) else [node.pattern]
        values = [p.value for p in either if isinstance(p, ast.MatchValue)]
        wanted = tuple(map(self.expr, values)) if len(values) == len(either) else ()
        at = packed(*lines.span(*m.span(1)))
        return f.Case(tuple(names), self._maybe(node.guard), self.block(node.body), at, wanted)

    def _pattern(self, node: Any, names: list[f.Name]) -> None:
        """Collect what a pattern binds, in the order of the text."""
        if isinstance(node, ast.MatchAs | ast.MatchStar):
            if getattr(node, "pattern", None) is not None:
                self._pattern(getattr(node, "pattern", None), names)
            if node.name is not None:
                at = unpacked(self._at(cast(ast.expr, node)))
                where = packed(at.end_line, at.end_column - len(node.name), at.end_line, at.end_column)
                names.append(f.Name(node.name, where))
            return
        for child in (*getattr(node, "patterns", ()), *getattr(node, "kwd_patterns", ())):
            self._pattern(child, names)
        if getattr(node, "rest", None) is not None:
            before = unpacked(self._at(node.patterns[-1]))[2:] if node.patterns else unpacked(self._at(node))[:2]
            m = REST.search(self.lines.text, self.lines.offset(*before))
            assert m is not None
            names.append(f.Name(node.rest, packed(*self.lines.span(*m.span(1)))))

    def s_FunctionDef(self, node: Any, is_async: bool = False) -> f.Stmt:
        decorators = self._decorators(node)
        word, name = self._words(unpacked(self._at(node)))
        params = self._params(node.args)
        returns = self._maybe(node.returns)
        if returns is not None:
            at = self.lines.closed(word, returns.at, CLOSED)
        else:
            before = unpacked(self._at(node.type_params[-1])) if getattr(node, "type_params", ()) else name
            at = self.lines.closed(word, self._last(params, before), PARAMETERS_CLOSED)
        self.lines.measure(at)
        self._yields.append(False)
        body = self.block(node.body)
        is_generator = self._yields.pop()
        return f.Function(
            node.name, params, decorators, returns, body, is_async, is_generator, packed(*at), packed(*name),
            node.end_lineno,
        )  # fmt: skip

    def s_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> f.Stmt:
        return self.s_FunctionDef(node, True)

    def _decorators(self, node: Any) -> tuple[f.Expr, ...]:
        found = tuple(map(self.expr, node.decorator_list))
        for decorator in found:
            self.lines.measure(decorator.at)
        return found

    def _last(self, params: tuple[f.Param, ...], before: Place) -> Place:
        """The place of what stands last among the parameters; where there is none, of what stands before them."""
        return max((e.at for p in params for e in (p, p.annotation, p.default) if e is not None), default=before)

    def s_ClassDef(self, node: Any) -> f.Stmt:
        decorators = self._decorators(node)
        word, name = self._words(unpacked(self._at(node)))
        bases = tuple(map(self.expr, node.bases))
        keywords = tuple((k.arg or "**", self.expr(k.value)) for k in node.keywords)
        inside = [*(e.at for e in bases), *(e.at for _, e in keywords)]
        if inside:
            at = self.lines.closed(word, max(inside), CLOSED)
        elif parameters := getattr(node, "type_params", ()):
            at = self.lines.closed(word, unpacked(self._at(parameters[-1])), ARGUMENTS_CLOSED)
        else:
            at = Place(word.line, word.column, name.end_line, name.end_column)
        self.lines.measure(at)
        return f.Class(
            node.name, bases, keywords, decorators, self.block(node.body), packed(*at), packed(*name), node.end_lineno
        )


def spans(tree: ast.Module, lines: Lines) -> Iterator[tuple[int, int]]:
    """The (first, last) line of each statement, decorators included. An `elif` is a part of its `if`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            first = min((d.lineno for d in getattr(node, "decorator_list", ())), default=node.lineno)
            if not lines.text.startswith("elif", lines.offset(node.lineno, node.col_offset + 1)):
                yield first, node.end_lineno or first
