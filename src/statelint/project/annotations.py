"""The class names inside an annotation: `Optional[X]`, `X | None`, `Annotated[X, …]` and `"X"` all name X."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from statelint import facts as f
from statelint.spans import NOWHERE

WRAPPERS = frozenset(
    {"Optional", "Union", "Annotated", "Awaitable", "Coroutine", "Final", "ClassVar", "Required", "NotRequired",
     "Iterator", "AsyncIterator", "Generator", "AsyncGenerator"}
)  # fmt: skip
DOTTED = re.compile(r"\s*(?:Optional\[)?\s*([A-Za-z_][\w.]*)")


def annotation_names(annotation: f.Expr) -> Iterator[f.Expr]:
    """The expressions that name the classes an annotated thing may be an instance of."""
    if isinstance(annotation, f.Name | f.Attr):
        yield annotation
    elif isinstance(annotation, f.Const) and annotation.kind == "str":
        named = dotted(str(annotation.value))
        if named is not None:
            yield named
    elif isinstance(annotation, f.Op) and annotation.op == "|":
        for operand in annotation.operands:
            yield from annotation_names(operand)
    elif isinstance(annotation, f.Item):
        head = annotation.of
        name = head.name if isinstance(head, f.Attr) else getattr(head, "id", "")
        if name not in WRAPPERS:
            yield head
        elif name == "Annotated" and isinstance(annotation.key, f.Group):
            yield from annotation_names(annotation.key.items[0])
        elif isinstance(annotation.key, f.Group):
            for item in annotation.key.items:
                yield from annotation_names(item)
        else:
            yield from annotation_names(annotation.key)


@lru_cache(maxsize=4096)
def dotted(text: str) -> f.Expr | None:
    """A forward reference as an expression; None when it is no dotted name."""
    match = DOTTED.match(text)
    if match is None:
        return None
    first, *rest = match.group(1).split(".")
    expr: f.Expr = f.Name(first, NOWHERE)
    for name in rest:
        expr = f.Attr(expr, name, NOWHERE)
    return expr
