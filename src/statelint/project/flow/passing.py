"""How calls pass data on: wrapped, decoded, joined to paths, handed to callables that run now or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.flow_rows import Pass
from statelint.project.flow.events import Activation, Asked, Mark
from statelint.project.flow.given import Given
from statelint.project.flow.sources import element
from statelint.project.flow.values import (
    BODY,
    NONE,
    Bind,
    Handle,
    Inst,
    Loc,
    Taint,
    Tup,
    Value,
    as_text,
    below,
    both,
    constructed,
    content_of,
    derived,
    join,
    keyed,
    locs,
    many,
    read_of,
    record,
    taints,
    written,
)
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.values import Made
from statelint.spans import Place

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


PATHS = frozenset({Loc, Inst})


class Passing:
    """Carries out the rows that say how a call passes on what it is given."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._reads: dict[int, f.Attr] = {}
        """The attributes that calls of `getattr` read, as expressions that live as long as what is known of them."""

    def carry(
        self, act: Activation, row: Pass, func: f.Expr, recv: Value, given: Given, call: f.Expr, at: Place
    ) -> Value:
        """What a call of which a row tells passes on."""
        how = row.how
        value = given.value(row.argument, row.keyword)
        if row.argument < 0:
            value = recv
        if row.every:
            value = given.everything()
        sources = self._run.sources
        if how == "clean":
            return NONE
        if how == "asks":
            places = frozenset(x for x in locs(value) if x.exact)
            if places:
                self._run.events.asked.append(Asked(act.scope, at, places, self._run.frames(), self._run.next()))
            return NONE
        if how == "same":
            return value
        if how == "send":
            for receiver in self._run.calls.signals.receivers(func.of, act.scope) if isinstance(func, f.Attr) else ():
                self._run.caller.into(act, receiver, 1 if first_parameter(receiver) else 0, False, given, at)
            return NONE
        if how == "content":
            return content_of(value) | self._run.kept.held(value)
        if how == "read":
            return read_of(value, self._run.kept.held(value))
        if how == "decode-text":
            return frozenset(
                Taint("derived" if t.level == "derived" else "content", "", t.origin, t.via) for t in taints(value)
            )
        if how == "parse":  # a body that is a message says nothing of a file; what is encoded in it may be one
            return parsed(value | self._run.kept.held(value))
        if how == "derived":
            cls = constructed(self._run.evaluator.qualified_names(func, act.scope))
            return derived(value, cls) | derived(self._run.kept.held(value), cls)
        if how == "wrap":
            data = content_of(value)
            handles = frozenset(a for a in value if isinstance(a, Handle))
            if not handles and self._run.library.where("".join(row.names[:1])) == "memory":
                place = Loc(f"{act.scope.full_name}#{at}")
                handles = frozenset({Handle("memory", frozenset({place}))})
                for t in taints(data):
                    self._run.kept.wrote([place], t)
            return data | handles
        if how == "same-path":
            return path_part(value)
        if how == "spelled":  # a path stays that path as text; of all else it is the text
            path = path_part(value)
            return both(path, content_of(value - path))
        if how == "join-path":
            parts = [recv, *given.values] if row.argument < 0 else given.values
            if len(parts) == 1:
                return path_part(parts[0])
            first = parts[0] if parts else NONE
            return self._run.evaluator.path(act, call, parts, first, sure=True)
        if how == "element":
            key = written(given.expr(0))
            if key and row.argument < 0:
                told = [a.entry(key) for a in value if isinstance(a, Tup) and a.keys]
                rest = [a for a in value if not (isinstance(a, Tup) and a.keys)]
                return join([*told, element(rest, True, sources)])
            return element(value, True, sources)
        if how == "text":
            parts = [recv, *given.values, *given.keywords.values()]
            first = recv if row.argument < 0 else given.value(row.argument)
            return join(map(as_text, parts[1:])) | self._run.evaluator.path(act, call, parts, first)
        if how == "inside":
            inner = below(value)
            return many(inner | frozenset({Tup((inner,))})) if inner else NONE
        if how == "table":
            return value | keyed(given.keywords.items())
        if how == "fields":
            return self._record(act, func, given)
        if how == "pairs":
            inner = element(value, True, sources)
            return many(frozenset({Tup((NONE, inner))})) if inner else NONE
        if how == "numbered":
            inner = element(value, True, sources)
            return many(frozenset({Tup((NONE, inner))})) if inner else NONE
        if how == "zip":
            inners = tuple(element(v, True, sources) for v in given.values)
            return many(frozenset({Tup(inners)})) if any(inners) else NONE
        if how == "attribute":
            return self._getattr(act, given, call)
        if how == "store":
            if isinstance(func, f.Attr):
                self._run.evaluator.store(act, func.of, given.everything())
            return NONE
        if how == "context":
            return self._run.walker.entered(act, value, given.expr(row.argument, row.keyword))
        return self._callable(act, row, given, call, at)

    def _record(self, act: Activation, func: f.Expr, given: Given) -> Value:
        """An object of a class whose fields the call that made the class names."""
        for made in self._run.names.denote(func, act.scope):
            call = made.site.expr if isinstance(made, Made) else None
            if isinstance(call, f.Call) and len(call.args) > 1:
                return record(_field_names(call.args[1]), given.values, given.keywords)
        return NONE

    def _getattr(self, act: Activation, given: Given, call: f.Expr) -> Value:
        name, base = given.expr(1), given.expr(0)
        if isinstance(name, f.Const) and name.kind == "str" and base is not None:
            read = self._reads.setdefault(id(call), f.Attr(base, str(name.value), call.where))
            return self._run.attribution.attribute(act, read, given.value(0))
        return NONE

    def _callable(self, act: Activation, row: Pass, given: Given, call: f.Expr, at: Place) -> Value:
        func = given.expr(row.argument, row.keyword)
        if func is None:
            return given.value(row.argument, row.keyword)
        rest = given.rest(row.argument + 1, (row.keyword, row.arguments_keyword, row.keywords_keyword))
        if row.arguments_keyword and row.arguments_keyword in given.keywords:
            passed = given.keywords[row.arguments_keyword]
            tuples = [a for a in passed if isinstance(a, Tup) and not a.keys]
            items = list(tuples[0].items) if tuples else [element(passed, True, self._run.sources)] * 4
            rest = Given(items, [None] * len(items))
        if row.keywords_keyword and row.keywords_keyword in given.keywords:
            rest.spread(given.keywords[row.keywords_keyword])
        if row.how in ("bind", "wrapper"):
            if row.how == "bind":
                self.invoke(act, func, rest, call, at)
            keywords = tuple(sorted(rest.keywords.items()))
            return frozenset({Bind(func, act.scope, tuple(rest.values), keywords, row.how == "bind")})
        if row.how == "call-each":
            inner = [element(v, True, self._run.sources) for v in rest.values]
            if not rest.values and not isinstance(func, f.Lambda):
                return given.value(row.argument)
            return many(self.invoke(act, func, Given(inner, [None] * len(inner)), call, at))
        if row.how == "call-later":
            act.marks.append(Mark("later", None))
            try:
                return self.invoke(act, func, rest, call, at)
            finally:
                act.marks.pop()
        if isinstance(func, f.Call):
            return given.value(row.argument, row.keyword)
        return self.invoke(act, func, rest, call, at)

    def invoke(self, act: Activation, func: f.Expr, given: Given, call: f.Expr, at: Place) -> Value:
        """The result of a callable that an argument names."""
        if isinstance(func, f.Call):
            bound = self._run.evaluator.value(act, func)
            return join(
                self._run.caller.apply(
                    act, atom.func,
                    self._run.evaluator.value(act, atom.func.of) if isinstance(atom.func, f.Attr) else NONE,
                    Given([*atom.args, *given.values], [*([None] * len(atom.args)), *given.exprs],
                          {**dict(atom.keywords), **given.keywords}, dict(given.keyword_exprs)),
                    call, at, direct=False, follow=False,
                )
                for atom in bound if isinstance(atom, Bind)
            )  # fmt: skip
        recv = self._run.evaluator.value(act, func.of) if isinstance(func, f.Attr) else NONE
        return self._run.caller.apply(act, func, recv, given, call, at, direct=False)


def _field_names(e: f.Expr) -> list[str]:
    """The names in a text or a list of them, each alone or before its type."""
    if isinstance(e, f.Group):
        return [written(i.items[0] if isinstance(i, f.Group) and i.items else i) for i in e.items]
    return written(e).replace(",", " ").split()


def parsed(value: Value) -> Value:
    """What stands in a message: the text of a body, what is computed from other data."""
    body = frozenset(t for t in taints(value) if t.level == "content" and t.type == BODY)
    rest = frozenset(t for t in taints(value) if t not in body)
    return derived(rest) | frozenset(Taint("text", "", t.origin, t.via) for t in body)


def path_part(value: Value) -> Value:
    """What a value says of a path."""
    kept = [a for a in value if type(a) in PATHS or (isinstance(a, Taint) and a.level == "copy")]
    return value if len(kept) == len(value) else frozenset(kept) if kept else NONE
