"""The part of name resolution that its own pieces call back, so that they need not import it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.classes import Classes
from statelint.project.resolution.imports import Imports
from statelint.project.resolution.modules import Module, Modules
from statelint.project.resolution.protocols import Protocols
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Bound, Func, Site, Value, Values
from statelint.spans import Place
from statelint.vocabulary import Fields

T = TypeVar("T")


class Given(NamedTuple):
    """What code hands over anywhere in the project: each expression with the scope in which it runs."""

    arguments: dict[tuple[Scope, str], list[tuple[f.Expr, Scope]]]
    """By parameter, or by field of the class of which the call makes an object, be it declared by one above."""
    more: set[tuple[Scope, str]]
    """Those for which these are not all: a call gives a text, or there are too many."""
    stored: dict[Site, list[tuple[f.Expr, Scope, f.Expr | None]]]
    """What stores and adding methods put into each container, with the key where there is one."""
    keyed: dict[tuple[Site, str | float | None], list[tuple[f.Expr, Scope]]]
    """What is put under constant keys beside so much else: by the container and the key."""
    attached: dict[tuple[Scope, str], list[tuple[f.Expr, Scope, Place]]]
    """What is assigned to attributes of functions."""
    kept: dict[str, list[tuple[f.Expr, Scope]]]
    """What is assigned to attributes and keys of application objects, or shown to requests by a start-up hook."""
    settings: dict[str, list[tuple[f.Expr, Scope]]]
    """What application objects are made with and keep as a table, by the place: `web.Application.settings.[jobs]`."""


class FieldsByName(Protocol):
    """See declared_fields.py."""

    def row(self, e: f.Expr | None, cls: Scope) -> Fields | None: ...

    def makers(self, cls: Scope, name: str) -> list[Scope]: ...


class Resolver(Protocol):
    """See names.py for what each of these means."""

    knowledge: Knowledge
    classes: Classes
    modules: Modules
    scopes: Mapping[str, Scope]
    every: list[Scope]
    fields: FieldsByName
    imports: Imports
    protocols: Protocols
    picked: Mapping[Scope, tuple[Scope, tuple[str, ...]]]
    aliased: dict[Scope, dict[str, Sequence[tuple[Scope, f.Expr]]]]

    def given(self) -> Given | None: ...

    def lookup(self, name: str, scope: Scope) -> Values: ...

    def rebound(self, scope: Scope, name: str) -> bool: ...

    def denote(self, e: f.Expr, scope: Scope) -> Values: ...

    def for_good(self, find: Callable[[], T]) -> tuple[T, bool]: ...

    def member(self, value: Value, name: str) -> Values: ...

    def given_value(self, e: f.Expr, scope: Scope) -> Values: ...

    def bound(self, b: Binding) -> Values: ...

    def returned(self, scope: Scope) -> Values: ...

    def returned_by(self, function: Scope, receiver: Value | None) -> Values: ...

    def returned_at(self, callee: Func | Bound, position: int) -> Values: ...

    def made_with(self, made: Value, e: f.Expr, scope: Scope) -> Values: ...

    def elements(self, value: Value, key: f.Expr | None = None) -> Values: ...

    def kept(self, value: Value, key: f.Expr) -> Values: ...

    def gone_through(self, e: f.Expr, scope: Scope) -> Values: ...

    def annotated(self, annotation: f.Expr, scope: Scope) -> Values: ...

    def outside(self, name: str) -> Values: ...

    def module_member(self, module: Module, name: str) -> Values: ...

    def top(self, scope: Scope) -> Scope: ...

    def site(self, expr: f.Expr, scope: Scope) -> Site: ...
