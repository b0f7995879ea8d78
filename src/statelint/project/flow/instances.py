"""Outside classes that name resolution knows a value to be an instance of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from statelint.project.flow.values import NONE, Inst, Value
from statelint.project.resolution.values import Cls, Ext, Heap, Made, Obj, Values

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


TELLING = frozenset({Obj, Heap, Made, Ext})
"""Kinds of what names denote that can say so."""


class Instances:
    """Says so of what names denote."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._alone: dict[Inst, Value] = {}
        """The one value for each class that stands alone, as most do. The order of several depends on how their set was
        made, so these are not shared."""

    def of(self, values: Values) -> Value:
        """These classes, with outside objects whose members are request data."""
        found = {Inst(cls) for v in values if type(v) in TELLING for cls in self._classes(v)}
        if len(found) == 1:
            (alone,) = found
            return self._alone.setdefault(alone, frozenset(found))
        return frozenset(found) if found else NONE

    def _classes(self, v: object) -> Iterator[str]:
        canonical, sources = self._run.knowledge.canonical, self._run.sources
        if type(v) is Obj:
            if type(v.cls) is Cls:
                yield from self._run.names.classes.outside_bases(v.cls.scope)
            elif type(v.cls) is Ext and not sources.upload_type(name := canonical(v.cls.name)):
                yield name
        elif type(v) is Heap:
            yield v.type
        elif type(v) is Made:
            yield f"{v.name}()"
            yield from self._run.library.told_by_argument(v)
        elif type(v) is Ext and canonical(v.name) in sources.owners:
            yield canonical(v.name)
