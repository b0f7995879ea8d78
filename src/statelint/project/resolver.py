"""The part of name resolution that its own pieces call back, so that they need not import it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.classes import Classes
from statelint.project.modules import Module
from statelint.project.scopes import Binding, Scope
from statelint.project.values import Site, Value, Values
from statelint.spans import Place


class Resolver(Protocol):
    """See names.py for what each of these means."""

    knowledge: Knowledge
    classes: Classes
    arguments: Mapping[tuple[Scope, str], list[tuple[f.Expr, Scope]]]
    attached: Mapping[tuple[Scope, str], list[tuple[f.Expr, Scope, Place]]]

    def denote(self, e: f.Expr, scope: Scope) -> Values: ...

    def member(self, value: Value, name: str) -> Values: ...

    def bound(self, b: Binding) -> Values: ...

    def returned(self, scope: Scope) -> Values: ...

    def elements(self, value: Value, key: f.Expr | None = None) -> Values: ...

    def outside(self, name: str) -> Values: ...

    def module_member(self, module: Module, name: str) -> Values: ...

    def top(self, scope: Scope) -> Scope: ...

    def site(self, expr: f.Expr, scope: Scope) -> Site: ...
