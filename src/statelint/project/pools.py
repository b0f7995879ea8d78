"""Containers and attributes that hold only handles: clients of libraries, or what the class of a pool makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from statelint.knowledge import Knowledge
from statelint.project.first_use import TAKING
from statelint.project.homes import Home
from statelint.project.kinds import words
from statelint.project.purity import Purity
from statelint.project.resolution.names import Names
from statelint.project.resolution.values import Cls, Ext, Made, Obj
from statelint.project.writes import Write

LISTED: Final = frozenset({"append", "appendleft", "add"})
PUT: Final = LISTED | {"put", "put_nowait"}
TAKEN: Final = TAKING | {"get", "get_nowait"}


class Pools:
    """Look-up of what is written by what libraries say of it, and by the names of classes."""

    def __init__(self, names: Names, purity: Purity, knowledge: Knowledge) -> None:
        self._names = names
        self._purity = purity
        self._knowledge = knowledge

    def keeps(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether a container is given only handles. What changes inside of those that a pool makes is their own."""
        inner = any(w.element for w in writes)
        writes = [w for w in writes if not w.element]
        puts = [w for w in writes if w.method in PUT or (w.how == "item" and w.method != "del")]
        takes = [w for w in writes if w.method in TAKEN or w.how == "delete"]
        if not puts or len({*puts, *takes}) < len(writes):
            return False
        if not inner and all(w.method in LISTED for w in puts) and self.are_known(puts):
            return True
        owner = words(home.scope.name) if home.kind == "instance-attribute" else []
        if self._knowledge.words.get("pool", frozenset()).isdisjoint(owner[-1:]):
            return False
        if not inner and all(w.method in LISTED and "handle" in self._purity.of(w.value, w.scope) for w in puts):
            return True
        made = [name for w in puts for name in self._classes(w)]
        return bool(made) and all(not set(owner[:-1]).isdisjoint(words(name)) for name in made)

    def _classes(self, write: Write) -> list[str]:
        """The names of the classes of the project of which what is put in is: a `DriverPool` keeps a `PooledDriver`.

        What was taken out of the pool before is of no known one.
        """
        values = self._names.denote(write.value, write.scope) if write.value is not None else ()
        return [v.cls.scope.name for v in values if isinstance(v, Obj) and isinstance(v.cls, Cls)]

    def are_known(self, writes: Sequence[Write]) -> bool:
        """Whether each value that is given is an object of which a library says that it is a handle, be it by the
        class above that of the project."""
        given = [(w.value, w.scope) for w in writes if w.value is not None and getattr(w.value, "kind", "") != "none"]
        found = [v for value, scope in given for v in self._names.denote(value, scope)]
        made = [v.cls.name for v in found if isinstance(v, Obj) and isinstance(v.cls, Ext)]
        made += [v.name for v in found if isinstance(v, Made)]
        made += [base for v in found if isinstance(v, Obj) and isinstance(v.cls, Cls) for base in self._above(v.cls)]
        rows = [self._knowledge.find("benign", name) for name in made]
        if len(rows) < len(found) or any(self._knowledge.find("work", name) for name in made):
            return False
        return bool(rows) and all(r and r[1].because == "handle" for r in rows)

    def _above(self, cls: Cls) -> list[str]:
        """The one class outside the project that a class is made from."""
        bases = list(self._names.classes.outside_bases(cls.scope))
        return bases if len(bases) == 1 else []
