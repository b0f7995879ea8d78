"""The process's own login at another service: a token that it fetches where it lacks one and only shows to it."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.answers import ASKED
from statelint.project.ends import Ends, handed_over
from statelint.project.fixed import Fixed
from statelint.project.homes import Home
from statelint.project.mentions import Mention
from statelint.project.purity import Purity
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import qualified
from statelint.project.verdicts import Verdicts
from statelint.project.writes import Write

LOGIN: Final = "it is the process's own login at another service"
OF_OTHERS: Final = frozenset({"request", "database", "random"})


class Logins:
    """Look-up of such tokens."""

    def __init__(
        self, names: Names, purity: Purity, verdicts: Verdicts, ends: Ends, fixed: Fixed, knowledge: Knowledge
    ) -> None:
        self._fixed = fixed
        self._names = names
        self._purity = purity
        self._verdicts = verdicts
        self._ends = ends
        self._knowledge = knowledge

    def covers(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether all that is set came from another service because it was missing, without anything of a request, and
        all that is made of it is handed to calls of such a service."""
        given = [w for w in writes if w.value is not None and not isinstance(w.value, f.Const)]
        if not given or any(w.element or w.how not in ("rebind", "delete") for w in writes):
            return False
        if not all(map(self._is_fetched, given)):
            return False
        fetching = {w.scope for w in given}
        shown: list[Mention] = []

        def accept(m: Mention) -> bool:
            if _asks_itself(m, fetching):
                return True
            calls = list(handed_over(m))
            if not calls or not all(call is not None and self._asks_outside(call, m.scope) for call in calls):
                return False
            shown.append(m)
            return True

        return self._ends.all(home, accept) and bool(shown)

    def _is_fetched(self, w: Write) -> bool:
        needs = self._purity.of(w.value, w.scope)
        return (
            w.value is not None
            and "network" in needs
            and OF_OTHERS.isdisjoint(needs)
            and self._verdicts.is_guarded(w)
            and self._fixed.covers(w.value, w.scope, once=True)
        )

    def _asks_outside(self, call: f.Call, scope: Scope) -> bool:
        names = [qualified(v) for v in self._names.denote(call.func, scope)]
        return bool(names) and all(name is not None and self._is_outside(name) for name in names)

    def _is_outside(self, name: str) -> bool:
        """Whether a name is one of a client, or of a part of one, such as its headers."""
        row = self._knowledge.find("impure", name)
        if row is not None and row[1].depends == "network":
            return True
        while name:
            found = self._knowledge.find("benign", name.removesuffix("()"))
            if found is not None:
                return found[1].because in ASKED
            name = name.removesuffix("()").rpartition(".")[0]
        return False


def _asks_itself(m: Mention, fetching: AbstractSet[Scope]) -> bool:
    """Whether a function that fetches the token asks whether it has one."""
    s = m.statement
    return m.scope in fetching and (m.is_test or (isinstance(s, f.Do) and isinstance(s.value, f.Op)))
