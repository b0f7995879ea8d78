"""What the rows of configuration rules have in common: which values of a setting switch something on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import msgspec

from statelint.facts import Setting
from statelint.findings import Edit

GROUPS = frozenset({"map", "empty-map", "empty-list"})
"""Forms of settings that have no value of their own."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One setting that a rule looks for.

    A value counts when it is one of `values`, or matches `pattern`, or, with `present`, is anything but one of `but`,
    empty or null. `when` names further keys that must hold, `unless` those that must not, each with its values (none
    for any; `/…/` is a regular expression). With `fold`, small and capital letters are the same.
    """

    product: str
    kinds: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    pattern: str = ""
    present: bool = False
    but: tuple[str, ...] = ()
    fold: bool = False
    when: dict[str, tuple[str, ...]] = {}
    unless: dict[str, tuple[str, ...]] = {}
    needs: tuple[str, ...] = ()
    """Words of which a file has one where the row counts, if the keys alone say little: for reading fewer files."""
    how: str = "by a cookie or its address"
    grade: Literal["definite", "arguable"] = "definite"
    fix: str = ""
    edit: Edit | None = None
    preview: bool = False
    """Whether nobody could confirm the fact in the product's own documents or code; reported only with `--preview`."""

    def switched(self, setting: Setting, value: str) -> bool:
        """Whether a value, resolved where it can be, switches the thing on."""
        if setting.form == "null" or (setting.form == "template" and value == setting.value):
            return False
        if setting.form in GROUPS:
            named = bool(self.pattern) and bool(value) and self._matches(value)
            return named or (self.present and setting.form not in self.but)
        known = value.strip().lower() if self.fold else value.strip()
        if known in (_small(self.values) if self.fold else self.values):
            return True
        if self.pattern:
            return self._matches(value) and known not in self.but
        return self.present and known != "" and known not in self.but

    def _matches(self, value: str) -> bool:
        return re.search(self.pattern, value, re.IGNORECASE if self.fold else 0) is not None


def same(value: str, wanted: str, fold: bool = False) -> bool:
    """Whether a value is the one that a row names, or matches its regular expression."""
    if len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/"):
        return re.search(wanted[1:-1], value, re.IGNORECASE if fold else 0) is not None
    return (value.lower() == wanted.lower()) if fold else value == wanted


@lru_cache(maxsize=1024)
def _small(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.lower() for value in values)
