"""Which calls give a path to work elsewhere, by knowledge of their names and of methods of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from statelint.flow_rows import Handoff
from statelint.knowledge import Knowledge


class Handoffs:
    """The rows on them, of which the first one that fits counts."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._rows: list[Handoff] = [row for _, row in knowledge.rows(lambda lib: lib.handoffs)]
        self._named: dict[str, int] = {}
        """The number of the row that fits a qualified name, behind all others where there is none."""
        self.on_items = any(row.items for row in self._rows)
        """Whether a path may be given to work elsewhere as the item of an object."""
        self.methods = frozenset(name for row in self._rows for name in (*row.attributes, *row.of_tasks))
        """Methods that are hand-offs where they are those of a task, or of an object that nothing resolves."""

    def of(self, names: Sequence[str], method: str, of_task: bool) -> Handoff | None:
        """The row of a callable of these names; `of_task` says whether it is a method of a task."""
        none = len(self._rows)
        by_method = self._by_method(method, of_task, not names) if method in self.methods else none
        found = (min(self._by_name(name), by_method) for name in names or ("",))
        return next((self._rows[number] for number in found if number < none), None)

    def of_items(self, names: Sequence[str]) -> list[Handoff]:
        """The rows on the items of an object of these names."""
        return [row for row in self._rows if not set(row.items).isdisjoint(names)]

    def _by_name(self, name: str) -> int:
        known = self._named.get(name)
        if known is None:
            fits = (n for n, row in enumerate(self._rows) if any(_fits(name, pattern) for pattern in row.names))
            known = self._named[name] = next(fits, len(self._rows))
        return known

    def _by_method(self, method: str, of_task: bool, unresolved: bool) -> int:
        fits = (
            n for n, row in enumerate(self._rows)
            if (method in row.attributes and (of_task or unresolved)) or (method in row.of_tasks and of_task)
        )  # fmt: skip
        return next(fits, len(self._rows))


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else name == pattern
