"""Edits of Python: a call that makes a value gives way to an expression that reads it, with the import that this needs.

Only a call is replaced that stands where it can be told what its value is for: bound to a name, an attribute, a key or
a keyword, or given to a call whose finding says what it takes. The rest of the file is not touched.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from statelint.findings import Edit
from statelint.fix.text import Piece, Text
from statelint.spans import Place

VAGUE = frozenset({"key", "secret", "salt", "value", "token", "store", "security"})
DEFAULTS = frozenset({"default", "default_factory", "factory"})
"""Keywords whose value is only for when nothing else is given."""


def pieces(text: Text, path: str, place: Place, name: str, edit: Edit) -> tuple[Piece, ...] | None:
    """What to change for the value that is made at a place; None when that is not plain.

    `name` is what the finding calls the object, after a colon.
    """
    try:
        tree = ast.parse(text.seen)
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = [
        (call, purpose, edit.read[known])
        for call, purpose in _calls(tree)
        if purpose is not None
        and place.line <= call.lineno <= place.end_line
        and (known := _called(call, _imported(tree))) in edit.read
    ]
    if len(found) != 1:
        return None
    call, purpose, wanted = found[0]
    new = wanted.replace("{NAME}", _constant(path, purpose, name.rpartition(":")[2]))
    needed = _needed(text, tree, new)
    if needed is None:
        return None
    start, end = _offset(text, call.lineno, call.col_offset), _offset(text, call.end_lineno, call.end_col_offset)
    return (*needed, Piece(start, end, new))


def together(text: Text, changes: Iterable[tuple[Piece, ...]]) -> Text | None:
    """The text with some changes in it, a piece that several need once; None when they meet or do not parse."""
    try:
        new = Text(text.edited(sorted(set(chain.from_iterable(changes)))))
        ast.parse(new.seen)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return new


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str | None]]:
    """Each call with what its value is bound to: empty for an argument, None where nothing says what it is for."""
    purposes: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            purposes[node.value] = _target(node.targets[0])
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            purposes[node.value] = _target(node.target)
        elif isinstance(node, ast.Dict):
            purposes.update((v, _text(k)) for k, v in zip(node.keys, node.values, strict=True))
        elif isinstance(node, ast.Call):
            purposes.update((argument, "") for argument in node.args)
            purposes.update((k.value, k.arg or "") for k in node.keywords if k.arg not in DEFAULTS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, purposes.get(node)


def _target(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _text(node.slice)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _imported(tree: ast.Module) -> dict[str, str]:
    """What the module's own imports bind: name → dotted name."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            found.update((a.asname or a.name.partition(".")[0], a.name if a.asname else a.name.partition(".")[0])
                         for a in node.names)  # fmt: skip
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.update((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
    return found


def _called(call: ast.Call, imported: Mapping[str, str]) -> str:
    """The dotted name of what is called, with `()` behind a call on the way; empty when it is no plain name."""

    def dotted(node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return imported.get(node.id, "")
        if isinstance(node, ast.Attribute):
            before = dotted(node.value)
            return f"{before}.{node.attr}" if before else ""
        inner = dotted(node.func) if isinstance(node, ast.Call) else ""
        return f"{inner}()" if inner else ""

    return dotted(call.func)


def _constant(path: str, purpose: str, name: str) -> str:
    """The name of a variable of the environment; one that says too little gets the module's in front."""
    names = [re.sub(r"\W+", "_", word.rpartition(".")[2] or word).strip("_") for word in (purpose, name)]
    telling = [word for word in names if word and word.lower() not in VAGUE]
    module = re.sub(r"\W+", "_", path.rpartition("/")[2].removesuffix(".py")).strip("_")
    return (telling[0] if telling else f"{module}_{names[1]}").upper()


def _needed(text: Text, tree: ast.Module, expression: str) -> tuple[Piece, ...] | None:
    """The imports that an expression needs and the module lacks; None when a name means something else there."""
    roots = {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)} - set(dir(builtins))
    imported = _imported(tree)
    missing = sorted(root for root in roots if imported.get(root) != root)
    if any(root in _bound(tree) for root in missing):
        return None
    at = _place_of_imports(text, tree)
    return (Piece(at, at, "".join(f"import {root}\n" for root in missing)),) if missing else ()


def _bound(tree: ast.Module) -> set[str]:
    names = (
        [node.id] if isinstance(node, ast.Name) else [node.arg] if isinstance(node, ast.arg)
        else [a.asname or a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        for node in ast.walk(tree)
    )  # fmt: skip
    return set(chain.from_iterable(names))


def _offset(text: Text, line: int | None, column: int | None) -> int:
    """An offset in characters; the parser counts the bytes of a line."""
    number = line or 1
    before = text.line(number).encode()[: column or 0].decode(errors="ignore")
    return text.offset(number, len(before) + 1) or 0


def _place_of_imports(text: Text, tree: ast.Module) -> int:
    """Where a new import goes: before the first one that is not from the future, else after the module's docstring."""
    after = 1
    for node in tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node is tree.body[0]
        if docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            after = (node.end_lineno or node.lineno) + 1
        elif isinstance(node, ast.Import | ast.ImportFrom):
            return text.offset(node.lineno, 1) or 0
    return text.offset(after, 1) or 0
