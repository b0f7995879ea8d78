"""What only remembers how a probe went, or for which keys it went well, so that it need not be made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from statelint import facts as f
from statelint.project.first_use import TAKING
from statelint.project.purity import CHANGING, Purity
from statelint.project.resolution.paths import mentions
from statelint.project.writes import Write

LIVE: Final = CHANGING - {"file", "process"}
"""What a machine does not have by itself."""


def remembers_probes(writes: Sequence[Write], purity: Purity) -> bool:
    """Whether all that is added are keys for which a function then gives the constant, or the key, that it gives where
    it finds them, and another one where the probe fails; and nothing in it asks for what can change."""
    adds = [w for w in writes if not (w.method in TAKING or w.how == "delete")]
    return bool(adds) and all(
        w.method == "add" and not w.element and _gives_the_same(w) and not (purity.function(w.scope) & CHANGING)
        for w in adds
    )


def remembers_a_probe(writes: Sequence[Write], purity: Purity) -> bool:
    """Whether all that is set are constants, one for each way in which a probe can end that asks for nothing that
    changes: `if known is None: try: probe(); known = True; except Failure: known = False`."""
    values = {w.value.value for w in writes if isinstance(w.value, f.Const) and w.value.kind == "bool"}
    return (
        all(w.how == "rebind" and isinstance(w.value, f.Const) and not w.element for w in writes)
        and values == {True, False}
        and any(w.context.on_error for w in writes)
        and len({w.scope for w in writes}) == 1
        and not purity.function(writes[0].scope) & LIVE
    )


def _gives_the_same(write: Write) -> bool:
    """`if key in known: return True`, and after `known.add(key)` again `return True`, but `return False` elsewhere; or
    the key in both places, and text for a failure. What is given before the set is asked has nothing to do with it."""
    name = write.home.short.rpartition(".")[2]
    asked = [test.at for _, c in write.scope.returned for test, taken in c.tests if taken and _asks(test, name, write)]
    found: set[tuple[str, bool]] = set()
    missed: set[tuple[str, bool]] = set()
    for e, context in write.scope.returned if asked else ():
        if e.at > min(asked):
            has = any(taken and _asks(test, name, write) for test, taken in context.tests)
            beside = context.tests == write.context.tests and context.on_error == write.context.on_error
            added = write.at < e.at and beside
            (found if has else missed).add((_given(e, write), has or added))
    failed = missed - found
    if found == {("true", True)}:
        return found < missed and failed == {("false", False)}
    return found == {("key", True)} and found <= missed and failed <= {("text", False)}


def _given(e: f.Expr, write: Write) -> str:
    """What kind of value is given: a truth, text, or the key; nothing for all others."""
    if isinstance(e, f.Const):
        return str(e.value).lower() if e.kind == "bool" else "text" if e.kind == "str" else ""
    key = write.key
    return "key" if isinstance(e, f.Name) and isinstance(key, f.Name) and e.id == key.id else ""


def _asks(test: f.Expr, name: str, write: Write) -> bool:
    return isinstance(test, f.Op) and test.op == "in" and mentions(test.operands[1], name, write.scope)
