"""What tests ask of the class of a name or an access path: `isinstance(x, Basket)`, `type(self.shop) is Shop`.

Also what they ask of a function: `iscoroutinefunction(callback)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from statelint import facts as f
from statelint.spans import Place


class Asked(NamedTuple):
    """`path`, as written, is an object of one of these classes, or of none of them, from the end of a test on.

    With `kind` it is what a function such as `iscoroutinefunction` says yes to, or not; `classes` is that function.
    """

    path: str
    classes: f.Expr
    is_one: bool
    at: Place
    kind: bool = False

    @property
    def since(self) -> tuple[int, int]:
        return (self.at.end_line, self.at.end_column)


def written(e: f.Expr) -> str:
    """A name, or a path of attributes, as written; empty for anything else."""
    if type(e) is f.Name:
        return e.id
    of = written(e.of) if type(e) is f.Attr else ""
    return f"{of}.{e.name}" if type(e) is f.Attr and of else ""


def asked(test: f.Expr, taken: bool) -> Iterator[Asked]:
    """What holds where a test comes out so."""
    if type(test) is f.Op:
        if test.op == "not":
            yield from asked(test.operands[0], not taken)
        elif test.op == ("and" if taken else "or"):
            for operand in test.operands:
                yield from asked(operand, taken)
        elif test.op in ("is", "==") and taken and len(test.operands) == 2:
            made, cls = test.operands
            if type(made) is f.Call and getattr(made.func, "id", "") == "type" and len(made.args) == 1:
                yield from _of(made.args[0], cls, True, test.at)
    elif type(test) is f.Call and getattr(test.func, "id", "") == "isinstance" and len(test.args) == 2:
        yield from _of(test.args[0], test.args[1], taken, test.at)
    elif type(test) is f.Call and len(test.args) == 1 and not test.keywords and _says_a_kind(test.func):
        yield from _of(test.args[0], test.func, taken, test.at, True)


def asked_after(statement: f.If) -> Iterator[Asked]:
    """What holds behind a statement, since its other branches leave the block."""
    if leaves(statement.then):
        yield from asked(statement.test, False)
        if len(statement.other) == 1 and type(statement.other[0]) is f.If:
            yield from asked_after(statement.other[0])
    elif leaves(statement.other):
        yield from asked(statement.test, True)


def leaves(body: tuple[f.Stmt, ...]) -> bool:
    """Whether a block always leaves the enclosing block, so that what follows runs only when it was not taken."""
    return bool(body) and (
        isinstance(body[-1], f.Return | f.Raise) or (isinstance(body[-1], f.Jump) and body[-1].kind != "pass")
    )


def _says_a_kind(func: f.Expr) -> bool:
    """Whether the name of a function is one that says whether something is of a kind."""
    name = func.id if type(func) is f.Name else func.name if type(func) is f.Attr else ""
    return name.startswith("is")


def _of(e: f.Expr, classes: f.Expr, is_one: bool, at: Place, kind: bool = False) -> Iterator[Asked]:
    path = written(e.target if type(e) is f.Walrus else e)
    if path:
        yield Asked(path, classes, is_one, at, kind)
