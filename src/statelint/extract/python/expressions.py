"""LibCST expressions → facts, consuming tokens in source order to give each fact its place."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import libcst as cst

from statelint import facts as f
from statelint.extract.python.tokens import Tokens
from statelint.spans import Place

OPERATORS: dict[type, str] = {
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
NAMED = {"None": (None, "none"), "True": (True, "bool"), "False": (False, "bool")}


class Expressions:
    """The cursor over the tokens, and one method for each kind of expression node."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._all = tokens.all
        self._at = 0
        self._end = 0
        self._frozen: tuple[int, int] | None = None
        self._yields = [False]

    # ── the cursor ──

    def _take(self, text: str) -> tuple[int, int]:
        """Consume up to the next token with this text; its offsets."""
        if self._frozen:
            return self._frozen
        tokens, size = self._all, len(self._all)
        i = self._at
        while i < size and tokens[i].text != text:
            i += 1
        if i == size:
            return self._end, self._end
        self._at = i + 1
        self._end = tokens[i].end
        return tokens[i].start, tokens[i].end

    def _open(self, text: str) -> tuple[int, int]:
        """Consume an opening bracket; its offset and the number of its partner's token."""
        start, _ = self._take(text)
        return start, self._tokens.partner.get(self._at - 1, self._at - 1)

    def _close(self, partner: int) -> int:
        """Move behind a closing bracket; the offset of its end."""
        if self._frozen:
            return self._frozen[1]
        if partner < len(self._all):
            self._at = max(self._at, partner + 1)
            self._end = self._all[partner].end
        return self._end

    def _place(self, start: int, end: int) -> Place:
        return self._tokens.place(start, end)

    def _span(self, first: f.Expr, end: int) -> Place:
        """From the start of an expression to an offset."""
        last = self._tokens.place(end, end)
        return Place(first.at.line, first.at.column, last.end_line, last.end_column)

    @staticmethod
    def _join(first: f.Expr, last: f.Expr) -> Place:
        return Place(first.at.line, first.at.column, last.at.end_line, last.at.end_column)

    # ── expressions ──

    def expr(self, node: Any) -> f.Expr:
        parens = () if self._frozen else getattr(node, "lpar", ())
        opened = [self._open("(") for _ in parens]
        fact = getattr(self, "e_" + type(node).__name__, self._opaque)(node)
        for start, partner in reversed(opened):
            end = self._close(partner)
            if isinstance(fact, f.Group) and fact.kind == "tuple" and (start, partner) == opened[-1]:
                fact = f.Group("tuple", fact.items, self._place(start, end))
        return fact

    def _opaque(self, node: Any) -> f.Expr:
        return f.Opaque(self._place(self._end, self._end))

    def e_Name(self, node: cst.Name) -> f.Expr:
        place = self._place(*self._take(node.value))
        constant = NAMED.get(node.value)
        return f.Const(constant[0], constant[1], place) if constant else f.Name(node.value, place)

    def e_Attribute(self, node: cst.Attribute) -> f.Expr:
        of = self.expr(node.value)
        _, end = self._take(node.attr.value)
        return f.Attr(of, node.attr.value, self._span(of, end))

    def e_Call(self, node: cst.Call) -> f.Expr:
        func = self.expr(node.func)
        _, partner = self._open("(")
        args, keywords = self._arguments(node.args)
        return f.Call(func, args, keywords, self._span(func, self._close(partner)))

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
                args.append(f.Star(value, value.at))
            else:
                args.append(value)
        return tuple(args), tuple(keywords)

    def e_Subscript(self, node: cst.Subscript) -> f.Expr:
        of = self.expr(node.value)
        start, partner = self._open("[")
        keys = [self._slice(e.slice) for e in node.slice]
        end = self._close(partner)
        single = len(keys) == 1 and not isinstance(node.slice[0].comma, cst.Comma)
        key = keys[0] if single else f.Group("tuple", tuple(keys), self._place(start + 1, max(start + 1, end - 1)))
        return f.Item(of, key, self._span(of, end))

    def _slice(self, node: Any) -> f.Expr:
        if isinstance(node, cst.Index):
            value = self.expr(node.value)
            return f.Star(value, value.at) if node.star else value
        parts = [self.expr(p) for p in (node.lower, node.upper, node.step) if p is not None]
        place = self._join(parts[0], parts[-1]) if parts else self._place(self._end, self._end)
        return f.Op("slice", tuple(parts), place)

    def e_Integer(self, node: cst.Integer) -> f.Expr:
        place = self._place(*self._take(node.value))
        value = int(node.value.replace("_", ""), 0) if len(node.value) < 64 else None
        if value is None or abs(value) >= 1 << 63:
            return f.Const(float(value) if value is not None and abs(value) < 1 << 900 else 0.0, "float", place)
        return f.Const(value, "int", place)

    def e_Float(self, node: cst.Float) -> f.Expr:
        return f.Const(float(node.value.replace("_", "")), "float", self._place(*self._take(node.value)))

    def e_Imaginary(self, node: cst.Imaginary) -> f.Expr:
        return f.Const(0.0, "float", self._place(*self._take(node.value)))

    def e_Ellipsis(self, node: cst.Ellipsis) -> f.Expr:
        return f.Const(None, "ellipsis", self._place(*self._take("...")))

    def e_SimpleString(self, node: cst.SimpleString) -> f.Expr:
        place = self._place(*self._take(node.value))
        value = _evaluate(node.value)
        if isinstance(value, bytes):
            return f.Const(value.decode("latin-1"), "bytes", place)
        return f.Const(value, "str", place)

    def e_ConcatenatedString(self, node: cst.ConcatenatedString) -> f.Expr:
        left, right = self.expr(node.left), self.expr(node.right)
        place = self._join(left, right)
        if isinstance(left, f.Const) and isinstance(right, f.Const):
            return f.Const(str(left.value) + str(right.value), left.kind, place)
        parts = [*(left.parts if isinstance(left, f.Text) else (left,))]
        parts += right.parts if isinstance(right, f.Text) else (right,)
        return f.Text(tuple(parts), place)

    def e_FormattedString(self, node: Any) -> f.Expr:
        span = self._frozen or self._next_string()
        outer, self._frozen = self._frozen, span
        parts = self._format_parts(node.parts)
        self._frozen = outer
        return f.Text(tuple(parts), self._place(*span))

    e_TemplatedString = e_FormattedString

    def _next_string(self) -> tuple[int, int]:
        while self._at < len(self._all):
            token = self._all[self._at]
            self._at += 1
            if token.kind == "string":
                self._end = token.end
                return token.start, token.end
        return self._end, self._end

    def _format_parts(self, nodes: Sequence[Any]) -> list[f.Expr]:
        assert self._frozen is not None
        parts: list[f.Expr] = []
        for part in nodes:
            if hasattr(part, "expression"):
                parts.append(self.expr(part.expression))
                parts += self._format_parts(part.format_spec or ())
            else:
                parts.append(f.Const(part.value, "str", self._place(*self._frozen)))
        return parts

    def _group(self, kind: str, bracket: str, node: Any) -> f.Expr:
        start, partner = self._open(bracket)
        items = tuple(self._element(e) for e in node.elements)
        return f.Group(kind, items, self._place(start, self._close(partner)))

    def _element(self, element: Any) -> f.Expr:
        value = self.expr(element.value)
        return f.Star(value, value.at) if isinstance(element, cst.StarredElement) else value

    def e_List(self, node: cst.List) -> f.Expr:
        return self._group("list", "[", node)

    def e_Set(self, node: cst.Set) -> f.Expr:
        return self._group("set", "{", node)

    def e_Tuple(self, node: cst.Tuple) -> f.Expr:
        items = tuple(self._element(e) for e in node.elements)
        place = self._join(items[0], items[-1]) if items else self._place(self._end, self._end)
        return f.Group("tuple", items, place)

    def e_Dict(self, node: cst.Dict) -> f.Expr:
        start, partner = self._open("{")
        pairs: list[tuple[f.Expr | None, f.Expr]] = []
        for element in node.elements:
            key = self.expr(element.key) if isinstance(element, cst.DictElement) else None
            pairs.append((key, self.expr(element.value)))
        return f.Table(tuple(pairs), self._place(start, self._close(partner)))

    def e_BinaryOperation(self, node: cst.BinaryOperation) -> f.Expr:
        left, right = self.expr(node.left), self.expr(node.right)
        return f.Op(OPERATORS[type(node.operator)], (left, right), self._join(left, right))

    def e_BooleanOperation(self, node: cst.BooleanOperation) -> f.Expr:
        op = OPERATORS[type(node.operator)]
        left, right = self.expr(node.left), self.expr(node.right)
        same = isinstance(left, f.Op) and left.op == op and not node.left.lpar
        operands = (*left.operands, right) if same and isinstance(left, f.Op) else (left, right)
        return f.Op(op, operands, self._join(left, right))

    def e_UnaryOperation(self, node: cst.UnaryOperation) -> f.Expr:
        op = OPERATORS[type(node.operator)]
        if op == "not":
            self._take("not")
        value = self.expr(node.expression)
        return f.Op(op, (value,), value.at)

    def e_Comparison(self, node: cst.Comparison) -> f.Expr:
        left = self.expr(node.left)
        parts: list[f.Expr] = []
        for target in node.comparisons:
            right = self.expr(target.comparator)
            parts.append(f.Op(OPERATORS[type(target.operator)], (left, right), self._join(left, right)))
            left = right
        return parts[0] if len(parts) == 1 else f.Op("and", tuple(parts), self._join(parts[0], parts[-1]))

    def e_IfExp(self, node: cst.IfExp) -> f.Expr:
        then, test, other = self.expr(node.body), self.expr(node.test), self.expr(node.orelse)
        return f.Choice(test, then, other, self._join(then, other))

    def e_Await(self, node: cst.Await) -> f.Expr:
        start, _ = self._take("await")
        value = self.expr(node.expression)
        begin = self._place(start, start)
        return f.Await(value, Place(begin.line, begin.column, value.at.end_line, value.at.end_column))

    def e_Yield(self, node: cst.Yield) -> f.Expr:
        self._yields[-1] = True
        place = self._place(*self._take("yield"))
        inner, delegate = node.value, False
        if isinstance(inner, cst.From):
            inner, delegate = inner.item, True
        value = self.expr(inner) if inner is not None else None
        return f.Yield(value, delegate, self._to(place, value))

    @staticmethod
    def _to(place: Place, value: f.Expr | None) -> Place:
        if value is None:
            return place
        return Place(place.line, place.column, value.at.end_line, value.at.end_column)

    def e_NamedExpr(self, node: cst.NamedExpr) -> f.Expr:
        target, value = self.expr(node.target), self.expr(node.value)
        assert isinstance(target, f.Name)
        return f.Walrus(target, value, self._join(target, value))

    def e_Lambda(self, node: cst.Lambda) -> f.Expr:
        place = self._place(*self._take("lambda"))
        params = self._params(node.params)
        body = self.expr(node.body)
        at = self._to(place, body)
        function = f.Function(
            "<lambda>", params, (), None, (f.Return(body, body.at),), False, False, at, place, at.end_line
        )
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
        items = tuple(self.expr(e) for e in elements)
        clauses = []
        clause = first
        while clause is not None:
            target, source = self.expr(clause.target), self.expr(clause.iter)
            conditions = tuple(self.expr(c.test) for c in clause.ifs)
            clauses.append(f.Clause(target, source, conditions))
            clause = clause.inner_for_in
        if opened is None:
            return f.Comprehension(kind, items, tuple(clauses), self._span(items[0], self._end))
        return f.Comprehension(kind, items, tuple(clauses), self._place(opened[0], self._close(opened[1])))

    def _params(self, node: cst.Parameters) -> tuple[f.Param, ...]:
        found = [self._param(p, "positional-only") for p in node.posonly_params]
        found += [self._param(p, "positional") for p in node.params]
        if isinstance(node.star_arg, cst.Param):
            found.append(self._param(node.star_arg, "star"))
        found += [self._param(p, "keyword-only") for p in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append(self._param(node.star_kwarg, "double-star"))
        return tuple(found)

    def _param(self, node: cst.Param, kind: str) -> f.Param:
        at = self._place(*self._take(node.name.value))
        annotation = self.expr(node.annotation.annotation) if node.annotation is not None else None
        default = self.expr(node.default) if node.default is not None else None
        return f.Param(node.name.value, kind, annotation, default, at)


def _evaluate(literal: str) -> str | bytes:
    """The value of a string literal. Most have no prefix and no escape and need no evaluation."""
    if "\\" not in literal:
        if literal.startswith(('"""', "'''")):
            return literal[3:-3].replace("\r\n", "\n")
        if literal[0] in "\"'":
            return literal[1:-1]
    try:
        value = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return literal
    return value if isinstance(value, str | bytes) else literal
