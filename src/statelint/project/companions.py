"""What only belongs to something beside it: when and in which order a cache was filled, for what a handle was built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from statelint import facts as f
from statelint.findings import Verdict
from statelint.project.ends import Ends, says_it
from statelint.project.homes import Home
from statelint.project.logins import LOGIN
from statelint.project.mentions import Mentions, whole
from statelint.project.orders import is_order_of
from statelint.project.purity import Purity
from statelint.project.resolution.scopes import Scope
from statelint.project.state_objects import State
from statelint.project.verdicts import Verdicts
from statelint.project.writes import Write, class_around

ANSWERED: Final = frozenset({"network", "database"})
"""What shows that a value was fetched from elsewhere."""
FROM_OUTSIDE: Final = frozenset({"request", "database", "random"})


class Companions:
    """The judgement of states that others are beside of."""

    def __init__(
        self, purity: Purity, verdicts: Verdicts, mentions: Mentions, ends: Ends, says: Collection[str]
    ) -> None:
        self._purity = purity
        self._verdicts = verdicts
        self._mentions = mentions
        self._ends = ends
        self._says = says

    def settle(self, states: Sequence[State]) -> list[State]:
        """The states, each with what those beside it say."""
        kept = [s for s in states if s.category == "cache" and s.verdict is not Verdict.BENIGN]
        caches = [s for s in kept if not self._verdicts.is_time(s.writes)]
        handles: dict[Scope, list[State]] = defaultdict(list)
        for s in states:
            if s.verdict is Verdict.BENIGN and self._is_handle(s):
                handles[_room(s.home)].append(s)
        return [self._beside(s, caches, handles) if s.verdict is Verdict.DEFINITE else s for s in states]

    def _beside(self, s: State, caches: Sequence[State], handles: Mapping[Scope, Sequence[State]]) -> State:
        if any(self._belongs_to(s, handle) for handle in handles.get(_room(s.home), ())):
            return replace(s, verdict=Verdict.BENIGN, reason="it says when or for what the handle beside it was built")
        filling = {w.scope for cache in caches for w in cache.writes}
        if self._verdicts.is_time(s.writes) and filling.issuperset(w.scope for w in s.writes):
            return replace(s, verdict=Verdict.ARGUABLE, reason="it says when a cache beside it was filled")
        beside = (cache for cache in caches if cache is not s and _room(cache.home) is _room(s.home))
        if any(is_order_of(s.writes, cache.writes, self._mentions) for cache in beside):
            return replace(s, verdict=Verdict.ARGUABLE, reason="it says in which order a cache beside it was filled")
        return s

    def _is_handle(self, s: State) -> bool:
        """Whether each value that is set is a handle, or a login, and no answer of the other side."""
        given = [w for w in s.writes if _sets(w)]
        needs = [self._purity.of(w.value, w.scope) for w in given]
        if s.reason == LOGIN or self._verdicts.pools.are_known(given):
            return True
        return bool(needs) and all("handle" in n and not n & ANSWERED for n in needs)

    def _belongs_to(self, s: State, handle: State) -> bool:
        """Whether what is set is only set where the handle is, and only asked for in tests, or told to a log, by
        functions that look at the handle."""
        given = [w for w in s.writes if _sets(w)]
        built = {whole(w.scope) for w in handle.writes if _sets(w)}
        if not given or any(w.element or w.how not in ("rebind", "delete") for w in s.writes):
            return False
        if any(whole(w.scope) not in built or self._is_brought(w) for w in given):
            return False
        near = {whole(m.scope) for m in self._mentions.of(handle.home) or ()}
        if any(whole(m.scope) not in near for m in self._mentions.of(s.home) or ()):
            return False
        return self._ends.all(
            s.home, lambda m: whole(m.scope) in near and (m.is_test or says_it(m.statement, self._says))
        )

    def _is_brought(self, write: Write) -> bool:
        """Whether a request chooses the value that is set."""
        return any(
            not FROM_OUTSIDE.isdisjoint(self._purity.of(e, at)) or self._verdicts.brought.is_brought_along(e, at)
            for e, at in self._verdicts.given(write)
        )


def _room(home: Home) -> Scope:
    """The class or module of a home."""
    return home.scope if home.kind == "module-variable" else class_around(home.scope) or home.scope


def _sets(write: Write) -> bool:
    return write.how == "rebind" and write.value is not None and not isinstance(write.value, f.Const)
