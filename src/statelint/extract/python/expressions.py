"""LibCST expressions → facts, consuming tokens in source order to give each fact its place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import libcst as cst

from statelint import facts as f
from statelint.extract.python.literals import NAMED, OPERATORS, evaluate
from statelint.extract.python.tokens import Tokens, TooDeep
from statelint.spans import Place

DEEPEST = 160
"""Levels of expressions and blocks; the interpreter gives us a thousand frames, and a level takes up to four."""
LONG_CHAIN = 20


class Expressions:
    """The cursor over the tokens, and one method for each kind of expression node.

    Each method leaves `_begin` and `_end` at the offsets of what it has read, parentheses included.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._texts = tokens.texts
        self._at = 0
        self._begin = 0
        self._end = 0
        self._depth = 0
        self._frozen: tuple[int, int] | None = None
        self._yields = [False]

    # ── the cursor ──

    def _take(self, text: str) -> int:
        """Consume up to the next token with this text; the offset of its start."""
        if self._frozen:
            self._begin, self._end = self._frozen
            return self._begin
        try:
            i = self._texts.index(text, self._at)
        except ValueError:
            return self._end
        self._at = i + 1
        self._begin, self._end = self._tokens.starts[i], self._tokens.ends[i]
        return self._begin

    def _open(self, text: str) -> tuple[int, int]:
        """Consume an opening bracket; its offset and the number of its partner's token."""
        start = self._take(text)
        return start, self._tokens.partner.get(self._at - 1, self._at - 1)

    def _close(self, partner: int) -> None:
        """Move behind a closing bracket."""
        if not self._frozen and partner < len(self._texts):
            self._at = max(self._at, partner + 1)
            self._end = self._tokens.ends[partner]

    def _from(self, start: int) -> Place:
        """The place from an offset to the end of what was read last."""
        self._begin = start
        return self._tokens.place(start, self._end)

    def _word(self, text: str) -> Place:
        """Consume one token; its place."""
        return self._from(self._take(text))

    # ── expressions ──

    def expr(self, node: Any) -> f.Expr:
        self._deeper()
        opened = [self._open("(") for _ in getattr(node, "lpar", ())]
        fact: f.Expr = getattr(self, "e_" + type(node).__name__, self._opaque)(node)
        for start, partner in reversed(opened):
            self._close(partner)
            self._begin = start
        if opened and isinstance(fact, f.Group) and fact.kind == "tuple":
            fact = f.Group("tuple", fact.items, self._from(opened[0][0]))
        self._depth -= 1
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
        _, partner = self._open("(")
        args, keywords = self._arguments(node.args)
        self._close(partner)
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
                args.append(f.Star(value, value.at))
            else:
                args.append(value)
        return tuple(args), tuple(keywords)

    def e_Subscript(self, node: cst.Subscript) -> f.Expr:
        of = self.expr(node.value)
        start = self._begin
        inside, partner = self._open("[")
        keys: list[f.Expr] = []
        for element in node.slice:
            keys.append(self._slice(element.slice))
        last = self._end
        self._close(partner)
        single = len(keys) == 1 and not isinstance(node.slice[0].comma, cst.Comma)
        key = keys[0] if single else f.Group("tuple", tuple(keys), self._tokens.place(inside + 1, last))
        return f.Item(of, key, self._from(start))

    def _slice(self, node: Any) -> f.Expr:
        if isinstance(node, cst.Index):
            value = self.expr(node.value)
            return f.Star(value, value.at) if node.star else value
        parts: list[f.Expr] = []
        start = self._end
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                parts.append(self.expr(part))
                start = start if len(parts) > 1 else self._begin
        return f.Op("slice", tuple(parts), self._from(start))

    def e_Integer(self, node: cst.Integer) -> f.Expr:
        place = self._word(node.value)
        value = int(node.value.replace("_", ""), 0) if len(node.value) < 64 else None
        if value is None or abs(value) >= 1 << 63:
            return f.Const(float(value) if value is not None and abs(value) < 1 << 900 else 0.0, "float", place)
        return f.Const(value, "int", place)

    def e_Float(self, node: cst.Float) -> f.Expr:
        return f.Const(float(node.value.replace("_", "")), "float", self._word(node.value))

    def e_Imaginary(self, node: cst.Imaginary) -> f.Expr:
        return f.Const(0.0, "float", self._word(node.value))

    def e_Ellipsis(self, node: cst.Ellipsis) -> f.Expr:
        return f.Const(None, "ellipsis", self._word("..."))

    def e_SimpleString(self, node: cst.SimpleString) -> f.Expr:
        place = self._word(node.value)
        value = evaluate(node.value)
        if isinstance(value, bytes):
            return f.Const(value.decode("latin-1"), "bytes", place)
        return f.Const(value, "str", place)

    def e_ConcatenatedString(self, node: cst.ConcatenatedString) -> f.Expr:
        pieces = [self.expr(node.left)]
        start = self._begin
        rest: Any = node.right
        while isinstance(rest, cst.ConcatenatedString):
            pieces.append(self.expr(rest.left))
            rest = rest.right
        pieces.append(self.expr(rest))
        place = self._from(start)
        if all(isinstance(piece, f.Const) for piece in pieces):
            first = pieces[0]
            assert isinstance(first, f.Const)
            return f.Const("".join(str(p.value) for p in pieces if isinstance(p, f.Const)), first.kind, place)
        parts: list[f.Expr] = []
        for piece in pieces:
            parts += piece.parts if isinstance(piece, f.Text) else (piece,)
        return f.Text(tuple(parts), place)

    def e_FormattedString(self, node: Any) -> f.Expr:
        """All inside a format string stands, for us, where the string stands."""
        if not self._frozen:
            self._next_format()
        outer, self._frozen = self._frozen, (self._begin, self._end)
        parts = self._format_parts(node.parts)
        self._begin, self._end = self._frozen
        self._frozen = outer
        return f.Text(tuple(parts), self._from(self._begin))

    e_TemplatedString = e_FormattedString

    def _next_format(self) -> None:
        formats = self._tokens.formats
        i = bisect_left(formats, self._at)
        if i < len(formats):
            self._at = formats[i] + 1
            self._begin, self._end = self._tokens.starts[formats[i]], self._tokens.ends[formats[i]]

    def _format_parts(self, nodes: Sequence[Any]) -> list[f.Expr]:
        parts: list[f.Expr] = []
        for part in nodes:
            if hasattr(part, "expression"):
                parts.append(self.expr(part.expression))
                parts += self._format_parts(part.format_spec or ())
            else:
                parts.append(f.Const(part.value, "str", self._word("")))
        return parts

    def _group(self, kind: str, bracket: str, node: Any) -> f.Expr:
        start, partner = self._open(bracket)
        items = self._elements(node)
        self._close(partner)
        return f.Group(kind, items, self._from(start))

    def _elements(self, node: Any) -> tuple[f.Expr, ...]:
        items: list[f.Expr] = []
        for element in node.elements:
            value = self.expr(element.value)
            items.append(f.Star(value, value.at) if isinstance(element, cst.StarredElement) else value)
        return tuple(items)

    def e_List(self, node: cst.List) -> f.Expr:
        return self._group("list", "[", node)

    def e_Set(self, node: cst.Set) -> f.Expr:
        return self._group("set", "{", node)

    def e_Tuple(self, node: cst.Tuple) -> f.Expr:
        """A tuple without its parentheses; `expr` gives it theirs."""
        items = self._elements(node)
        last = self._end
        if items:
            first = items[0].at
            end = self._tokens.place(last, last)
            return f.Group("tuple", items, Place(first.line, first.column, end.line, end.column))
        return f.Group("tuple", (), self._from(last))

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
        start = first = self._begin
        parts: list[f.Expr] = []
        for target in node.comparisons:
            right = self.expr(target.comparator)
            following = self._begin
            parts.append(f.Op(OPERATORS[type(target.operator)], (left, right), self._from(start)))
            left, start = right, following
        return parts[0] if len(parts) == 1 else f.Op("and", tuple(parts), self._from(first))

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
        inside = (f.Return(body, body.at),)
        function = f.Function(
            "<lambda>", params, (), None, inside, False, is_generator, at, keyword, at.end_line
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

    def _param(self, node: cst.Param, kind: str) -> f.Param:
        at = self._word(node.name.value)
        annotation = self.expr(node.annotation.annotation) if node.annotation is not None else None
        default = self.expr(node.default) if node.default is not None else None
        return f.Param(node.name.value, kind, annotation, default, at)
