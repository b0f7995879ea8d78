"""Sets of the keys that calls hold: each call adds its own, takes it out at its end, and only asks not to be let in
where another call holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from statelint import facts as f
from statelint.project.homes import Home
from statelint.project.mentions import Mention, Mentions, own_parts, whole
from statelint.project.resolution.paths import same_path
from statelint.project.set_back import EXITS, block_of, stands_in_finally
from statelint.project.walking import walk
from statelint.project.writes import Write

LETTING_GO: Final = frozenset({"discard", "remove"})
CHANGING: Final = LETTING_GO | {"add"}


def locks_by_key(home: Home, writes: Sequence[Write], mentions: Mentions) -> bool:
    """Whether requests keep each other out by keys in a set, and nothing else looks at it."""
    taking = [w for w in writes if w.method == "add" and not w.element]
    letting_go = [w for w in writes if w.method in LETTING_GO and not w.element]
    if not taking or len(taking) + len(letting_go) < len(writes):
        return False
    if not all(any(_ends(end, w) for end in letting_go) for w in taking):
        return False
    found = mentions.of(home) or ()
    around = {block_of(whole(w.scope)) for w in taking}
    asked = [m for m in found if not m.is_store and not m.is_change(CHANGING)]
    return bool(asked) and all(block_of(whole(m.scope)) in around and _keeps_out(m) for m in asked)


def _ends(end: Write, begin: Write) -> bool:
    """Whether one write surely takes out at the end what the other one put in."""
    if block_of(end.scope) is not block_of(begin.scope):
        return False
    at_end = end.scope.name in EXITS or stands_in_finally(end.scope, end.at)
    return at_end and same_path(end.key, begin.key)


def _keeps_out(m: Mention) -> bool:
    """Whether a statement does no more with the set than to ask, before a branch or in a loop, for a key in it."""
    if not isinstance(m.statement, f.If | f.Loop):
        return False
    parts = (part for part in own_parts(m.statement) if part is not None)
    asking = [e for part in parts for e in walk(part) if isinstance(e, f.Op) and e.op in ("in", "not in")]
    return all(any(e.operands[-1] is name for e in asking) for name in m.names)
