"""The types inside an annotation: `Optional[X]`, `X | None`, `Annotated[X, …]` and `"X"` all speak of X."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from statelint import facts as f
from statelint.project.resolution.paths import last_name
from statelint.spans import NOWHERE

WRAPPERS = frozenset(
    {"Optional", "Union", "Annotated", "Awaitable", "Coroutine", "Final", "ClassVar", "Required", "NotRequired",
     "Iterator", "AsyncIterator", "Generator", "AsyncGenerator"}
)  # fmt: skip
META = frozenset({"type", "Type"})
"""Names of what an annotation says of a value that is a class."""
COLLECTIONS = frozenset(
    {"List", "Dict", "Set", "FrozenSet", "Tuple", "Deque", "DefaultDict", "OrderedDict", "Iterable", "Sequence",
     "Collection", "Mapping", "MutableMapping", "MutableSequence", "AbstractSet", "MutableSet", "KeysView",
     "ValuesView", "ItemsView"}
)  # fmt: skip
"""Types of the standard library's own vocabulary of annotations whose parameters say what a value holds."""
TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.]*)|(['\"])([^'\"]*)\2|(.))")
NESTING = 12


def annotation_types(annotation: f.Expr) -> Iterator[f.Name | f.Attr | f.Item]:
    """The types that an annotated thing may be of: names, and names with parameters."""
    if type(annotation) is f.Name or type(annotation) is f.Attr:
        yield annotation
    elif type(annotation) is f.Const and annotation.kind == "str":
        written = forward(str(annotation.value))
        if written is not None:
            yield from annotation_types(written)
    elif type(annotation) is f.Op and annotation.op == "|":
        for operand in annotation.operands:
            yield from annotation_types(operand)
    elif type(annotation) is f.Item:
        name = last_name(annotation.of)
        if name not in WRAPPERS:
            yield annotation
        elif name == "Annotated" and type(annotation.key) is f.Group:
            yield from annotation_types(annotation.key.items[0])
        else:
            for item in parameters(annotation):
                yield from annotation_types(item)


def parameters(annotation: f.Item) -> tuple[f.Expr, ...]:
    """What stands in the brackets of a type."""
    return annotation.key.items if type(annotation.key) is f.Group else (annotation.key,)


def held_types(annotation: f.Expr) -> tuple[f.Expr, ...]:
    """The types of what a container holds: the values of a table, all places of a tuple."""
    if type(annotation) is not f.Item:
        return ()
    inner = parameters(annotation)
    return inner if last_name(annotation.of).lower() == "tuple" else inner[-1:]


@lru_cache(maxsize=4096)
def forward(text: str) -> f.Expr | None:
    """A forward reference as an expression; None when it is no type as one writes them."""
    if len(text) > 400:
        return None
    tokens = [(name, quoted, sign) for name, _, quoted, sign in TOKEN.findall(text.rstrip())]
    reader = _Reader(tokens)
    found = reader.union(0)
    return found if reader.at == len(tokens) else None


def dotted(text: str) -> f.Expr:
    """A dotted name as an expression."""
    first, *rest = text.split(".")
    expr: f.Expr = f.Name(first, NOWHERE)
    for name in rest:
        expr = f.Attr(expr, name, NOWHERE)
    return expr


class _Reader:
    """Reads `a.B[C, "D"] | None` from (name, quoted text, sign) tokens; stops before what it does not know."""

    def __init__(self, tokens: list[tuple[str, str, str]]) -> None:
        self._tokens = tokens
        self.at = 0

    def _takes(self, sign: str) -> bool:
        taken = self.at < len(self._tokens) and self._tokens[self.at] == ("", "", sign)
        self.at += taken
        return taken

    def union(self, depth: int) -> f.Expr | None:
        first = self._type(depth)
        if first is None:
            return None
        operands = [first]
        while self._takes("|"):
            other = self._type(depth)
            if other is None:
                return None
            operands.append(other)
        return first if len(operands) == 1 else f.Op("|", tuple(operands), NOWHERE)

    def _type(self, depth: int) -> f.Expr | None:
        if self.at >= len(self._tokens) or depth > NESTING:
            return None
        name, quoted, _ = self._tokens[self.at]
        if not name and not quoted:
            return None
        self.at += 1
        if quoted:
            return f.Const(quoted, "str", NOWHERE)
        head = f.Const(None, "none", NOWHERE) if name == "None" else dotted(name)
        return self._with_parameters(head, depth) if self._takes("[") else head

    def _with_parameters(self, head: f.Expr, depth: int) -> f.Expr | None:
        inner: list[f.Expr] = []
        while not self._takes("]"):
            item = self.union(depth + 1)
            if item is None and not (self._takes(".") and self._takes(".") and self._takes(".")):
                return None
            inner += [item] if item is not None else []
            self._takes(",")
        if not inner:
            return head
        return f.Item(head, inner[0] if len(inner) == 1 else f.Group("tuple", tuple(inner), NOWHERE), NOWHERE)
