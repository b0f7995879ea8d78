"""What is only read to be compared: with an earlier reading of itself, or with what all replicas share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.ends import Ends, says_it
from statelint.project.homes import Home
from statelint.project.mentions import Mention, own_parts
from statelint.project.purity import Purity
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk
from statelint.project.writes import Write

SAME: Final = frozenset({"==", "!=", "is", "is not"})
SHARED: Final = frozenset({"database", "network"})
CHOSEN: Final = frozenset({"request", "argument", "random"})


class Readings:
    """Look-up of such homes."""

    def __init__(self, ends: Ends, purity: Purity, says: Collection[str]) -> None:
        self._ends = ends
        self._purity = purity
        self._says = says

    def of_itself(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether a number goes up, and code only asks whether it still is what it was a moment ago."""
        counts = all(w.how == "augment" or isinstance(w.value, f.Const) for w in writes)
        compared = self._compared(home) if counts and any(w.how == "augment" for w in writes) else []
        return bool(compared) and not any(others for _, others in compared)

    def of_what_is_shared(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether the last value seen of what all replicas share is kept, to ask whether a new one differs."""
        if any(w.element or w.how != "rebind" for w in writes) or not all(map(self._is_shared, writes)):
            return False
        compared = self._compared(home) if any(w.value is not None for w in writes) else []
        return bool(compared) and all(
            self._purity.of(other, scope) & SHARED and not self._purity.of(other, scope) & CHOSEN
            for scope, others in compared
            for other in others
        )

    def _is_shared(self, write: Write) -> bool:
        needs = self._purity.of(write.value, write.scope)
        return isinstance(write.value, f.Const) or bool(needs & SHARED and not needs & CHOSEN)

    def _compared(self, home: Home) -> list[tuple[Scope, tuple[f.Expr, ...]]]:
        """What a home is compared with that is no reading of it, nor None: for each comparison; nothing where it is
        also read for another end than that, or a log."""
        asked: list[Mention] = []

        def accept(m: Mention) -> bool:
            if not says_it(m.statement, self._says):
                if not all(any(e is o for op in _comparisons(m) for o in op.operands) for e in m.names):
                    return False
                asked.append(m)
            return True

        if not self._ends.all(home, accept):
            return []
        read = {id(e) for m in asked for e in m.names}
        compared = [(m.scope, op) for m in asked for op in _comparisons(m) if any(id(o) in read for o in op.operands)]
        return [
            (scope, tuple(o for o in op.operands if id(o) not in read and getattr(o, "kind", "") != "none"))
            for scope, op in compared
        ]


def _comparisons(m: Mention) -> Iterator[f.Op]:
    parts = (part for part in own_parts(m.statement) if part is not None)
    return (e for part in parts for e in walk(part) if isinstance(e, f.Op) and e.op in SAME)
