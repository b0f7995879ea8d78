"""Expressions of the interpreter's tree → facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from statelint import facts as f
from statelint.extract.python.literals import LONG_CHAIN, LONGEST_INTEGER, integer, joined, sound
from statelint.extract.python.native_places import Lines, Refused, measured
from statelint.extract.python.native_tree import tree_of
from statelint.extract.python.tokens import LONG_FORMAT
from statelint.spans import Where, packed, unpacked

DEEPEST: Final = 120
"""Levels of expressions and blocks that are read here: below the depth at which the other way may give up."""
WIDEST: Final = 300
"""Operands side by side; the other way counts their tokens."""
SPELLED_OUT: Final = re.compile(r"=\s*[!:}]")
"""What may be a field such as `{x=}`: the tree has `x=` among the text before the field, as if it were written so."""
SPELLING: Final = re.compile(r"\{([^{}]*?=\s*)(?=[!:}])")
"""Such a field from its brace on, with all that the tree has among the text."""
OPERATORS: Final[dict[type, f.Operator]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.BitOr: "|", ast.BitAnd: "&",
    ast.FloorDiv: "//", ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.BitXor: "^", ast.MatMult: "@",
    ast.And: "and", ast.Or: "or", ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Eq: "==",
    ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


class _Readers(dict[type, Callable[[Any, Any], Any]]):
    """What reads each kind of node. A kind that we do not know is newer than we are."""

    def __missing__(self, kind: type) -> Callable[[Any, Any], Any]:
        raise Refused(kind.__name__)


class Expressions:
    """One method for each kind of expression."""

    _read: ClassVar[_Readers]
    """The functions, not the methods of an object: it would lead to itself by these, and so be kept for good with the
    text that it reads, since nothing looks for cycles."""

    def __init_subclass__(cls) -> None:
        methods = (name for name in dir(cls) if name.startswith(("e_", "s_")))
        cls._read = _Readers((kind, getattr(cls, name)) for name in methods if (kind := getattr(ast, name[2:], None)))

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._at = lines.at
        self._frozen: Where | None = None
        self._format = ""
        """The format string that is being read, as written, if a field of it may be such as `{x=}`."""
        self._spellings: list[str] = []
        self._spelled_out = 0
        """How many fields turned out to be such."""
        self._depth = 0
        self._yields = [False]

    def expr(self, node: ast.expr) -> f.Expr:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused
        fact: f.Expr = self._read[type(node)](self, node)
        self._depth -= 1
        return fact

    def e_Name(self, node: ast.Name) -> f.Expr:
        return f.Name(node.id, self._at(node))

    def e_Attribute(self, node: ast.Attribute) -> f.Expr:
        return f.Attr(self.expr(node.value), node.attr, self._at(node))

    def e_Call(self, node: ast.Call) -> f.Expr:
        expr = self.expr
        keywords = tuple((k.arg or "**", expr(k.value)) for k in node.keywords) if node.keywords else ()
        return f.Call(expr(node.func), tuple(map(expr, node.args)), keywords, self._at(node))

    def e_Subscript(self, node: ast.Subscript) -> f.Expr:
        return f.Item(self.expr(node.value), self.expr(node.slice), self._at(node))

    def e_Slice(self, node: ast.Slice) -> f.Expr:
        parts = tuple(self.expr(part) for part in (node.lower, node.upper, node.step) if part is not None)
        return f.Op("slice", parts, self._at(node))

    def e_Constant(self, node: ast.Constant) -> f.Expr:
        value, at = node.value, self._at(node)
        if isinstance(value, str):
            return f.Const(sound(value), "str", at)
        if value is None or isinstance(value, bool):
            return f.Const(value, "none" if value is None else "bool", at)
        if isinstance(value, int):
            written = 0 if self._frozen else (node.end_col_offset or 0) - node.col_offset
            return integer(value if written < LONGEST_INTEGER else None, at)
        if isinstance(value, bytes):
            return f.Const(value.decode("latin-1"), "bytes", at)
        if value is ...:
            return f.Const(None, "ellipsis", at)
        return f.Const(value if isinstance(value, float) else 0.0, "float", at)

    def e_JoinedStr(self, node: ast.JoinedStr) -> f.Expr:
        """All inside a format string, and the strings beside it, stands for us where the whole stands."""
        outer, at = self._frozen, self._at(node)
        if outer:
            return joined(self._pieces(node), at)
        written = self.lines.covered(unpacked(at))
        self._format = written if "=" in written and SPELLED_OUT.search(written) else ""
        self._spellings, self._spelled_out = SPELLING.findall(self._format), 0
        if len(written) > LONG_FORMAT:
            measured(written)
        self._frozen, self._at = at, lambda _: at
        parts = self._pieces(node)
        self._frozen, self._at = None, self.lines.at
        return joined(parts, at)

    def _pieces(self, node: Any) -> list[f.Expr]:
        parts: list[f.Expr] = []
        for value in node.values:
            if not isinstance(value, ast.FormattedValue):
                parts.append(self.expr(value))
                continue
            bare = value.conversion == -1 and value.format_spec is None  # `{x=}` is written out by repr
            if self._format and parts and not bare:
                parts[-1] = self._unspelled(parts[-1], value.value)
            parts.append(self.expr(value.value))
            if value.format_spec is not None:
                parts += (e for e in self._pieces(value.format_spec) if not isinstance(e, f.Const))
        return parts

    def _unspelled(self, before: f.Expr, field: ast.expr) -> f.Expr:
        """The text before a field without the spelling of the field itself: of `{x=}`, without `x=`.

        Raises Refused where such a text may stand there anyway.
        """
        text = str(getattr(before, "value", ""))
        if not text.rstrip().endswith("="):
            return before
        wanted = ast.dump(field)
        fitting = {own for own in self._spellings if text.endswith(own) and _dumped(own) == wanted}
        if not fitting and len(self._spellings) == len(SPELLED_OUT.findall(self._format)):
            return before  # `a={x!r}`, beside a field that is spelled out
        self._spelled_out += 1
        if len(fitting) != 1 or self._spelled_out > len(self._spellings):
            raise Refused
        own = fitting.pop()
        if self._format.count(own) != sum(spelling.count(own) for spelling in self._spellings):
            raise Refused
        return f.Const(text.removesuffix(own), "str", self._at(field))

    def _group(self, kind: f.GroupKind, node: Any) -> f.Expr:
        return f.Group(kind, tuple(map(self.expr, node.elts)), self._at(node))

    def e_List(self, node: ast.List) -> f.Expr:
        return self._group("list", node)

    def e_Set(self, node: ast.Set) -> f.Expr:
        return self._group("set", node)

    def e_Tuple(self, node: ast.Tuple) -> f.Expr:
        return self._group("tuple", node)

    def e_Starred(self, node: ast.Starred) -> f.Expr:
        value = self.expr(node.value)
        return f.Star(value, value.where)

    def e_Dict(self, node: ast.Dict) -> f.Expr:
        expr = self.expr
        pairs = tuple((None if k is None else expr(k), expr(v)) for k, v in zip(node.keys, node.values, strict=True))
        return f.Table(pairs, self._at(node))

    def e_BinOp(self, node: ast.BinOp) -> f.Expr:
        """A long chain of one operator has all its operands side by side."""
        links = [node]
        while type(left := links[-1].left) is ast.BinOp and _begin_alike(left, node):
            links.append(left)
        links.reverse()
        fact = self.expr(links[0].left)
        if len(links) > LONG_CHAIN and len({type(link.op) for link in links}) == 1:
            self._wide(links)
            return f.Op(OPERATORS[type(node.op)], (fact, *(self.expr(link.right) for link in links)), self._at(node))
        if len(links) > DEEPEST:
            raise Refused
        for link in links:
            fact = f.Op(OPERATORS[type(link.op)], (fact, self.expr(link.right)), self._at(link))
        return fact

    def _wide(self, operands: Sequence[object]) -> None:
        if len(operands) > WIDEST:
            raise Refused

    def e_BoolOp(self, node: ast.BoolOp) -> f.Expr:
        self._wide(node.values)
        return f.Op(OPERATORS[type(node.op)], tuple(map(self.expr, node.values)), self._at(node))

    def e_UnaryOp(self, node: ast.UnaryOp) -> f.Expr:
        return f.Op(OPERATORS[type(node.op)], (self.expr(node.operand),), self._at(node))

    def e_Compare(self, node: ast.Compare) -> f.Expr:
        left, at = self.expr(node.left), self._at(node)
        if len(node.ops) == 1:
            return f.Op(OPERATORS[type(node.ops[0])], (left, self.expr(node.comparators[0])), at)
        self._wide(node.ops)
        parts: list[f.Expr] = []
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.expr(comparator)
            inside = packed(*left.at[:2], *right.at[2:])
            parts.append(f.Op(OPERATORS[type(op)], (left, right), inside))
            left = right
        return f.Op("and", tuple(parts), at)

    def e_IfExp(self, node: ast.IfExp) -> f.Expr:
        return f.Choice(self.expr(node.test), self.expr(node.body), self.expr(node.orelse), self._at(node))

    def e_Await(self, node: ast.Await) -> f.Expr:
        return f.Await(self.expr(node.value), self._at(node))

    def e_Yield(self, node: ast.Yield) -> f.Expr:
        self._yields[-1] = True
        return f.Yield(None if node.value is None else self.expr(node.value), False, self._at(node))

    def e_YieldFrom(self, node: ast.YieldFrom) -> f.Expr:
        self._yields[-1] = True
        return f.Yield(self.expr(node.value), True, self._at(node))

    def e_NamedExpr(self, node: ast.NamedExpr) -> f.Expr:
        target = node.target
        return f.Walrus(f.Name(target.id, self._at(target)), self.expr(node.value), self._at(node))

    def e_Lambda(self, node: ast.Lambda) -> f.Expr:
        where = self._at(node)
        at = unpacked(where)
        keyword = self._frozen or packed(at.line, at.column, at.line, at.column + len("lambda"))
        params = self._params(node.args)
        self._yields.append(False)
        body = self.expr(node.body)
        is_generator = self._yields.pop()
        inside = (f.Return(body, body.where),)
        function = f.Function(
            "<lambda>", params, (), None, inside, False, is_generator, where, keyword, at.end_line
        )  # fmt: skip
        return f.Lambda(function, where)

    def e_GeneratorExp(self, node: ast.GeneratorExp) -> f.Expr:
        return self._comprehension("generator", node, node.elt)

    def e_ListComp(self, node: ast.ListComp) -> f.Expr:
        return self._comprehension("list", node, node.elt)

    def e_SetComp(self, node: ast.SetComp) -> f.Expr:
        return self._comprehension("set", node, node.elt)

    def e_DictComp(self, node: ast.DictComp) -> f.Expr:
        return self._comprehension("dict", node, node.key, node.value)

    def _comprehension(self, kind: str, node: Any, *elements: ast.expr) -> f.Expr:
        expr = self.expr
        clauses = tuple(f.Clause(expr(g.target), expr(g.iter), tuple(map(expr, g.ifs))) for g in node.generators)
        return f.Comprehension(kind, tuple(map(expr, elements)), clauses, self._at(node))

    def _params(self, node: ast.arguments) -> tuple[f.Param, ...]:
        if not (node.args or node.vararg or node.kwonlyargs or node.kwarg or node.posonlyargs):
            return ()
        before = (*(None for _ in (*node.posonlyargs, *node.args)[len(node.defaults) :]), *node.defaults)
        first = len(node.posonlyargs)
        param = self._param
        found = [param(a, "positional-only", d) for a, d in zip(node.posonlyargs, before[:first], strict=True)]
        found += [param(a, "positional", d) for a, d in zip(node.args, before[first:], strict=True)]
        if node.vararg is not None:
            found.append(param(node.vararg, "star", None))
        found += [param(a, "keyword-only", d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        if node.kwarg is not None:
            found.append(param(node.kwarg, "double-star", None))
        return tuple(found)

    def _param(self, node: ast.arg, kind: f.ParamKind, default: ast.expr | None) -> f.Param:
        where = self._at(node)
        if node.annotation is None:
            return f.Param(node.arg, kind, None, None if default is None else self.expr(default), where)
        if not self._frozen:
            at = unpacked(where)
            where = packed(at.line, at.column, at.line, at.column + len(node.arg))
        annotation = self.expr(node.annotation)
        return f.Param(node.arg, kind, annotation, None if default is None else self.expr(default), where)


def _begin_alike(inner: ast.expr, outer: ast.expr) -> bool:
    """Whether two operations begin at one spot, so that no bracket stands before the inner one."""
    return (inner.lineno, inner.col_offset) == (outer.lineno, outer.col_offset)


def _dumped(spelling: str) -> str:
    """The tree of the expression in `x=`, written out; nothing where it is none."""
    try:
        body = tree_of(f"({spelling.rstrip()[:-1]})").body
    except Refused:
        return ""
    return ast.dump(body[0].value) if len(body) == 1 and isinstance(body[0], ast.Expr) else ""
