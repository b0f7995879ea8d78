"""Calls of what is not the project's own: carried out by what knowledge says of it, or taken for the unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.flow_rows import Handoff, Opener, Remover, Sink
from statelint.project.flow.events import Activation
from statelint.project.flow.given import Given
from statelint.project.flow.meant import Meanings, Meant
from statelint.project.flow.targets import Targets
from statelint.project.flow.values import (
    Handle,
    Inst,
    Loc,
    Many,
    Origin,
    Taint,
    Value,
    derived,
    join,
    locs,
    shape,
    taints,
    tells,
)
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Func
from statelint.spans import Place

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


class Outside:
    """Carries out such calls."""

    def __init__(self, run: Run, targets: Targets) -> None:
        self._run = run
        self._meanings = Meanings(run, targets)

    def call(self, act: Activation, func: f.Expr, recv: Value, given: Given, call: f.Expr, at: Place) -> Value:
        """The result of calling `func`, of whose receiver `recv` is known."""
        meant = self._meanings.of(act, func, recv)
        attribute = func.name if isinstance(func, f.Attr) else ""
        found: list[Value] = []
        if attribute and recv:
            found.append(self._saved(act, attribute, recv, given, at))
        done = self._by_knowledge(act, meant, func, recv, given, call, at, found)
        if attribute and not meant.names:
            loose = self._run.sources.loose(attribute, act.scope)
            if loose is not None and not any(isinstance(a, Taint) for a in recv):
                found.append(self._run.sources.value(loose, _origin(act, func, call)))
                done = True
        if meant.handoff is not None:
            self._handed(act, meant.handoff, given.everything(), call, at)
        if not done:
            if attribute and recv:
                found.append(self._member(attribute, recv))
            if meant.computes is not None:
                found.append(derived(given.everything(), meant.computes))
            if meant.takes_in:
                self._taken_in(act, func, given)
            self._callbacks(act, given)
        return join(found)

    def _by_knowledge(
        self, act: Activation, meant: Meant, func: f.Expr, recv: Value, given: Given, call: f.Expr, at: Place,
        found: list[Value],
    ) -> bool:  # fmt: skip
        """Do what knowledge says of a call, and add what it gives to `found`; whether that is all there is to it."""
        library = self._run.library
        done = False
        for name, meaning in meant.meanings:
            if isinstance(meaning.sink, Sink):
                found.append(library.sink(act, meaning.sink, given, recv, at, name))
                done = True
            writes = False
            if isinstance(meaning.opener, Opener):
                handles = library.opened(act, meaning.opener, given, recv, call, at, meaning.passing is None)
                found.append(handles)
                done = True
                writes = any(isinstance(a, Handle) and a.mode != "r" for a in handles)
            if meaning.passing is not None and not writes:
                found.append(self._run.passing.carry(act, meaning.passing, func, recv, given, call, at))
                done = True
            if isinstance(meaning.remover, Remover):
                library.removed(act, meaning.remover, given, recv, at)
                done = True
            if meaning.source is not None:
                found.append(self._run.sources.value(meaning.source, _origin(act, func, call)))
                done = True
            if meaning.where == "memory" and not done:
                found.append(frozenset({Handle("memory", frozenset({Loc(f"{act.scope.full_name}#{at}")}))}))
        return done

    def _saved(self, act: Activation, attribute: str, recv: Value, given: Given, at: Place) -> Value:
        """Members of upload objects that are called; saving is a landing."""
        found: list[Value] = []
        for atom in recv:
            if not isinstance(atom, Taint) or atom.level not in ("upload", "field"):
                continue
            row = self._run.sources.upload_type(atom.type)
            for saves in row.saves if row else ():
                if saves.method == attribute:
                    value = given.value(saves.argument, saves.keyword)
                    e = given.expr(saves.argument, saves.keyword)
                    if e is not None or value:
                        handles = list(self._run.library.destination(saves.to, value, e))
                        self._run.library.land(act, [atom], False, handles, at, f"{atom.type}.{attribute}")
            found.append(self._run.attribution.member_of(atom, attribute))
        return join(found)

    def _handed(self, act: Activation, row: Handoff, value: Value, call: f.Expr, at: Place) -> None:
        """Note that paths, or copies of request data, are handed on."""
        if locs(value) or any(t.level == "copy" for t in taints(value)):
            self._run.library.hand(act, row, value, call, at)

    def _member(self, attribute: str, recv: Value) -> Value:
        """What a method of which nothing is known gives: methods of data give data, those of paths paths."""
        parts: list[Value] = []
        for atom in recv:
            if isinstance(atom, Taint) and atom.level in ("derived", "content", "text"):
                parts.append(self._run.attribution.member_of(atom, attribute))
            elif isinstance(atom, Many | Loc) or (isinstance(atom, Inst) and self._run.library.is_path(atom.cls)):
                parts.append(frozenset({atom}))
        return join(parts)

    def _taken_in(self, act: Activation, func: f.Expr, given: Given) -> None:
        """The variable that a method is called on holds what the method is given."""
        while isinstance(func, f.Attr | f.Item | f.Call):
            func = func.func if isinstance(func, f.Call) else func.of
        if isinstance(func, f.Name):
            value = given.everything()
            self._run.evaluator.store(act, func, derived(value | self._run.kept.held(value)))

    def _callbacks(self, act: Activation, given: Given) -> None:
        """Functions made here and given to an unknown call are taken to run."""
        scope = act.scope
        if scope.kind != "function" or not scope.children:
            return
        for e in (*given.exprs, *given.keyword_exprs.values()):
            if not isinstance(e, f.Lambda | f.Name):
                continue
            for inner in self._made_here(e, scope):
                if inner in self._run.touching or any(tells(v) for v in act.env.values()):
                    self._run.function(inner, {}, e.at, force=True)

    def _made_here(self, e: f.Expr, scope: Scope) -> Iterator[Scope]:
        """The functions right inside a scope that an expression denotes."""
        for value in self._run.names.denote(e, scope):
            if isinstance(value, Func) and value.scope.parent is scope:
                yield value.scope


def _origin(act: Activation, func: f.Expr, call: f.Expr) -> Origin:
    return Origin(act.scope.span(call.at), f"`{shape(func)[:40]}()`")
