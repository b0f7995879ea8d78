"""Whether a local write is one arm of a switch whose other arm is a shared store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from statelint import facts as f
from statelint.project.flow.cleanup import calls_in
from statelint.project.flow.events import Landing, Removal
from statelint.project.flow.library import Library
from statelint.project.resolution.calls import Edge
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Cls, qualified

SETTING_WORDS = ("settings", "config", "environ", "getenv", "conf", "env", "debug")


class Switches:
    """Looks for the other arm around a landing, and around the places where its class is chosen."""

    def __init__(self, names: Names, library: Library, edges: Mapping[int, list[Edge]]) -> None:
        self._names = names
        self._library = library
        self._edges = edges
        self._makers: dict[Scope, list[tuple[Scope, tuple[tuple[f.Expr, bool], ...], f.Call]]] | None = None
        self._choices: dict[Scope, bool] = {}
        self._remotes: dict[tuple[Scope, int], bool] = {}
        self._decided: dict[int, tuple[tuple[object, int], ...]] = {}

    def switched(self, landing: Landing) -> bool:
        """Whether configuration decides if this landing runs or a shared store is used instead."""
        for frame in landing.frames:
            for mark in frame.marks:
                node = mark.node
                if mark.kind == "if" and isinstance(node, f.If) and self._reads_setting(node.test, frame.scope):
                    sibling = node.other if mark.part == "then" else node.then
                    if self._remote(sibling, frame.scope, 2):
                        return True
                if mark.kind == "at" and isinstance(mark.node, tuple):
                    for earlier in mark.node[: mark.number]:
                        if (
                            isinstance(earlier, f.If)
                            and _leaves(earlier.then)
                            and self._reads_setting(earlier.test, frame.scope)
                            and self._remote(earlier.then, frame.scope, 2)
                        ):
                            return True
        return self._chosen_class(landing)

    def decides(self, removal: Removal, landing: Landing) -> bool:
        """Whether configuration decides if a file is removed that it does not decide is written."""
        if removal.number not in self._decided:
            self._decided[removal.number] = tuple(self._deciders(removal))
        return any(not _shares(landing, node, number) for node, number in self._decided[removal.number])

    def _deciders(self, removal: Removal) -> Iterator[tuple[object, int]]:
        """The branches on settings around a removal in its function, and the blocks that one leaves before it."""
        frame = removal.frames[-1]
        for mark in frame.marks:
            branch = mark.node if mark.kind == "if" else None
            if isinstance(branch, f.If) and self._reads_setting(branch.test, frame.scope):
                yield branch, -1
            for number, earlier in enumerate(mark.node[: mark.number] if isinstance(mark.node, tuple) else ()):
                leaves = isinstance(earlier, f.If) and _leaves(earlier.then)
                if leaves and self._reads_setting(earlier.test, frame.scope):
                    yield mark.node, number

    def _reads_setting(self, test: f.Expr, scope: Scope) -> bool:
        return any(self._is_setting(e, scope) for e in _leaves_of(test))

    def _is_setting(self, e: f.Expr, scope: Scope) -> bool:
        text = _dotted(e).lower()
        if any(word in text.split(".") for word in SETTING_WORDS) or "settings" in text or "config" in text:
            return True
        if isinstance(e, f.Name):
            return e.id.isupper() or any(
                b.scope.kind == "module" and b.kind == "assign" for b in self._bindings(e.id, scope)
            )
        return isinstance(e, f.Attr) and (e.name.isupper() or "backend" in e.name or "storage" in e.name)

    def _bindings(self, name: str, scope: Scope) -> list[Binding]:
        top = self._names.scopes[scope.path]
        return [] if name in scope.bindings and scope is not top else list(top.bindings.get(name, ()))

    def _remote(self, body: object, scope: Scope, depth: int) -> bool:
        """Whether code calls a shared store, itself or through project functions."""
        for call in calls_in(body):
            func = call.func
            if isinstance(func, f.Attr) and func.name in self._library.remote_methods:
                return True
            for value in self._names.denote(func, scope):
                name = qualified(value)
                if name and self._library.where(name) == "remote":
                    return True
                if isinstance(value, Cls) and self._remote_class(value.scope, depth):
                    return True
            if depth > 0:
                for edge in self._edges.get(id(call), ()):
                    if self._remote_function(edge.callee, depth - 1):
                        return True
        return False

    def _remote_function(self, scope: Scope, depth: int) -> bool:
        key = (scope, depth)
        if key not in self._remotes:
            node = scope.node
            self._remotes[key] = isinstance(node, f.Function) and self._remote(node.body, scope, depth)
        return self._remotes[key]

    def _remote_class(self, cls: Scope, depth: int) -> bool:
        if any(self._library.where(base) == "remote" for base in self._names.classes.outside_bases(cls)):
            return True
        return depth > 0 and any(self._remote_function(c, depth - 1) for c in cls.children)

    def _chosen_class(self, landing: Landing) -> bool:
        """The class whose method writes is made only under a setting, beside a class with a shared store."""
        owner = landing.scope.owner
        if owner is None:
            return False
        if owner not in self._choices:
            self._choices[owner] = self._is_chosen(owner)
        return self._choices[owner]

    def _is_chosen(self, owner: Scope) -> bool:
        made = self._made(owner)
        if not made:
            return self._tabled(owner)
        siblings = {
            sub for base in self._names.classes.lineage(owner)[1:] if isinstance(base, Cls)
            for sub in self._names.classes.subclasses(base.scope) if sub is not owner
        }  # fmt: skip
        if any(self._remote_class(s, 2) for s in siblings) and all(
            any(self._reads_setting(test, scope) for test, _ in tests) for scope, tests, _ in made
        ):
            return True
        return (all(tests or _in_case(scope, call) or _in_choice(scope, call) for scope, tests, call in made) and any(
            isinstance(v, Cls) and v.scope is not owner and self._remote_class(v.scope, 2)
            for scope, _, _ in made for site in scope.calls for v in self._names.denote(site.call.func, scope)
        )) or self._tabled(owner)  # fmt: skip

    def _tabled(self, cls: Scope) -> bool:
        """Whether the class stands in a table of classes beside one with a shared store."""
        for top in self._names.scopes.values():
            for bindings in top.bindings.values():
                for b in bindings:
                    if isinstance(b.value, f.Table) and b.kind == "assign":
                        held = [v for _, e in b.value.pairs for v in self._names.denote(e, top)]
                        classes = [v.scope for v in held if isinstance(v, Cls)]
                        if cls in classes and any(self._remote_class(c, 2) for c in classes if c is not cls):
                            return True
        return False

    def _made(self, cls: Scope) -> list[tuple[Scope, tuple[tuple[f.Expr, bool], ...], f.Call]]:
        """The calls that make an instance of a class, each with its scope and the tests around it."""
        if self._makers is None:
            self._makers = defaultdict(list)
            for scope in self._names.every:
                for site in scope.calls:
                    for value in self._names.denote(site.call.func, scope):
                        if isinstance(value, Cls):
                            self._makers[value.scope].append((scope, site.context.tests, site.call))
        return self._makers.get(cls, [])


def _shares(landing: Landing, node: object, number: int) -> bool:
    """Whether a landing stands behind the same branch."""
    marks = (m for frame in landing.frames for m in frame.marks if m.node is node)
    return any(m.kind == "if" if number < 0 else m.number > number for m in marks)


def _in_case(scope: Scope, call: f.Call) -> bool:
    """Whether a call stands in one case of a `match` of its function."""
    body = scope.node.body if isinstance(scope.node, f.Function) else ()
    return any(
        any(c is call for c in calls_in(case.body))
        for statement in _inside(body) if isinstance(statement, f.Match) for case in statement.cases
    )  # fmt: skip


def _in_choice(scope: Scope, call: f.Call) -> bool:
    """Whether a call is one side of a conditional expression that a variable holds."""
    values = (b.value for bindings in scope.bindings.values() for b in bindings)
    return any(isinstance(v, f.Choice) and (v.then is call or v.other is call) for v in values)


def _inside(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """The statements of a block and of the blocks inside it."""
    for statement in body:
        yield statement
        for part in ("then", "other", "body", "final"):
            if not isinstance(statement, f.Function | f.Class):
                yield from _inside(getattr(statement, part, ()))


def _dotted(e: f.Expr) -> str:
    if isinstance(e, f.Name):
        return e.id
    if isinstance(e, f.Attr):
        return f"{_dotted(e.of)}.{e.name}"
    if isinstance(e, f.Call):
        return _dotted(e.func)
    if isinstance(e, f.Item):
        return _dotted(e.of)
    return ""


def _leaves_of(test: f.Expr) -> Iterator[f.Expr]:
    if isinstance(test, f.Op):
        for operand in test.operands:
            yield from _leaves_of(operand)
    elif not isinstance(test, f.Const):
        yield test


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], f.Return | f.Raise)
