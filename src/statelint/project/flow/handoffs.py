"""Which calls give a path to work elsewhere, by knowledge of their names and of methods of tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        self._methods = frozenset(name for row in self._rows for name in (*row.attributes, *row.of_tasks))

    def of(self, names: Sequence[str], method: str, are_tasks: Callable[[], bool]) -> Handoff | None:
        """The row of a callable of these names; `are_tasks` says whether it is a method of tasks."""
        none = len(self._rows)
        by_method = self._by_method(method, are_tasks(), not names) if method in self._methods else none
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

    def _by_method(self, method: str, are_tasks: bool, unresolved: bool) -> int:
        fits = (
            n for n, row in enumerate(self._rows)
            if (method in row.attributes and (are_tasks or unresolved)) or (method in row.of_tasks and are_tasks)
        )  # fmt: skip
        return next(fits, len(self._rows))


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else name == pattern
