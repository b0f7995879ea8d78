"""When a memo was last emptied, or has to be: what only bounds for how long the memo keeps what it has."""

from __future__ import annotations

from collections.abc import Collection

from statelint import facts as f
from statelint.project.ends import Ends, only_says, says_it
from statelint.project.homes import Home
from statelint.project.mentions import Mention, statements
from statelint.project.purity import Purity
from statelint.project.resolution.scopes import Scope


class TimeLimits:
    """Look-up of such points in time. `empties` are the methods that empty a memo."""

    def __init__(self, ends: Ends, purity: Purity, says: Collection[str], empties: Collection[str]) -> None:
        self._ends = ends
        self._purity = purity
        self._empties = empties
        self._idle = {*says, *empties}

    def covers(self, home: Home) -> bool:
        """Whether code only compares a point in time with the clock, to empty a memo and note when it did."""
        asked: list[Mention] = []

        def accept(m: Mention) -> bool:
            asked.append(m)
            return self._is_limit(m)

        return self._ends.all(home, accept) and bool(asked)

    def _is_limit(self, m: Mention) -> bool:
        s = m.statement
        if not isinstance(s, f.If) or not self._is_time(s.test, m.scope):
            return False
        inner = [i for block in (s.then, s.other) for i in statements(block)]
        return any(says_it(i, self._empties) for i in inner) and only_says(m, self._idle, self._is_time)

    def _is_time(self, e: f.Expr | None, scope: Scope) -> bool:
        return "clock" in self._purity.of(e, scope)
