"""How the arguments of a call fill the parameters of a function of the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from statelint import facts as f
from statelint.project.flow.given import Given
from statelint.project.flow.values import Value, join, keyed, many
from statelint.project.resolution.arguments import positional
from statelint.project.resolution.scopes import Scope


class ByKind(NamedTuple):
    """The names of a function's parameters, by how a call may fill them."""

    positional: Sequence[str]
    named: frozenset[str]
    """All but `*args` and `**kwargs`."""
    surplus: str
    others: str


class Parameters:
    """Looks at each function once."""

    def __init__(self) -> None:
        self._names: dict[Scope, ByKind] = {}

    def filled(self, callee: Scope, node: f.Function, offset: int, given: Given) -> dict[str, Value]:
        """What the parameters hold, of which the first `offset` ones are not for the call to fill."""
        names = self._names.get(callee)
        if names is None:
            names = self._names[callee] = _names(node)
        values: dict[str, Value] = {}
        ordered = names.positional[offset:]
        for name, value, e in zip(ordered, given.values, given.exprs):  # noqa: B905 - surplus goes to *args
            if value or e is not None:  # else spread from what nothing is known of, if it is given at all
                values[name] = value
        others: list[tuple[str, Value]] = []
        for name, value in given.keywords.items():
            if name in names.named:
                values[name] = value
            else:
                others.append((name, value))
        if given.loose:
            values.update({name: given.loose for name in names.named if name not in values})
            others.append(("**", given.loose))
        if names.surplus and len(given.values) > len(ordered):
            values[names.surplus] = many(join(given.values[len(ordered) :]))
        if names.others and others:
            values[names.others] = keyed(others)
        return values


def _names(node: f.Function) -> ByKind:
    by_kind = {p.kind: p.name for p in node.params if p.kind in ("star", "double-star")}
    named = frozenset(p.name for p in node.params if p.kind not in by_kind)
    return ByKind(positional(node), named, by_kind.get("star", ""), by_kind.get("double-star", ""))
