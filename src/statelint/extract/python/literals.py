"""Operators and literals of LibCST's tree, as facts write them."""

from __future__ import annotations

import ast
import re
import warnings

import libcst as cst

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
SURROGATE = re.compile("[\ud800-\udfff]")
NAMED = {"None": (None, "none"), "True": (True, "bool"), "False": (False, "bool")}


def evaluate(literal: str) -> str | bytes:
    """The value of a string literal. Most have no prefix and no escape and need no evaluation."""
    if "\\" not in literal:
        if literal.startswith(('"""', "'''")):
            return literal[3:-3].replace("\r\n", "\n")
        if literal[0] in "\"'":
            return literal[1:-1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing: not ours to judge
            value = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return literal
    if isinstance(value, str) and not value.isascii():
        return SURROGATE.sub("\ufffd", value)  # half a pair is no text: it has no UTF-8
    return value if isinstance(value, str | bytes) else literal
