"""Which environment variable fills a field of a settings class."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.scopes import Scope

ALIASES: Final = frozenset({"alias", "validation_alias", "env"})
"""Keywords of a field that name its variable."""
PREFIXES: Final = ("model_config", "env_prefix")
"""Names by which a settings class gives the common beginning of its variables."""


def variable_of(cls: Scope, name: str) -> str:
    """The variable that fills a field of a settings class: an alias, or a common prefix and the field's name."""
    for b in cls.bindings.get(name, ()):
        for key, value in b.value.keywords if isinstance(b.value, f.Call) else ():
            if key in ALIASES and isinstance(value, f.Const):
                return str(value.value)
    inner = [cls, *(child for child in cls.children if child.kind == "class")]
    for b in [b for scope in inner for key in PREFIXES for b in scope.bindings.get(key, ())]:
        given = dict(b.value.keywords).get("env_prefix") if isinstance(b.value, f.Call) else b.value
        if isinstance(given, f.Const):
            return f"{given.value}{name}".upper()
    return name.upper()
