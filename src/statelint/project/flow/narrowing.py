"""What a test of a variable leaves of what the variable may hold, on either side of the branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from statelint import facts as f
from statelint.project.flow.events import Activation
from statelint.project.flow.values import BYTES, NONE, READ, STREAM, Atom, Inst, Loc, Many, Taint, Tup, Value
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import qualified
from statelint.project.switched_off import SwitchedOff

if TYPE_CHECKING:
    from statelint.project.flow.run import Run

OPEN = frozenset({"typing", "collections", "io", "abc", "os", "tempfile", "contextlib"})
"""Modules of classes that objects belong to by what they can do."""
PLAIN = frozenset({"bytes", "bytearray", "memoryview", "str", "int", "float", "list", "tuple", "set"})
BUFFERS = frozenset({"io.BytesIO", "io.StringIO"})
BINARY = frozenset({"builtins.bytes", "builtins.bytearray", "builtins.memoryview", "builtins.object"})


class Outcome(NamedTuple):
    """What a test says where it came out one way, whatever the variables hold."""

    is_excluded: bool
    """Whether it never comes out so."""
    of_classes: Sequence[tuple[str, tuple[str, ...], bool]]
    """Names of variables with classes, and whether they are of one of these."""
    unequal: Sequence[tuple[str, str]]
    """Names of variables that hold other things than a second one."""


class Narrowing:
    """Reads `isinstance` and unequal paths in the tests of branches. What is not sure to be another thing stays."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._off = SwitchedOff(run.names)
        self._outcomes: dict[Scope, dict[tuple[int, bool], Outcome]] = defaultdict(dict)

    def apply(self, act: Activation, test: f.Expr, truth: bool) -> dict[str, Value]:
        """Leave in the variables only what they may hold where the test came out so; what they held before."""
        wider: dict[str, Value] = {}
        _, of_classes, unequal = self._outcome(test, truth, act.scope)
        for name, classes, belongs in of_classes:
            known = act.env.get(name)
            if known:
                wider.setdefault(name, known)
                left = self._left(known, classes, belongs)
                act.env[name] = left if belongs else self._declared(left, act.scope, name, classes)
        for name, other in unequal:
            known, paths = act.env.get(name, NONE), act.env.get(other, NONE)
            if any(a in paths for a in known if isinstance(a, Loc)):
                wider.setdefault(name, known)
                act.env[name] = frozenset(a for a in known if not (isinstance(a, Loc) and a in paths))
        return wider

    def possible(self, act: Activation, test: f.Expr, truth: bool) -> bool:
        """As `apply`; whether the test can come out so, for all that is known of the data in the variables and of the
        switches in the code."""
        if self._outcome(test, truth, act.scope).is_excluded:
            return False
        wider = self.apply(act, test, truth)
        return all(_says(act.env[name]) or not _says(known) for name, known in wider.items())

    def _outcome(self, test: f.Expr, truth: bool, scope: Scope) -> Outcome:
        outcomes, key = self._outcomes[scope], (id(test), truth)
        known = outcomes.get(key)
        if known is None:
            is_excluded = self._off.excludes(test, truth, scope) or self._is_left_out(scope, test, not truth)
            of_classes = tuple(self._tested(test, truth, scope))
            known = outcomes[key] = Outcome(is_excluded, of_classes, tuple(_unequal(test, truth)))
        return known

    def _is_left_out(self, scope: Scope, test: f.Expr, truth: bool) -> bool:
        """Whether a test comes out so since it asks for a parameter that no call gives: `if folder is None:`."""
        if not isinstance(test, f.Op) or test.op not in ("is", "is not") or not isinstance(test.operands[0], f.Name):
            return False
        name, other = test.operands[0].id, test.operands[1]
        bindings = scope.bindings.get(name, ())
        param = bindings[0].node if len(bindings) == 1 else None
        if not isinstance(param, f.Param) or not isinstance(param.default, f.Const) or not isinstance(other, f.Const):
            return False
        lacks = param.default.kind == other.kind == "none"
        return lacks and truth == (test.op == "is") and self._run.calls.left_out(scope, name)

    def _tested(self, test: f.Expr, truth: bool, scope: Scope) -> Iterator[tuple[str, tuple[str, ...], bool]]:
        """Names of variables with classes, and whether they are of one of these."""
        if isinstance(test, f.Op):
            if test.op == "not":
                yield from self._tested(test.operands[0], not truth, scope)
            elif test.op == ("and" if truth else "or"):
                for operand in test.operands:
                    yield from self._tested(operand, truth, scope)
        elif isinstance(test, f.Call) and isinstance(test.func, f.Name) and test.func.id == "isinstance":
            name, cls = (*test.args, None, None)[:2]
            classes = tuple(self._classes(cls, scope)) if isinstance(name, f.Name) and cls is not None else ("",)
            if isinstance(name, f.Name) and not (truth and "" in classes):
                yield name.id, classes, truth

    def _classes(self, e: f.Expr, scope: Scope) -> Iterable[str]:
        """The qualified names of classes; an empty one stands for a class of which nothing is known."""
        if isinstance(e, f.Group):
            return [name for item in e.items for name in self._classes(item, scope)]
        if isinstance(e, f.Op) and e.op == "|":
            return [name for item in e.operands for name in self._classes(item, scope)]
        canonical = self._run.knowledge.canonical
        return [canonical(qualified(v) or "") for v in self._run.names.denote(e, scope)] or [""]

    def _left(self, value: Value, classes: tuple[str, ...], truth: bool) -> Value:
        left: set[Atom] = set()
        for atom in value:
            if not isinstance(atom, Taint):
                left.add(atom)
            elif truth and atom.level == "field" and classes == ("builtins.str",):
                left.add(Taint("text", "", atom.origin, atom.via))
            elif truth:
                left.update({atom} if not all(self._other(atom, cls) for cls in classes) else ())
            elif not any(self._is(atom, cls) for cls in classes):
                left.add(atom)
        return frozenset(left)

    def _declared(self, value: Value, scope: Scope, name: str, without: tuple[str, ...]) -> Value:
        """Data is bytes where a parameter's annotation leaves nothing else, and neither a path nor a container."""
        bound = scope.bindings.get(name, ())
        param = bound[0].node if len(bound) == 1 else None
        if not isinstance(param, f.Param) or not isinstance(param.annotation, f.Op):
            return value
        options = [e for e in param.annotation.operands if not (isinstance(e, f.Const) and e.kind == "none")]
        classes = {cls for e in options for cls in self._classes(e, scope.parent or scope)}
        if classes - set(without) != {"builtins.bytes"}:
            return value
        return frozenset(
            Taint(a.level, BYTES, a.origin, a.via)
            if isinstance(a, Taint) and a.level in ("content", "derived", "text") and a.type in ("", READ)
            else a
            for a in value
            if not isinstance(a, Many | Tup | Loc)
        )

    def _other(self, atom: Taint, cls: str) -> bool:
        """Whether request data is sure not to be of a class."""
        module, _, name = cls.rpartition(".")
        if atom.level == "upload":
            if self._run.sources.upload_type(cls) is not None or cls in self._lineage(atom.type):
                return False
            return name in PLAIN if module == "builtins" else module.partition(".")[0] not in OPEN
        if atom.type == BYTES:
            return cls not in BINARY and module.partition(".")[0] not in OPEN
        if atom.level == "content" and atom.type == READ:
            return cls not in BINARY and cls != "builtins.str" and module.partition(".")[0] not in OPEN
        if atom.level == "content" and atom.type == STREAM:
            return (module == "builtins" and name in PLAIN) or cls in BUFFERS or self._run.library.is_path(cls)
        if atom.level == "derived" and atom.type not in ("", READ) and module != "builtins":
            return atom.type.partition(".")[0] != module.partition(".")[0] not in OPEN
        return atom.level in ("content", "derived") and self._run.library.is_path(cls)

    def _is(self, atom: Taint, cls: str) -> bool:
        """Whether request data is sure to be of a class."""
        if atom.level == "upload":
            return cls in self._lineage(atom.type)
        return atom.type == BYTES and cls == "builtins.bytes"

    def _lineage(self, cls: str) -> Iterable[str]:
        return tuple(self._run.knowledge.lineage(self._run.knowledge.canonical(cls))) if cls else ()


def _unequal(test: f.Expr, truth: bool) -> Iterator[tuple[str, str]]:
    """Names of variables that hold other things than a second one."""
    if isinstance(test, f.Op) and test.op == ("and" if truth else "or"):
        for operand in test.operands:
            yield from _unequal(operand, truth)
    elif isinstance(test, f.Op) and test.op == ("!=" if truth else "==") and len(test.operands) == 2:
        left, right = test.operands
        if isinstance(left, f.Name) and isinstance(right, f.Name):
            yield left.id, right.id


def _says(value: Value) -> bool:
    """Whether a value is known by more than its class."""
    return any(not isinstance(atom, Inst) for atom in value)
