"""Sets that only remember for which keys a probe went well, so that it need not be made again."""

from __future__ import annotations

from collections.abc import Sequence

from statelint import facts as f
from statelint.project.first_use import TAKING
from statelint.project.purity import CHANGING, Purity
from statelint.project.resolution.paths import mentions
from statelint.project.writes import Write


def remembers_probes(writes: Sequence[Write], purity: Purity) -> bool:
    """Whether all that is added are keys for which a function then gives the constant that it gives where it finds
    them, and another one where the probe fails; and nothing in it asks for what can change."""
    adds = [w for w in writes if not (w.method in TAKING or w.how == "delete")]
    return bool(adds) and all(
        w.method == "add" and not w.element and _gives_the_same(w) and not (purity.function(w.scope) & CHANGING)
        for w in adds
    )


def _gives_the_same(write: Write) -> bool:
    """`if key in known: return True`, and after `known.add(key)` again `return True`, but `return False` elsewhere."""
    name = write.home.short.rpartition(".")[2]
    found: set[tuple[object, bool]] = set()
    missed: set[tuple[object, bool]] = set()
    for e, context in write.scope.returned:
        if not isinstance(e, f.Const) or e.kind != "bool":
            return False
        has = any(taken and _asks(test, name, write) for test, taken in context.tests)
        added = write.at < e.at and context.tests == write.context.tests
        (found if has else missed).add((e.value, has or added))
    return found == {(True, True)} and missed == {(True, True), (False, False)}


def _asks(test: f.Expr, name: str, write: Write) -> bool:
    return isinstance(test, f.Op) and test.op == "in" and mentions(test.operands[1], name, write.scope)
