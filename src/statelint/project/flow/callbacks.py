"""Functions that get request data by their registration: callbacks, decorated functions, overridden methods."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.flow_rows import Source
from statelint.knowledge import Knowledge
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Ext, Func, Obj, qualified
from statelint.spans import Place

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


class Callbacks:
    """`given`: (function, parameter) → the rows that say what it gets, each with where that is written."""

    def __init__(self, names: Names, knowledge: Knowledge, rows: list[Source]) -> None:
        self._names = names
        self._knowledge = knowledge
        self._rows = rows
        self.given: dict[tuple[Scope, str], list[tuple[Source, Place, Scope]]] = defaultdict(list)
        self._collect()

    def _collect(self) -> None:
        shaped = [row for row in self._rows if row.methods or row.decorated or row.markers]
        if shaped:
            for scope in self._names.every:
                if scope.kind == "function" and isinstance(scope.node, f.Function):
                    for row in shaped:
                        self._shaped(scope, scope.node, row)
        handed = [row for row in self._rows if row.handed or row.fed]
        if handed:
            for scope in self._names.every:
                for site in scope.calls:
                    self._handed(site.call, scope, handed)

    def _shaped(self, scope: Scope, node: f.Function, row: Source) -> None:
        skip = 1 if first_parameter(scope) else 0
        params = [p for p in node.params if p.kind not in ("star", "double-star")][skip:]
        if row.methods:
            if node.name in row.methods and scope.owner and self._of_class(scope.owner, row):
                for number, p in enumerate(params):
                    if number == row.position or p.name in row.parameters:
                        self.given[scope, p.name].append((row, p.at, scope))
            return
        for decorator in node.decorators:
            target = decorator.func if isinstance(decorator, f.Call) else decorator
            wanted = row.decorated or row.names
            if not self._denotes(target, scope.parent or scope, wanted):
                continue
            if row.markers and isinstance(decorator, f.Call):
                self._bound(scope, params, decorator, row)
            elif row.decorated:
                for number, p in enumerate(params):
                    if row.position in (number, None) and (not row.parameters or p.name in row.parameters):
                        self.given[scope, p.name].append((row, p.at, scope))

    def _of_class(self, cls: Scope, row: Source) -> bool:
        if any(self._knowledge.canonical(base) in row.names for base in self._names.classes.outside_bases(cls)):
            return True
        lineage = {n for base in self._names.classes.outside_bases(cls) for n in self._knowledge.lineage(base)}
        if lineage & set(row.names):
            return True
        node = cls.node
        return isinstance(node, f.Class) and any(
            self._denotes(d.func if isinstance(d, f.Call) else d, cls.parent or cls, row.names) for d in node.decorators
        )

    def _denotes(self, e: f.Expr, scope: Scope, wanted: tuple[str, ...]) -> bool:
        for value in self._names.denote(e, scope):
            name = qualified(value)
            if name and any(spelling in wanted for spelling in self._knowledge.spellings(name)):
                return True
        return False

    def _bound(self, scope: Scope, params: list[f.Param], decorator: f.Call, row: Source) -> None:
        """Markers in the order of the decorator's arguments, one parameter each."""
        flat: list[f.Expr] = []
        for arg in (*decorator.args, *(v for _, v in decorator.keywords)):
            flat.extend(arg.items if isinstance(arg, f.Group) else (arg,))
        number = 0
        for arg in flat:
            if not isinstance(arg, f.Call) or not self._denotes(arg.func, scope.parent or scope, row.markers):
                continue
            given = [a for a in (*arg.args, *(v for _, v in arg.keywords)) if isinstance(a, f.Const)]
            if number < len(params) and given and given[-1].value == row.about:
                self.given[scope, params[number].name].append((row, arg.at, scope))
            number += 1

    def _handed(self, call: f.Call, scope: Scope, rows: list[Source]) -> None:
        if not call.args and not call.keywords:
            return
        for row in rows:
            if row.fed:
                self._fed(call, scope, row)
                continue
            for key in row.handed:
                given = [v for k, v in call.keywords if k == key]
                if key.isdigit() and int(key) < len(call.args):
                    given.append(call.args[int(key)])
                if given and self._denotes(call.func, scope, row.names):
                    for expr in given:
                        self._to_parameter(expr, scope, row, row.position or 0, call.at)

    def _to_parameter(self, callback: f.Expr, scope: Scope, row: Source, position: int, at: Place) -> None:
        for value in self._names.denote(callback, scope):
            if isinstance(value, Func | Bound) and isinstance(value.scope.node, f.Function):
                skip = 1 if first_parameter(value.scope) else 0
                params = value.scope.node.params[skip:]
                if position < len(params):
                    entry = (row, at, scope)
                    if entry not in self.given[value.scope, params[position].name]:
                        self.given[value.scope, params[position].name].append(entry)

    def _fed(self, call: f.Call, scope: Scope, row: Source) -> None:
        """A call with a callback and the components whose values it gets."""
        keywords = dict(call.keywords)
        inputs = keywords.get("inputs") or (call.args[1] if len(call.args) > 1 else None)
        callback = keywords.get("fn") or (call.args[0] if call.args else None)
        if inputs is None or callback is None:
            return
        components = inputs.items if isinstance(inputs, f.Group) else (inputs,)
        for number, component in enumerate(components):
            for value in self._names.denote(component, scope):
                cls = value.cls.name if isinstance(value, Obj) and isinstance(value.cls, Ext) else ""
                level = row.fed.get(self._knowledge.canonical(cls)) if cls else None
                if level:
                    fed = Source(gives=level, many=False)  # type: ignore[arg-type]
                    self._to_parameter(callback, scope, fed, number, call.at)


