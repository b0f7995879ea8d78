"""What is found to be kept local, and the parts of the project that it is found from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.configured.outcomes import Outcomes
from statelint.project.configured.settings import Settings
from statelint.project.configured.stages import Stage
from statelint.project.configured.versions import Versions
from statelint.project.configured.worths import Worths
from statelint.project.purity import Purity
from statelint.project.reach import Chain, Reach
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.spans import Span
from statelint.store_rows import Store


class Note(NamedTuple):
    span: Span
    text: str


Followers = dict[Span, list[Note]]
"""What else depends on a setting, by the setting's place."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One place that keeps something local."""

    row: Store
    library: str
    kind: str
    """setting, call, write or default."""
    name: str
    """What a reader calls it: the setting's key, or the name that the object is bound to."""
    owner: str
    """The module or scope, for a name that stays the same under edits elsewhere."""
    span: Span
    unless: str = ""
    stage: Stage = "base"
    arguable: bool = False
    cause: str = ""
    opened: str = ""
    """What a call opens, such as the path of a database: calls that open the same are one finding."""
    notes: tuple[Note, ...] = ()
    chain: Chain | None = None


@dataclass(frozen=True, slots=True)
class Stores:
    """What local stores are found from. `offline` are the scopes that only commands run."""

    names: Names
    calls: Calls
    reach: Reach
    knowledge: Knowledge
    settings: Settings
    worths: Worths
    rows: tuple[tuple[str, Store], ...]
    offline: frozenset[Scope]
    versions: Versions
    outcomes: Outcomes
    purity: Purity


def bound_name(site: CallSite) -> str:
    """The name or attribute that a call's result is bound to, if any."""
    for name, bindings in site.scope.bindings.items():
        if any(b.value is site.call for b in bindings):
            return name
    for store in site.scope.stores:
        if store.value is site.call and isinstance(store.target, f.Attr):
            return store.target.name
    return ""
