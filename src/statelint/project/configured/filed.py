"""Reads of objects that hold the settings of configuration files: `settings.store.url`, `settings.get("store_url")`."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from statelint import facts as f
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Obj, qualified
from statelint.store_rows import Configured as Row


class Filed(NamedTuple):
    """A key of configuration files, its parts joined by dots, below one of some sections or at the top."""

    key: str
    sections: tuple[str, ...]

    def fits(self, path: tuple[str, ...]) -> bool:
        """Whether a key of a file is the one that is read."""
        inside = path[1:] if len(path) > 1 and any(fnmatchcase(path[0].lower(), s) for s in self.sections) else path
        return ".".join(inside).lower() == self.key


class ConfigRead(NamedTuple):
    """A read of such an object. `variable` is the environment variable that overrides the files, or the key; `defaults`
    are used where the key is missing."""

    filed: Filed
    variable: str
    defaults: tuple[tuple[f.Expr, Scope], ...]


class Configured:
    """Look-up of reads."""

    def __init__(self, names: Names, calls: Calls) -> None:
        self._names = names
        self._calls = calls
        rows: list[Row] = [row for _, row in names.knowledge.rows(lambda lib: lib.configured)]
        self._rows = {name: row for row in rows for name in row.names}

    def shouted(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """A key of a file as the setting of an application that it becomes; empty where it becomes none."""
        for row in {id(row): row for row in self._rows.values()}.values():
            if any(True for name in row.shouting for _ in self._calls.sites(name)):
                first = len(path) > 1 and any(fnmatchcase(path[0].lower(), s) for s in row.sections)
                return (*path[:first], path[first].upper(), *path[first + 1 :])
        return ()

    def read(self, e: f.Expr, scope: Scope) -> ConfigRead | None:
        """What an expression reads; None where it is no read of such an object."""
        parts: list[str] = []
        default = _default(e)
        while self._rows and (step := _step(e)) is not None:
            key, e = step
            parts.insert(0, key)
            for row, prefix in self._holding(e, scope):
                text = ".".join(parts)
                joint = text.replace(".", row.joint).upper()
                filed = Filed(text.lower(), row.sections)
                own = [(default, scope)] if default is not None else []
                defaults = (*own, *self._checked(filed.key))
                return ConfigRead(filed, f"{prefix}{joint}" if row.joint else text, defaults)
        return None

    def _holding(self, e: f.Expr, scope: Scope) -> Iterator[tuple[Row, str]]:
        """The row on an object, and what its variables begin with."""
        for value in self._names.denote(e, scope):
            name = value.cls.name if isinstance(value, Obj) and hasattr(value.cls, "name") else qualified(value)
            spellings = self._names.knowledge.spellings(name) if name else ()
            row = next((self._rows[s] for s in spellings if s in self._rows), None)
            if row is not None:
                made = value.site.constructed.expr if isinstance(value, Obj) and value.site is not None else None
                given = dict(made.keywords).get(row.prefix_keyword) if isinstance(made, f.Call) else None
                named = f"{given.value}_" if isinstance(given, f.Const) and given.kind == "str" else row.prefix
                yield row, "" if isinstance(given, f.Const) and given.kind in ("bool", "none") else named

    def _checked(self, key: str) -> Iterator[tuple[f.Expr, Scope]]:
        """What checks of the settings give where a key is missing."""
        for row in {id(row): row for row in self._rows.values()}.values():
            for name in row.checks:
                for site in self._calls.sites(name):
                    told = [str(a.value).lower() for a in site.call.args if isinstance(a, f.Const)]
                    default = dict(site.call.keywords).get("default")
                    if key in told and default is not None:
                        yield default, site.scope


def _step(e: f.Expr) -> tuple[str, f.Expr] | None:
    """The key that an expression reads, and of what."""
    if isinstance(e, f.Attr):
        return e.name, e.of
    if isinstance(e, f.Item) and isinstance(e.key, f.Const) and e.key.kind == "str":
        return str(e.key.value), e.of
    if isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "get" and e.args:
        first = e.args[0]
        return (str(first.value), e.func.of) if isinstance(first, f.Const) and first.kind == "str" else None
    return None


def _default(e: f.Expr) -> f.Expr | None:
    if not isinstance(e, f.Call):
        return None
    return e.args[1] if len(e.args) > 1 else dict(e.keywords).get("default")
