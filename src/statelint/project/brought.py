"""Which attributes of long-lived objects hold what requests brought along, and what else is given that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from statelint import facts as f
from statelint.project.names import Names
from statelint.project.purity import Purity
from statelint.project.values import Cls, Obj
from statelint.project.writes import Write


class Brought:
    """Asked of single writes, once it is known what requests write."""

    def __init__(self, names: Names, purity: Purity) -> None:
        self._names = names
        self._purity = purity
        self.attributes: Mapping[str, Sequence[Write]] = {}
        """What requests write to attributes of long-lived objects, by the qualified name of the attribute."""

    def is_handed_on(self, write: Write) -> bool:
        """Whether a write gives what an attribute holds to which requests gave something that they brought."""
        e = write.value
        owners = self._names.denote(e.of, write.scope) if isinstance(e, f.Attr) else ()
        return isinstance(e, f.Attr) and any(
            self._is_brought(f"{item.scope.full_name}.{e.name}")
            for owner in owners
            if isinstance(owner, Obj) and isinstance(owner.cls, Cls)
            for item in self._names.classes.lineage(owner.cls.scope)
            if isinstance(item, Cls)
        )

    def _is_brought(self, attribute: str) -> bool:
        given = [w for w in self.attributes.get(attribute, ()) if w.how == "rebind" and not w.element]
        return any(not self._purity.of(w.value, w.scope).isdisjoint({"request", "argument"}) for w in given)
