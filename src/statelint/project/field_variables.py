"""Which environment variable fills a field of a settings class."""

from __future__ import annotations

from collections.abc import Iterable

from statelint import facts as f
from statelint.project.scopes import Scope
from statelint.store_rows import Environ


class FieldVariables:
    """What the rows on settings classes say of the names of variables."""

    def __init__(self, rows: Iterable[Environ]) -> None:
        rows = tuple(rows)
        self._aliases = frozenset(name for row in rows for name in row.aliases)
        self._prefixes = tuple(name for row in rows for name in row.prefixes)

    def of(self, cls: Scope, name: str) -> str:
        """The variable that fills a field: an alias, or a common prefix and the field's name."""
        for b in cls.bindings.get(name, ()):
            for key, value in b.value.keywords if isinstance(b.value, f.Call) else ():
                if key in self._aliases and isinstance(value, f.Const):
                    return str(value.value)
        inner = [cls, *(child for child in cls.children if child.kind == "class")]
        for b in [b for scope in inner for key in self._prefixes for b in scope.bindings.get(key, ())]:
            given = b.value
            if isinstance(given, f.Call):
                given = next((value for key, value in given.keywords if key in self._prefixes), None)
            if isinstance(given, f.Const):
                return f"{given.value}{name}".upper()
        return name.upper()
