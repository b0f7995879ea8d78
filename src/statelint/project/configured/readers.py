"""Calls and classes that read environment variables: which variable they read, and what they fall back to."""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.project.configured.variables import EITHER
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Context, Scope
from statelint.project.resolution.values import Cls, Func, Obj
from statelint.store_rows import Environ


class Readers:
    """What the rows on environment variables say of a call, or of a field of a settings class."""

    def __init__(self, names: Names) -> None:
        self._names = names
        rows: list[Environ] = [row for _, row in names.knowledge.rows(lambda lib: lib.environ)]
        self._by_name = {name: row for row in rows for name in row.names}
        self._by_method = {name: row for row in rows for name in row.methods if not row.spread}
        self.spreading = {name: row.spread for row in rows for name in row.methods if row.spread}
        """Methods that make a setting of each variable with a prefix, and the prefix when the call names none."""
        self._bases = frozenset(base for row in rows for base in row.bases)
        self._aliases = frozenset(name for row in rows for name in row.aliases)
        self._prefixes = tuple(name for row in rows if row.bases for name in row.prefixes)
        self._delimiters = tuple(name for row in rows for name in row.delimiters)
        self._checks = frozenset(name for row in rows for name in row.checks)
        self._inside: dict[Scope, tuple[Scope, str]] | None = None

    # ── calls ──

    def row(self, name: str) -> Environ | None:
        """The row on a callee of this qualified name."""
        return next((self._by_name[n] for n in self._names.knowledge.spellings(name) if n in self._by_name), None)

    def by_method(self, call: f.Call, last: str) -> Environ | None:
        """The row on any object's method of this name, where the call gives the default by keyword."""
        row = self._by_method.get(last)
        return row if row is not None and row.keyword in dict(call.keywords) else None

    @staticmethod
    def key(row: Environ, call: f.Call) -> f.Expr | None:
        """The argument that names the variable."""
        if row.named and (given := dict(call.keywords).get(row.named)) is not None:
            return given
        return call.args[row.key] if 0 <= row.key < len(call.args) else None

    def prefix(self, row: Environ, call: f.Call, scope: Scope, context: Context) -> str:
        """What the reader puts before the name: told where it was made, and by the blocks around the call."""
        reader = call.func.of if isinstance(call.func, f.Attr) else call.func
        found = "".join(_first_text(e) for e in context.withs if _is_method(e, row.within))
        if not row.prefixes:
            return found
        for value in self._names.denote(reader, scope):
            made = value.site.constructed.expr if isinstance(value, Obj) and value.site is not None else None
            for key, given in made.keywords if isinstance(made, f.Call) else ():
                if key in row.prefixes and isinstance(given, f.Const):
                    return f"{given.value}{found}"
        return found

    def default(self, row: Environ, call: f.Call, key: str, scope: Scope) -> f.Expr | None:
        """What the call gives where the variable is missing."""
        given = dict(call.keywords)
        if row.keyword in given:
            return given[row.keyword]
        if row.default is not None and len(call.args) > row.default:
            return call.args[row.default]
        if row.factory in given:
            return self._made_by(given[row.factory], scope)
        return self._scheme_default(call, key, scope)

    def _made_by(self, factory: f.Expr, scope: Scope) -> f.Expr | None:
        """What a function without parameters returns, when it stands in the very call."""
        if isinstance(factory, f.Lambda):
            return next((s.value for s in factory.function.body if isinstance(s, f.Return)), None)
        known = any(isinstance(v, Func | Cls) for v in self._names.denote(factory, scope))
        return f.Call(factory, (), (), factory.where) if known else None

    def _scheme_default(self, call: f.Call, key: str, scope: Scope) -> f.Expr | None:
        """The default that the constructor of the reader got: `Env(DATABASE_URL=(str, "sqlite://"))`."""
        for value in self._names.denote(call.func.of if isinstance(call.func, f.Attr) else call.func, scope):
            made = value.site.constructed.expr if isinstance(value, Obj) and value.site is not None else None
            given = dict(made.keywords).get(key) if isinstance(made, f.Call) else None
            if isinstance(given, f.Group) and len(given.items) == 2:
                return given.items[1]
        return None

    # ── classes ──

    def fills(self, cls: Scope) -> bool:
        """Whether fields of a class are filled from environment variables."""
        return bool(self._bases & set(self._names.classes.outside_bases(cls)))

    def variable(self, cls: Scope, name: str) -> str:
        """The variable that fills a field, of a settings class or of a class that is a field of one."""
        if self.fills(cls):
            return self._of_field(cls, name)
        outer, field = self._fields_with_fields().get(cls, (None, ""))
        if outer is None:
            return ""
        joint = self._said(outer, self._delimiters)
        return self._of_field(outer, field) + (f"{joint}{name}".upper() if joint else "")

    def checking(self, cls: Scope, name: str) -> Iterator[Scope]:
        """The methods of a settings class that are there to check a field."""
        for method in cls.children if self.fills(cls) else ():
            for decorator in method.node.decorators if isinstance(method.node, f.Function) else ():
                given = decorator.args if isinstance(decorator, f.Call) else ()
                called = isinstance(decorator, f.Call) and last_name(decorator.func) in self._checks
                if called and any(isinstance(a, f.Const) and a.value == name for a in given):
                    yield method

    def _of_field(self, cls: Scope, name: str) -> str:
        """An alias, or a common prefix and the field's name."""
        for b in cls.bindings.get(name, ()):
            for key, value in b.value.keywords if isinstance(b.value, f.Call) else ():
                if key in self._aliases and (named := _constants(value)):
                    return EITHER.join(named)
        return f"{self._said(cls, self._prefixes)}{name}".upper()

    def _said(self, cls: Scope, keys: tuple[str, ...]) -> str:
        """What the body of a class, or of a class inside it, gives one of the keys."""
        inner = [cls, *(child for child in cls.children if child.kind == "class")]
        for b in [b for scope in inner for key in (*self._prefixes, *keys) for b in scope.bindings.get(key, ())]:
            given = b.value
            if isinstance(given, f.Call):
                given = next((value for key, value in given.keywords if key in keys), None)
            elif b.name not in keys:
                continue
            if isinstance(given, f.Const):
                return str(given.value)
        return ""

    def _fields_with_fields(self) -> dict[Scope, tuple[Scope, str]]:
        """Class → the settings class and its field that holds an object of it."""
        if self._inside is None:
            self._inside = {}
            for scope in self._names.every if self._bases else ():
                if scope.kind == "class" and self.fills(scope):
                    for cls, name in self._annotated(scope):
                        self._inside.setdefault(cls, (scope, name))
        return self._inside

    def _annotated(self, scope: Scope) -> Iterator[tuple[Scope, str]]:
        for name, bindings in scope.bindings.items():
            for b in bindings:
                for value in self._names.denote(b.annotation, scope) if b.annotation is not None else ():
                    if isinstance(value, Cls):
                        yield value.scope, name


def _is_method(e: f.Expr, methods: tuple[str, ...]) -> bool:
    return isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name in methods


def _first_text(e: f.Expr) -> str:
    first = e.args[0] if isinstance(e, f.Call) and e.args else None
    return str(first.value) if isinstance(first, f.Const) else ""


def _constants(e: f.Expr) -> list[str]:
    """The names that a keyword of a field gives: one, or those that a call lists as a choice."""
    given = e.args if isinstance(e, f.Call) else (e,)
    return [str(a.value) for a in given if isinstance(a, f.Const) and a.kind == "str"]
