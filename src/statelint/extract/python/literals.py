"""Literals as facts write them, whichever parser read them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from typing import Final

from statelint import facts as f
from statelint.spans import Where

NAMED: Final[dict[str, tuple[bool | None, f.ConstKind]]] = {
    "None": (None, "none"),
    "True": (True, "bool"),
    "False": (False, "bool"),
}
SURROGATE: Final = re.compile("[\ud800-\udfff]")
LINE_END: Final = re.compile(r"\r\n?")
ESCAPED: Final = re.compile(r'(\\.)|"', re.DOTALL)
LONG_CHAIN: Final = 20
"""Operations of one operator in a row, `a + b + c …`, beyond which the operands stand side by side in one fact."""
LONGEST_INTEGER: Final = 64
"""Characters of an integer whose value is looked at."""


def sound(text: str) -> str:
    """Text without halves of surrogate pairs: such a half is no text, it has no UTF-8."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)


def integer(value: int | None, at: Where) -> f.Const:
    """An integer, or about its value where it has more than 63 bits; None is one that is too long to look at."""
    if value is None or abs(value) >= 1 << 63:
        return f.Const(float(value) if value is not None and abs(value) < 1 << 900 else 0.0, "float", at)
    return f.Const(value, "int", at)


def evaluate(literal: str) -> str | bytes:
    """The value of a string literal. Most have no prefix and no escape and need no evaluation."""
    if "\\" not in literal:
        if literal.startswith(('"""', "'''")):
            return LINE_END.sub("\n", literal[3:-3])
        if literal[0] in "\"'":
            return literal[1:-1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing: not ours to judge
            value = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return literal
    if isinstance(value, str):
        return sound(value)
    return value if isinstance(value, bytes) else literal


def evaluate_piece(piece: str, prefix: str) -> str:
    """The value of what stands between the fields of a format string with this prefix."""
    piece = LINE_END.sub("\n", piece.replace("{{", "{").replace("}}", "}"))
    if "\\" not in piece or "r" in prefix.lower():
        return piece
    ends_open = len(piece) - len(piece.rstrip("\\"))
    inside = ESCAPED.sub(lambda m: m.group(1) or '\\"', piece + "\\" * (ends_open % 2))
    value = evaluate(f'"""{inside}"""')
    return value if isinstance(value, str) else piece


def joined(parts: Iterable[f.Expr], at: Where) -> f.Text:
    """A format string of its parts: pieces of text that meet are one, and empty ones are none."""
    whole: list[f.Expr] = []
    for part in parts:
        if isinstance(part, f.Const) and part.kind == "str":
            last = whole[-1] if whole else None
            if isinstance(last, f.Const) and last.kind == "str":
                whole[-1] = f.Const(f"{last.value}{part.value}", "str", at)
                continue
            if not part.value:
                continue
        whole.append(part)
    return f.Text(tuple(whole), at)
