"""Outside classes that name resolution knows a value to be an instance of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statelint.project.flow.values import NONE, Inst, Value
from statelint.project.resolution.values import Cls, Ext, Heap, Made, Obj, Values

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


class Instances:
    """Says so of what names denote."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._alone: dict[object, Value] = {}
        """The one value for each class that stands alone, as most do. The order of several depends on how their set was
        made, so these are not shared."""

    def of(self, values: Values) -> Value:
        """These classes, with outside objects whose members are request data."""
        found: set[object] = set()
        for v in values:
            if type(v) is Obj and type(v.cls) is Ext:
                name = self._run.knowledge.canonical(v.cls.name)
                if self._run.sources.upload_type(name):
                    continue
                found.add(Inst(name))
            elif type(v) is Obj and type(v.cls) is Cls:
                found.update(Inst(base) for base in self._run.names.classes.outside_bases(v.cls.scope))
            elif type(v) is Heap:
                found.add(Inst(v.type))
            elif type(v) is Made:
                found.add(Inst(f"{v.name}()"))
                found.update(Inst(name) for name in self._run.library.told_by_argument(v))
            elif type(v) is Ext and self._run.knowledge.canonical(v.name) in self._run.sources.owners:
                found.add(Inst(self._run.knowledge.canonical(v.name)))
        if len(found) == 1:
            return self._alone.setdefault(next(iter(found)), frozenset(found))  # type: ignore[arg-type]
        return frozenset(found) if found else NONE  # type: ignore[arg-type]
