"""LibCST expressions → facts, consuming tokens in source order to give each fact its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from statelint import facts as f
from statelint.extract.python.concrete_cursor import Cursor
from statelint.extract.python.literals import (
    LONG_CHAIN,
    LONGEST_INTEGER,
    NAMED,
    evaluate,
    evaluate_piece,
    integer,
    joined,
)
from statelint.extract.python.tokens import Tokens, TooDeep
from statelint.spans import packed, unpacked

DEEPEST = 160
"""Levels of expressions and blocks; the interpreter gives us a thousand frames, and a level takes up to four."""
OPERATORS: dict[type, Any] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.Modulo: "%", cst.BitOr: "|",
    cst.BitAnd: "&", cst.FloorDivide: "//", cst.Power: "**", cst.LeftShift: "<<", cst.RightShift: ">>",
    cst.BitXor: "^", cst.MatrixMultiply: "@", cst.And: "and", cst.Or: "or", cst.Not: "not", cst.Minus: "-",
    cst.Plus: "+", cst.BitInvert: "~", cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<",
    cst.LessThanEqual: "<=", cst.GreaterThan: ">", cst.GreaterThanEqual: ">=", cst.Is: "is", cst.IsNot: "is not",
    cst.In: "in", cst.NotIn: "not in", cst.AddAssign: "+=", cst.SubtractAssign: "-=", cst.MultiplyAssign: "*=",
    cst.DivideAssign: "/=", cst.ModuloAssign: "%=", cst.BitOrAssign: "|=", cst.BitAndAssign: "&=",
    cst.FloorDivideAssign: "//=", cst.PowerAssign: "**=", cst.LeftShiftAssign: "<<=", cst.RightShiftAssign: ">>=",
    cst.BitXorAssign: "^=", cst.MatrixMultiplyAssign: "@=",
}  # fmt: skip


class Expressions(Cursor):
    """One method for each kind of expression node. Each leaves the cursor behind what it has read."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self._depth = 0
        self._yields = [False]

    def expr(self, node: Any) -> f.Expr:
        self._deeper()
        opened = [self._open("(") for _ in getattr(node, "lpar", ())]
        fact: f.Expr = getattr(self, "e_" + type(node).__name__, self._opaque)(node)
        for start, partner in reversed(opened):
            self._close(partner)
            if start == opened[-1][0]:
                fact = self._bracketed(fact, start)
            self._begin = start
        self._depth -= 1
        return fact

    def _bracketed(self, fact: f.Expr, start: int) -> f.Expr:
        """A tuple or a generator with its own brackets, which for all else belong to nothing."""
        if isinstance(fact, f.Group) and fact.kind == "tuple":
            return f.Group("tuple", fact.items, self._from(start))
        if isinstance(fact, f.Comprehension) and fact.kind == "generator":
            return f.Comprehension("generator", fact.items, fact.clauses, self._from(start))
        return fact

    def _deeper(self) -> None:
        """Note one more level. The walk, and those that read its facts, recurse once or more for each."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeep(self._tokens.line(self._end))

    def _opaque(self, node: Any) -> f.Expr:
        return f.Opaque(self._from(self._end))

    def e_Name(self, node: cst.Name) -> f.Expr:
        place = self._word(node.value)
        constant = NAMED.get(node.value)
        return f.Const(constant[0], constant[1], place) if constant else f.Name(node.value, place)

    def e_Attribute(self, node: cst.Attribute) -> f.Expr:
        of = self.expr(node.value)
        start = self._begin
        self._take(node.attr.value)
        return f.Attr(of, node.attr.value, self._from(start))

    def e_Call(self, node: cst.Call) -> f.Expr:
        func = self.expr(node.func)
        start = self._begin
        opened, partner = self._open("(")
        args, keywords = self._arguments(node.args)
        self._close(partner)
        if len(node.args) == 1 and args and isinstance(node.args[0].value, cst.GeneratorExp):
            args = args if node.args[0].value.lpar else (self._bracketed(args[0], opened),)
        return f.Call(func, args, keywords, self._from(start))

    def _arguments(self, nodes: Sequence[cst.Arg]) -> tuple[tuple[f.Expr, ...], tuple[tuple[str, f.Expr], ...]]:
        args: list[f.Expr] = []
        keywords: list[tuple[str, f.Expr]] = []
        for arg in nodes:
            if arg.keyword is not None:
                self._take(arg.keyword.value)
            value = self.expr(arg.value)
            if arg.keyword is not None:
                keywords.append((arg.keyword.value, value))
            elif arg.star == "**":
                keywords.append(("**", value))
            elif arg.star == "*":
                args.append(f.Star(value, value.where))
            else:
                args.append(value)
        return tuple(args), tuple(keywords)

    def e_Subscript(self, node: cst.Subscript) -> f.Expr:
        of = self.expr(node.value)
        start = self._begin
        _, partner = self._open("[")
        keys = [self._slice(node.slice[0])]
        first = self._begin
        keys += (self._slice(element) for element in node.slice[1:])
        if isinstance(node.slice[-1].comma, cst.Comma):
            self._pass(",")
        if len(keys) == 1 and not isinstance(node.slice[0].comma, cst.Comma) and not isinstance(keys[0], f.Star):
            key = keys[0]
        else:
            key = f.Group("tuple", tuple(keys), self._from(first))
        self._close(partner)
        return f.Item(of, key, self._from(start))

    def _slice(self, element: cst.SubscriptElement) -> f.Expr:
        node = element.slice
        if isinstance(node, cst.Index):
            value = self.expr(node.value)
            return self._starred(value) if node.star else value
        assert isinstance(node, cst.Slice)
        parts = [self.expr(node.lower)] if node.lower is not None else []
        start, colon = self._begin, self._pass(":")
        start = start if parts else colon
        parts += [self.expr(node.upper)] if node.upper is not None else []
        if isinstance(node.second_colon, cst.Colon):
            self._pass(":")
        parts += [self.expr(node.step)] if node.step is not None else []
        return f.Op("slice", tuple(parts), self._from(start))

    def _starred(self, value: f.Expr) -> f.Expr:
        """A value with a star before it; the fact stands where the value does."""
        self._begin = self._begin if self._frozen else max(self._tokens.text.rfind("*", 0, self._begin), 0)
        return f.Star(value, value.where)

    def e_StarredElement(self, node: cst.StarredElement) -> f.Expr:
        return self._starred(self.expr(node.value))

    def e_Integer(self, node: cst.Integer) -> f.Expr:
        place = self._word(node.value)
        return integer(int(node.value.replace("_", ""), 0) if len(node.value) < LONGEST_INTEGER else None, place)

    def e_Float(self, node: cst.Float) -> f.Expr:
        return f.Const(float(node.value.replace("_", "")), "float", self._word(node.value))

    def e_Imaginary(self, node: cst.Imaginary) -> f.Expr:
        return f.Const(0.0, "float", self._word(node.value))

    def e_Ellipsis(self, node: cst.Ellipsis) -> f.Expr:
        return f.Const(None, "ellipsis", self._word("..."))

    def e_SimpleString(self, node: cst.SimpleString) -> f.Const:
        value, place = evaluate(node.value), self._word(node.value)
        if isinstance(value, bytes):
            return f.Const(value.decode("latin-1"), "bytes", place)
        return f.Const(value, "str", place)

    def e_ConcatenatedString(self, node: cst.ConcatenatedString) -> f.Expr:
        pieces: list[Any] = [node.left]
        rest: Any = node.right
        while isinstance(rest, cst.ConcatenatedString):
            pieces.append(rest.left)
            rest = rest.right
        pieces.append(rest)
        if all(isinstance(piece, cst.SimpleString) for piece in pieces):
            facts = [self.e_SimpleString(pieces[0])]
            start = self._begin
            facts += map(self.e_SimpleString, pieces[1:])
            return f.Const("".join(str(fact.value) for fact in facts), facts[0].kind, self._from(start))
        return self._format(pieces)

    def e_FormattedString(self, node: Any) -> f.Expr:
        return self._format([node])

    e_TemplatedString = e_FormattedString

    def _format(self, pieces: Sequence[Any]) -> f.Expr:
        """Strings side by side, a format string among them. All inside stands, for us, where the whole stands."""
        outer = self._frozen
        if not outer:
            starts = [self._take(p.value) if isinstance(p, cst.SimpleString) else self._next_format() for p in pieces]
            self._frozen = (starts[0], self._end)
        place = self._from(self._take(""))
        parts: list[f.Expr] = []
        for piece in pieces:
            if isinstance(piece, cst.SimpleString):
                parts.append(self.e_SimpleString(piece))
            else:
                parts += self._format_parts(piece.parts, piece.start)
        self._take("")
        self._frozen = outer
        return joined(parts, place)

    def _format_parts(self, nodes: Sequence[Any], prefix: str) -> list[f.Expr]:
        """The pieces of text and the expressions; of what a field is formatted with, only the expressions."""
        parts: list[f.Expr] = []
        for part in nodes:
            if hasattr(part, "expression"):
                parts.append(self.expr(part.expression))
                inner = self._format_parts(part.format_spec or (), prefix)
                parts += (e for e in inner if not isinstance(e, f.Const))
            else:
                parts.append(f.Const(evaluate_piece(part.value, prefix), "str", self._word("")))
        return parts

    def _group(self, kind: f.GroupKind, bracket: str, node: Any) -> f.Expr:
        start, partner = self._open(bracket)
        items = self._elements(node)
        self._close(partner)
        return f.Group(kind, items, self._from(start))

    def _elements(self, node: Any, start: int = 0, stop: int | None = None) -> tuple[f.Expr, ...]:
        items: list[f.Expr] = []
        for element in node.elements[start:stop]:
            items.append(self.expr(element if isinstance(element, cst.StarredElement) else element.value))
        return tuple(items)

    def e_List(self, node: cst.List) -> f.Expr:
        return self._group("list", "[", node)

    def e_Set(self, node: cst.Set) -> f.Expr:
        return self._group("set", "{", node)

    def e_Tuple(self, node: cst.Tuple) -> f.Expr:
        """A tuple without its parentheses; `expr` gives it theirs."""
        start, items = self._end, self._elements(node, 0, 1)
        if items:
            start = self._begin
            items += self._elements(node, 1, None)
        if items and not node.lpar and isinstance(node.elements[-1].comma, cst.Comma):
            self._pass(",")
        return f.Group("tuple", items, self._from(start))

    def e_Dict(self, node: cst.Dict) -> f.Expr:
        start, partner = self._open("{")
        pairs: list[tuple[f.Expr | None, f.Expr]] = []
        for element in node.elements:
            key = self.expr(element.key) if isinstance(element, cst.DictElement) else None
            pairs.append((key, self.expr(element.value)))
        self._close(partner)
        return f.Table(tuple(pairs), self._from(start))

    def e_BinaryOperation(self, node: cst.BinaryOperation) -> f.Expr:
        """A long chain of one operator, `a + b + c …`, has all its operands side by side."""
        links = self._links(node)
        op = OPERATORS[type(node.operator)]
        fact = self.expr(links[-1].left)
        start = self._begin
        if len(links) > LONG_CHAIN and all(type(link.operator) is type(node.operator) for link in links):
            operands = [fact]
            for link in reversed(links):
                operands.append(self.expr(link.right))
            return f.Op(op, tuple(operands), self._from(start))
        for link in reversed(links):
            right = self.expr(link.right)
            fact = f.Op(OPERATORS[type(link.operator)], (fact, right), self._from(start))
        return fact

    def _links(self, node: Any) -> list[Any]:
        """The operations of one kind of node that lead down on the left without parentheses, outermost first."""
        links = [node]
        while type(links[-1].left) is type(node) and not links[-1].left.lpar:
            links.append(links[-1].left)
            if len(links) > DEEPEST and type(links[-1].operator) is not type(node.operator):
                raise TooDeep(self._tokens.line(self._end))
        return links

    def e_BooleanOperation(self, node: cst.BooleanOperation) -> f.Expr:
        links = self._links(node)
        fact = self.expr(links[-1].left)
        start = self._begin
        operands, op = [fact], OPERATORS[type(links[-1].operator)]
        for link in reversed(links):
            if OPERATORS[type(link.operator)] != op:
                operands = [f.Op(op, tuple(operands), self._from(start))]
                op = OPERATORS[type(link.operator)]
            operands.append(self.expr(link.right))
        return f.Op(op, tuple(operands), self._from(start))

    def e_UnaryOperation(self, node: cst.UnaryOperation) -> f.Expr:
        op = OPERATORS[type(node.operator)]
        start = self._take("not") if op == "not" else None
        value = self.expr(node.expression)
        if start is None:
            start = self._begin if self._frozen else max(self._tokens.text.rfind(op, 0, self._begin), 0)
        return f.Op(op, (value,), self._from(start))

    def e_Comparison(self, node: cst.Comparison) -> f.Expr:
        left = self.expr(node.left)
        start = self._begin
        parts: list[f.Op] = []
        for target in node.comparisons:
            right = self.expr(target.comparator)
            parts.append(f.Op(OPERATORS[type(target.operator)], (left, right), packed(*left.at[:2], *right.at[2:])))
            left = right
        whole = self._from(start)
        if len(parts) > 1:
            return f.Op("and", tuple(parts), whole)
        return f.Op(parts[0].op, parts[0].operands, whole)

    def e_IfExp(self, node: cst.IfExp) -> f.Expr:
        then = self.expr(node.body)
        start = self._begin
        test, other = self.expr(node.test), self.expr(node.orelse)
        return f.Choice(test, then, other, self._from(start))

    def e_Await(self, node: cst.Await) -> f.Expr:
        start = self._take("await")
        value = self.expr(node.expression)
        return f.Await(value, self._from(start))

    def e_Yield(self, node: cst.Yield) -> f.Expr:
        self._yields[-1] = True
        start = self._take("yield")
        inner, delegate = node.value, False
        if isinstance(inner, cst.From):
            inner, delegate = inner.item, True
        value = self.expr(inner) if inner is not None else None
        return f.Yield(value, delegate, self._from(start))

    def e_NamedExpr(self, node: cst.NamedExpr) -> f.Expr:
        target = self.expr(node.target)
        start = self._begin
        value = self.expr(node.value)
        assert isinstance(target, f.Name)
        return f.Walrus(target, value, self._from(start))

    def e_Lambda(self, node: cst.Lambda) -> f.Expr:
        keyword = self._word("lambda")
        start = self._begin
        params = self._params(node.params)
        self._yields.append(False)
        body = self.expr(node.body)
        is_generator = self._yields.pop()
        at = self._from(start)
        inside = (f.Return(body, body.where),)
        function = f.Function(
            "<lambda>", params, (), None, inside, False, is_generator, at, keyword, unpacked(at).end_line
        )  # fmt: skip
        return f.Lambda(function, at)

    def e_GeneratorExp(self, node: Any) -> f.Expr:
        return self._comprehension("generator", (node.elt,), node.for_in, None)

    def e_ListComp(self, node: Any) -> f.Expr:
        return self._comprehension("list", (node.elt,), node.for_in, "[")

    def e_SetComp(self, node: Any) -> f.Expr:
        return self._comprehension("set", (node.elt,), node.for_in, "{")

    def e_DictComp(self, node: Any) -> f.Expr:
        return self._comprehension("dict", (node.key, node.value), node.for_in, "{")

    def _comprehension(self, kind: str, elements: tuple[Any, ...], first: Any, bracket: str | None) -> f.Expr:
        opened = self._open(bracket) if bracket else None
        items = [self.expr(elements[0])]
        start = opened[0] if opened else self._begin
        for element in elements[1:]:
            items.append(self.expr(element))
        clauses = []
        clause = first
        while clause is not None:
            target, source = self.expr(clause.target), self.expr(clause.iter)
            conditions = []
            for condition in clause.ifs:
                conditions.append(self.expr(condition.test))
            clauses.append(f.Clause(target, source, tuple(conditions)))
            clause = clause.inner_for_in
        if opened:
            self._close(opened[1])
        return f.Comprehension(kind, tuple(items), tuple(clauses), self._from(start))

    def _params(self, node: cst.Parameters) -> tuple[f.Param, ...]:
        found = [self._param(p, "positional-only") for p in node.posonly_params]
        found += [self._param(p, "positional") for p in node.params]
        if isinstance(node.star_arg, cst.Param):
            found.append(self._param(node.star_arg, "star"))
        found += [self._param(p, "keyword-only") for p in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append(self._param(node.star_kwarg, "double-star"))
        return tuple(found)

    def _param(self, node: cst.Param, kind: f.ParamKind) -> f.Param:
        at = self._word(node.name.value)
        annotation = self.expr(node.annotation.annotation) if node.annotation is not None else None
        default = self.expr(node.default) if node.default is not None else None
        return f.Param(node.name.value, kind, annotation, default, at)
