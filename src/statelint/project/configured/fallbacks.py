"""Reads of variables, files and tables as settings: what is read, and what is used where it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.project.configured.filed import ConfigRead
from statelint.project.configured.readers import Readers
from statelint.project.configured.worth import Worth, unknown
from statelint.project.resolution.scopes import Context, Scope
from statelint.store_rows import Environ

if TYPE_CHECKING:
    from statelint.project.configured.worths import Worths


class Fallbacks:
    """Evaluates such reads, and their defaults by the evaluator of all expressions."""

    def __init__(self, worths: Worths, readers: Readers) -> None:
        self._worths = worths
        self._readers = readers

    def read(self, row: Environ, e: f.Call, scope: Scope, context: Context, depth: int) -> list[Worth]:
        """A read of a variable, then what it falls back to."""
        named = self._readers.key(row, e)
        key = self._worths.piece(named, scope, context, depth) if named is not None else row.variable
        key = self._readers.prefix(row, e, scope, context) + key if key else ""
        default = self._readers.default(row, e, key, scope)
        found = [] if row.key < 0 else [unknown(e, scope, context, key or "the variable")]
        if default is None and row.lacking:
            found.append(Worth("none", scope.span(e.at), scope, context, unless=key))
        elif default is not None:
            for w in self._worths.of(default, scope, context, depth + 1):
                text = row.prefix + w.text if w.text is not None and w.text != "none" else w.text
                unless = w.unless or ("" if row.key < 0 else key or "the variable")
                found.append(w._replace(text=text, unless=unless))
        return found

    def filed(self, read: ConfigRead, e: f.Expr, scope: Scope, context: Context, depth: int) -> list[Worth]:
        """What configuration files say under a key, and what is used where they say nothing."""
        found = [unknown(e, scope, context, read.variable)]
        for default, where in read.defaults:
            given = self._worths.of(default, where, None, depth + 1)
            found += [w._replace(unless=w.unless or read.variable) for w in given]
        return [w._replace(filed=read.filed) for w in found]

    def looked_up(self, e: f.Call, scope: Scope, context: Context, depth: int) -> list[Worth]:
        """`table.get(key, default)` of a table that is not known: what is there, or the default without it."""
        key, default = e.args
        named = str(key.value) if isinstance(key, f.Const) else ""
        named = named or next((w.env for w in self._worths.of(key, scope, context, depth + 1) if w.env), "")
        found = self._worths.of(default, scope, context, depth + 1) if named else []
        return [unknown(e, scope, context, named), *(w._replace(unless=w.unless or named) for w in found)]
