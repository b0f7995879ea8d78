"""The arguments of one call, as the flow analysis hands them about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from statelint import facts as f
from statelint.project.flow.values import NONE, Many, Tup, Value, join


@dataclass(slots=True)
class Given:
    """The arguments of a call: values beside the expressions that they come from."""

    values: list[Value] = field(default_factory=list)
    exprs: list[f.Expr | None] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    keyword_exprs: dict[str, f.Expr] = field(default_factory=dict)
    loose: Value = NONE
    """What any other keyword may hold: the entries of a spread dictionary that are not told apart."""

    def spread(self, value: Value) -> None:
        """Take in `**value`."""
        for atom in value:
            if isinstance(atom, Tup) and atom.keys:
                for key, item in zip(atom.keys, atom.items, strict=True):
                    self.keywords[key] = self.keywords.get(key, NONE) | item
            elif isinstance(atom, Many):
                self.loose |= atom.inner

    def value(self, position: int | None, keyword: str = "") -> Value:
        if keyword and keyword in self.keywords:
            return self.keywords[keyword]
        if position is not None and 0 <= position < len(self.values):
            return self.values[position]
        return NONE

    def expr(self, position: int | None, keyword: str = "") -> f.Expr | None:
        if keyword and keyword in self.keyword_exprs:
            return self.keyword_exprs[keyword]
        if position is not None and 0 <= position < len(self.exprs):
            return self.exprs[position]
        return None

    def everything(self) -> Value:
        return join([*self.values, *self.keywords.values(), self.loose])

    def rest(self, start: int, without: Iterable[str] = ()) -> Given:
        """The arguments behind a position, for the callable that stands there."""
        dropped = set(without)
        return Given(
            self.values[start:],
            self.exprs[start:],
            {k: v for k, v in self.keywords.items() if k not in dropped},
            {k: v for k, v in self.keyword_exprs.items() if k not in dropped},
            self.loose,
        )
