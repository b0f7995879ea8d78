"""Fields that a class body declares by descriptors of a library: which they are, and what their values are at first."""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, qualified
from statelint.vocabulary import Fields


def declaration(e: f.Expr | None) -> f.Call | None:
    """The call that declares: `Dict()` in `Dict().tag(config=True)`."""
    while isinstance(e, f.Call) and isinstance(e.func, f.Attr) and isinstance(e.func.of, f.Call):
        e = e.func.of
    return e if isinstance(e, f.Call) else None


class DeclaredFields:
    """Look-up of declared fields."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._known = any(library.fields for _, library in names.knowledge.libraries)
        self._makers: dict[Scope, dict[str, list[Scope]]] = {}

    def row(self, e: f.Expr | None, cls: Scope) -> Fields | None:
        """What knowledge says of the field that an expression in a class body declares; None for another value."""
        call = declaration(e) if self._known else None
        for value in self._names.denote(call.func, cls) if call else ():
            name = qualified(value)
            for made in self._names.classes.outside_bases(value.scope) if isinstance(value, Cls) else [name or ""]:
                found = self._names.knowledge.find("fields", made)
                if found:
                    row: Fields = found[1]
                    return row
        return None

    def makers(self, cls: Scope, name: str) -> list[Scope]:
        """The methods of a class that make the first value of a field, in the class that declares it or one below."""
        if not self._known:
            return []
        if cls not in self._makers:
            found: dict[str, list[Scope]] = {}
            for method in cls.children:
                for field in self._made(method, cls):
                    found.setdefault(field, []).append(method)
            self._makers[cls] = found
        return self._makers[cls].get(name, [])

    def _made(self, method: Scope, cls: Scope) -> Iterator[str]:
        rows = [row for _, row in self._names.knowledge.rows(lambda library: library.fields)]
        for row in rows:
            before, _, after = row.made_by_method.partition("{}")
            if before and after and method.name.startswith(before) and method.name.endswith(after):
                yield method.name[len(before) : -len(after)]
        last = {name.rpartition(".")[2] for row in rows for name in row.made_by}
        for decorator in method.node.decorators if isinstance(method.node, f.Function) else ():
            if not isinstance(decorator, f.Call) or last_name(decorator.func) not in last:
                continue
            if any(qualified(v) in row.made_by for v in self._names.denote(decorator.func, cls) for row in rows):
                yield from (str(arg.value) for arg in decorator.args if isinstance(arg, f.Const))
