"""How tests on environment variables turn out in the deployments of the repository, so that a place is reached or not.

Only what deployment files set counts: a variable that none of them sets may still be set elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from statelint import facts as f
from statelint.project.configured.stages import stage_of_tests
from statelint.project.configured.variables import Variable, Variables
from statelint.project.configured.worths import Worths
from statelint.project.resolution.scopes import Context, Scope

FALSE: Final = frozenset({"", "0", "false", "no", "off", "none", "null"})


class Outcomes:
    """Answers for places in code."""

    def __init__(self, variables: Variables, worths: Worths) -> None:
        self._variables = variables
        self._worths = worths

    def reached(self, context: Context, scope: Scope) -> bool | None:
        """Whether all deployments that tell come to a place: None where nothing is known of one of the tests."""
        found = [self._is(test, scope) for test, _ in context.tests]
        wanted = [taken for _, taken in context.tests]
        if any(truth is not None and truth is not want for truth, want in zip(found, wanted, strict=True)):
            return False
        if any(self._set(self._variable(e, scope)) for e in context.tried):
            return False  # what was tried did not fail
        return None if None in found or context.tried else True

    def asked_for(self, context: Context, scope: Scope, text: str, choice: bool = False) -> bool:
        """Whether a test leads to a value only where that is asked for, and nothing in the repository asks.

        `if kind == "sqlite":` and `if USE_SQLITE:` come to a SQLite store by the choice of whoever runs the service, by
        no default. A switch says so only where it is a `choice` between values: else it turns on what is local anyway.
        """
        return any(self._asks(test, taken, scope, text, choice) for test, taken in context.tests)

    def _asks(self, test: f.Expr, taken: bool, scope: Scope, text: str, choice: bool) -> bool:
        if isinstance(test, f.Op) and test.op == "not":
            return self._asks(test.operands[0], not taken, scope, text, choice)
        if not taken or stage_of_tests(Context(tests=((test, taken),))) == "production":
            return False
        if isinstance(test, f.Op):
            if test.op != "==" or len(test.operands) != 2 or not isinstance(test.operands[1], f.Const):
                return False
            asked, wanted = test.operands
            assert isinstance(wanted, f.Const)
            known = {w.text and w.text.lower() for w in self._worths.of(asked, scope)}
            spoken = bool(wanted.value) and str(wanted.value).lower() in text.lower()
            other = choice and known & FALSE == known - {None} != set() and self._variable(asked, scope) != ""
            return (
                (spoken or other)
                and str(wanted.value).lower() not in known
                and not self._compared("==", asked, wanted, scope)
            )
        found = self._worths.of(test, scope) if choice else []
        texts = {w.text.lower() for w in found if w.text is not None}
        return bool(texts) and texts <= FALSE and self._is(test, scope) is None and self._variable(test, scope) != ""

    def _is(self, test: f.Expr, scope: Scope) -> bool | None:
        """What a test comes to."""
        if isinstance(test, f.Op) and test.op == "not" and len(test.operands) == 1:
            inner = self._is(test.operands[0], scope)
            return None if inner is None else not inner
        if isinstance(test, f.Op) and test.op in ("and", "or"):
            parts = [self._is(operand, scope) for operand in test.operands]
            decisive = test.op == "or"
            return decisive if decisive in parts else None if None in parts else not decisive
        if isinstance(test, f.Op) and len(test.operands) == 2:
            return self._compared(test.op, *test.operands, scope)
        if isinstance(test, f.Name | f.Attr | f.Item | f.Call):
            return _agreed(_truth(v) for v in self._set(self._variable(test, scope)))
        return None

    def _compared(self, op: str, left: f.Expr, right: f.Expr, scope: Scope) -> bool | None:
        if op in ("in", "not in") and isinstance(left, f.Const):
            return (op == "in") if str(left.value).isupper() and self._set(str(left.value)) else None
        if op in ("is", "is not") and isinstance(right, f.Const) and right.kind == "none":
            return (op == "is not") if self._set(self._variable(left, scope)) else None
        if op in ("==", "!=") and isinstance(right, f.Const) and right.kind == "str":
            same = [v.value == right.value if v.known else None for v in self._set(self._variable(left, scope))]
            found = _agreed(same)
            return None if found is None else found is (op == "==")
        return None

    def _variable(self, e: f.Expr, scope: Scope) -> str:
        """The one variable that an expression is read from."""
        found = {w.env for w in self._worths.of(e, scope) if w.env}
        return found.pop() if len(found) == 1 else ""

    def _set(self, name: str) -> list[Variable]:
        return self._variables.named(name) if name else []


def _truth(variable: Variable) -> bool:
    """How a variable counts in a test; what comes from elsewhere is there."""
    return not variable.known or variable.value.strip().lower() not in FALSE


def _agreed(truths: Iterable[bool | None]) -> bool | None:
    """What all say alike."""
    found = set(truths)
    return found.pop() if len(found) == 1 else None