def decorated_by(names: Names) -> dict[Scope, list[Scope]]:
    """Functions by the project function that decorates them, or that the decorator's factory returns."""
    found: dict[Scope, list[Scope]] = defaultdict(list)
    for scope in names.every:
        if isinstance(scope.node, f.Function) and scope.parent is not None:
            for decorator in scope.node.decorators:
                for value in names.denote(decorator, scope.parent):
                    if isinstance(value, Func):
                        found[value.scope].append(scope)
    return found


def wrapper_of(names: Names, scope: Scope) -> tuple[Scope, Scope] | None:
    """The project function next around a function as its decorator, and the function that this one puts in its place,
    where that hands over something of its own: an open file, a folder, a session."""
    node = scope.node
    if not isinstance(node, f.Function) or not node.decorators or scope.parent is None:
        return None
    for value in names.denote(node.decorators[-1], scope.parent):
        around = value.scope if isinstance(value, Func) else None
        if around is None or not isinstance(around.node, f.Function) or not around.node.params:
            continue
        name = around.node.params[0].name
        for inner in around.descendants():
            if inner.parent is around and isinstance(inner.node, f.Function) and _adds(inner, name):
                return around, inner
    return None


def _adds(inner: Scope, name: str) -> bool:
    """Whether a call of `name` hands over more than what the function was given itself."""
    assert isinstance(inner.node, f.Function)
    own = {p.name for p in inner.node.params}
    for site in inner.calls:
        if isinstance(site.call.func, f.Name) and site.call.func.id == name:
            values = (*site.call.args, *(value for key, value in site.call.keywords if key != "**"))
            if any(not isinstance(v, f.Star) and not (isinstance(v, f.Name) and v.id in own) for v in values):
                return True
    return False


def is_task(run: Run, scope: Scope) -> bool:
    """Whether a decorator makes the function a task that other processes run."""
    node = scope.node
    if not isinstance(node, f.Function) or scope.parent is None:
        return False
    for decorator in node.decorators:
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        for name in run.evaluator.qualified_names(target, scope.parent):
            row = run.knowledge.find("handlers.decorators", name)
            if row is not None and row[1].entry == "task":
                return True
        last = target.name if isinstance(target, f.Attr) else getattr(target, "id", "")
        if "task" in last or last in ("actor", "job"):
            return True
    return False
