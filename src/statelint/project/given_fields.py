"""What objects of classes that declare fields are made with: by one call, or by any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from statelint import facts as f
from statelint.project.resolution.arguments import handed_to
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Cls, Site


class Given(NamedTuple):
    """An expression that a call gives to a field, with where it stands."""

    e: f.Expr
    scope: Scope
    owner: Scope
    """The class that declares the field."""
    name: str
    field: Binding
    """The declaration."""


class GivenFields:
    """Look-up of what fields are given. A constant of a class does not keep what requests make other objects with."""

    def __init__(self, names: Names, declares: Callable[[Scope], bool]) -> None:
        """`declares` says whether the body of a class declares fields that each object gets for itself."""
        self._names = names
        self._declares = declares
        self._known: dict[Scope, Mapping[int, list[Given]]] = {}
        self._told: dict[Scope, set[int | None]] = defaultdict(set)

    def new(self, cls: Scope, made: Site | None) -> Iterator[Given]:
        """What the object is made with that a call makes, if that was not told yet; where no call is known that makes
        it, what any object of the class is made with."""
        call = made.expr if made is not None and isinstance(made.expr, f.Call) else None
        if call is not None and made is not None and not self._constructs(call, made.scope, cls):
            call = None
        key, told = id(call) if call is not None else None, self._told[cls]
        if key in told or None in told:
            return
        told.add(key)
        if cls not in self._known:
            self._known[cls] = self._all(cls)
        known = self._known[cls]
        for one in tuple(known) if call is None else map(id, handed_to(call)):
            yield from known.get(one, ())

    def _constructs(self, call: f.Call, scope: Scope, cls: Scope) -> bool:
        """Whether a call names the class, so that it shows all that its object is made with: a copy does not."""
        return any(isinstance(v, Cls) and v.scope is cls for v in self._names.denote(call.func, scope))

    def _all(self, cls: Scope) -> Mapping[int, list[Given]]:
        found: dict[int, list[Given]] = defaultdict(list)
        given, kin = self._names.given(), (cls, *self._names.classes.subclasses(cls))
        above = [item.scope for item in self._names.classes.lineage(cls) if isinstance(item, Cls)]
        for owner in above if given else ():
            for name, bindings in owner.bindings.items() if self._declares(owner) else ():
                set_up = [b for b in bindings if b.kind == "assign" and b.value is not None]
                fields = set_up or [b for b in bindings if b.kind == "annotate"]
                for c in kin if fields else ():
                    for e, scope in given.arguments.get((c, name), ()) if given else ():
                        found[id(e)].append(Given(e, scope, owner, name, fields[0]))
        return found
