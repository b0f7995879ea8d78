"""Containers to which each request gives the same entries again: what settings say, and fixed values for what lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from statelint import facts as f
from statelint.project.first_use import as_attribute
from statelint.project.homes import Home, Homes
from statelint.project.mentions import Mentions
from statelint.project.purity import Purity
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, start_of
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Heap, Value, root
from statelint.project.walking import walk
from statelint.project.writes import Write

SET: Final = "builtins.set"
OF_SETTINGS: Final = frozenset({"environment", "handle"})
"""What a value may depend on besides the code that settings alone decide."""


class SameAgain:
    """Look-up of such containers."""

    def __init__(self, names: Names, homes: Homes, purity: Purity, mentions: Mentions) -> None:
        self._names = names
        self._mentions = mentions
        self._homes = homes
        self._purity = purity
        self.changed: AbstractSet[Home] = frozenset()
        """The homes that requests write: no settings."""

    def covers(self, writes: Sequence[Write]) -> bool:
        """Whether every write adds what all replicas add, whichever request comes."""
        fixed: dict[str, str] = {}
        again = bool(writes) and all(self._adds_fixed(w, fixed) or self._adds_settings(w) for w in writes)
        return again or self._completes(writes)

    def _completes(self, writes: Sequence[Write]) -> bool:
        """Whether all who look into a table of sets first put constants, or what is under another key of the table that
        the code names, into the set that they find: `words = WORDS.get(kind, set()); words.update(WORDS["all"])`."""
        home = writes[0].home if writes else None
        if home is None or home.kind != "module-variable" or not all(self._adds_of_its_own(w) for w in writes):
            return False
        mentioned = self._mentions.of(home)
        writing = {w.scope for w in writes}
        return bool(mentioned) and all(m.scope in writing for m in mentioned or ())

    def _adds_of_its_own(self, write: Write) -> bool:
        value, name = write.value, write.home.short
        call = next((site.call for site in write.scope.calls if site.call.at == write.at), None)
        if write.method != "update" or not write.element or not write.context.sure or call is None:
            return False
        of = self._names.denote(call.func.of, write.scope) if isinstance(call.func, f.Attr) and value else ()
        if not any(root(v) is not v for v in of) or not all(self._is_set(v) for v in of):
            return False
        if isinstance(value, f.Group):
            return all(isinstance(item, f.Const) for item in value.items)
        looked_up = isinstance(value, f.Call) and last_name(value.func) == "get" and bool(value.args)
        key = value.args[0] if isinstance(value, f.Call) and looked_up else getattr(value, "key", None)
        return isinstance(key, f.Const) and value is not None and last_name(start_of(value)) == name

    def _is_set(self, value: Value) -> bool:
        """Whether a value is a set, or one of the entries of a table of nothing else."""
        held = root(value)
        if not isinstance(held, Heap):
            return False
        found = (value,) if held is value else self._names.written_elements(held)
        return bool(found) and all(isinstance(v, Heap) and v.type == SET for v in found)

    @staticmethod
    def _adds_fixed(write: Write, fixed: dict[str, str]) -> bool:
        """`server.setdefault("TIMEOUT", 60)`; nothing else gives the same key another value."""
        if write.method != "setdefault" or not isinstance(write.value, f.Const):
            return False
        keys = list(_constants(write))
        value = repr(write.value.value)
        return bool(keys) and all(fixed.setdefault(key, value) == value for key in keys)

    def _adds_settings(self, write: Write) -> bool:
        """`TYPES.update(settings.TYPES)`, `types["pdf"] = app.config["PDF"]`."""
        if write.value is None:
            return False
        named = write.method == "setdefault" or (write.how == "item" and write.method == "=")
        adds = write.method == "update" or (named and any(_constants(write)))
        return adds and self._is_of_settings(write.value, write.scope)

    def _is_of_settings(self, e: f.Expr, scope: Scope, depth: int = 0) -> bool:
        """Whether a value is read from settings, and depends on nothing else."""
        if isinstance(e, f.Name) and depth < 3:
            given = scope.bindings.get(e.id, ())
            return bool(given) and all(
                b.kind == "assign" and b.value is not None and self._is_of_settings(b.value, scope, depth + 1)
                for b in given
            )
        paths = [path for part in walk(e) if (path := self._setting(part, scope))]
        return (
            bool(paths)
            and all(self._homes.known.get(("application-attribute", path)) not in self.changed for path in paths)
            and self._purity.of(e, scope) <= OF_SETTINGS
        )

    def _setting(self, e: object, scope: Scope) -> str | None:
        """`settings.TYPES`, `getattr(settings, "TYPES", {})`, `app.config["TYPES"]`, `app.config.get("TYPES")`."""
        if isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "get" and e.args:
            return self._homes.application_path(f.Item(e.func.of, e.args[0], e.where), scope)
        read = as_attribute(e) if isinstance(e, f.Call) else e
        return self._homes.application_path(read, scope) if isinstance(read, f.Attr | f.Item) else None


def _constants(write: Write) -> Iterator[str]:
    """The texts that a key can be, where the code names them all: a constant, or what the loop around goes through."""
    key = write.key
    if isinstance(key, f.Const):
        yield repr(key.value)
    elif isinstance(key, f.Name):
        before = [b for b in write.scope.bindings.get(key.id, ()) if b.at <= write.at]
        source = before[-1].value if before and before[-1].kind == "iterate" else None
        items = source.items if isinstance(source, f.Group) else ()
        if all(isinstance(i, f.Const) for i in items):
            yield from (repr(i.value) for i in items if isinstance(i, f.Const))
