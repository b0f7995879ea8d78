"""What requests bring along: which values are that, what is kept of it under keys that do not tell it, and which
attributes of long-lived objects hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.project.purity import Purity
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import above, meant
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Cls, Obj, Value
from statelint.project.walking import parts_of
from statelint.project.writes import Write


class Brought:
    """Asked of single writes, once it is known what requests write."""

    def __init__(self, names: Names, purity: Purity) -> None:
        self._names = names
        self._purity = purity
        self.attributes: Mapping[str, Sequence[Write]] = {}
        """What requests write to attributes of long-lived objects, by the qualified name of the attribute."""
        self.handlers: AbstractSet[Scope] = frozenset()
        """The functions whose parameters are what a request brings along."""

    def is_brought_along(self, e: f.Expr, scope: Scope) -> bool:
        """Whether a value is, as it is, something that a request brought along: `request.form["name"]`, a parameter of
        the handler. What is made of it, such as a client for a given address, is not."""
        if isinstance(e, f.Name):
            bindings = scope.bindings.get(e.id, ())
            if bindings and all(b.kind == "param" for b in bindings):
                own = first_parameter(scope)
                plain = all(map(_is_plain, self._names.denote(e, scope)))
                sent = plain and not any(map(_is_injected, bindings)) and (own is None or own[0] != e.id)
                return sent and scope in self.handlers
            given = [(b.value, b.scope) for b in bindings if b.kind == "assign" and b.position is None]
            one = given[0] if len(given) == len(bindings) == 1 else (None, scope)
            return one[0] is not None and self.is_brought_along(one[0], one[1])
        if isinstance(e, f.Attr | f.Item | f.Call):
            return self._purity.of(e, scope) == {"request"} and _is_read(e)
        return False

    def is_beside_its_key(self, e: f.Expr, scope: Scope, write: Write) -> bool:
        """Whether what is kept under a key is made of what a request brings along and the key does not tell: the first
        request decides for all that ask for the key later."""
        if write.key is None or scope is not write.scope:
            return False
        if "handle" in self._purity.of(e, scope) and not self._is_record(e, scope):
            return False
        told = list(_reads(write.key, scope))
        whole = meant(e, scope)
        for read in _reads(e, scope):
            of_key = any(_alike(key, part) for key in told for part in above(read, scope))
            part_is_key = any(_alike(read, part) for key in told for part in above(key, scope))
            if not of_key and (not part_is_key or read is whole) and self._is_sent(read, scope):
                return True
        return False

    def is_claim(self, write: Write) -> bool:
        """Whether a function keeps under a key what its callers hand it of a request, beside the key, and only says
        whether there was something: `if seat in taken: return False`, else `taken[seat] = guest` and `return True`."""
        value, key, scope = write.value, write.key, write.scope
        answers = bool(scope.returns) and all(isinstance(e, f.Const) for e in scope.returns)
        if not answers or not isinstance(value, f.Name) or key is None or scope in self.handlers:
            return False
        if any(_alike(value, read) for read in _reads(key, scope)):
            return False
        keys = [given for read in _reads(key, scope) for given, _ in self._handed(read, scope)]
        handed = self._handed(value, scope)
        return self._is_handed(value, scope) and not any(_alike(e, other) for e, _ in handed for other in keys)

    def _is_handed(self, e: f.Expr, scope: Scope, depth: int = 0) -> bool:
        """Whether a value is something that a request brought along, be it that all callers of a function hand it."""
        handed = self._handed(e, scope) if depth < 3 else []
        return self.is_brought_along(e, scope) or (
            bool(handed) and all(self._is_handed(arg, caller, depth + 1) for arg, caller in handed)
        )

    def _handed(self, e: f.Expr, scope: Scope) -> list[tuple[f.Expr, Scope]]:
        """What the callers of a function hand it as a parameter."""
        given = self._names.given()
        bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
        own = bool(bindings) and all(b.kind == "param" for b in bindings)
        return list(given.arguments.get((scope, e.id), ())) if given and own and isinstance(e, f.Name) else []

    def _is_record(self, e: f.Expr, scope: Scope) -> bool:
        """Whether it is an object made right there that holds only what it is given."""
        made = meant(e, scope)
        values = self._names.denote(made.func, scope) if isinstance(made, f.Call) else ()
        return bool(values) and all(isinstance(v, Cls) and self._purity.is_record(v) for v in values)

    def _is_sent(self, read: f.Expr, scope: Scope, depth: int = 0) -> bool:
        """Whether a request sends something, be it that all callers of a function hand it what it sends."""
        if self.is_brought_along(read, scope):
            return True
        *_, root = above(read, scope)
        if not isinstance(root, f.Name):
            return False
        if root is not read:
            return scope in self.handlers and self.is_brought_along(root, scope)
        handed = self._handed(root, scope) if depth < 3 else []
        return bool(handed) and all(
            any(self._is_sent(part, caller, depth + 1) for part in _reads(arg, caller)) for arg, caller in handed
        )

    def is_handed_on(self, write: Write) -> bool:
        """Whether a write gives what an attribute holds to which requests gave something that they brought."""
        e = write.value
        owners = self._names.denote(e.of, write.scope) if isinstance(e, f.Attr) else ()
        return isinstance(e, f.Attr) and any(
            self._is_brought(f"{item.scope.full_name}.{e.name}")
            for owner in owners
            if isinstance(owner, Obj) and isinstance(owner.cls, Cls)
            for item in self._names.classes.lineage(owner.cls.scope)
            if isinstance(item, Cls)
        )

    def _is_brought(self, attribute: str) -> bool:
        given = [w for w in self.attributes.get(attribute, ()) if w.how == "rebind" and not w.element]
        return any(not self._purity.of(w.value, w.scope).isdisjoint({"request", "argument"}) for w in given)


def _is_plain(value: Value) -> bool:
    """Whether it is data that the outside sends: text, numbers, or an object made of these."""
    cls = value.cls if isinstance(value, Obj) and value.site is None else None
    return isinstance(cls, Cls) or (cls is not None and cls.name.startswith("builtins."))


def _is_injected(b: Binding) -> bool:
    """Whether a parameter gets what a marker in the place of its default names, which no request sends."""
    return isinstance(b.node, f.Param) and isinstance(b.node.default, f.Call)


def _reads(e: f.Expr, scope: Scope, depth: int = 0) -> Iterator[f.Expr]:
    """The largest parts of an expression that read something out of an object, locals taken for what they stand for."""
    whole = meant(e, scope)
    if whole is not e and whole is not None and depth < 3:
        yield from _reads(whole, scope, depth + 1)
    elif isinstance(e, f.Name) or (isinstance(e, f.Attr | f.Item | f.Call) and _is_read(e)):
        yield e
    else:
        for part in parts_of(e):
            yield from _reads(part, scope, depth)


def _alike(e: f.Expr | None, other: f.Expr | None) -> bool:
    """Whether two paths are written alike, with constants as keys and arguments."""
    if isinstance(e, f.Const) and isinstance(other, f.Const):
        return e.value == other.value
    if isinstance(e, f.Attr) and isinstance(other, f.Attr):
        return e.name == other.name and _alike(e.of, other.of)
    if isinstance(e, f.Item) and isinstance(other, f.Item):
        return _alike(e.key, other.key) and _alike(e.of, other.of)
    if isinstance(e, f.Call) and isinstance(other, f.Call):
        same = len(e.args) == len(other.args) and all(map(_alike, e.args, other.args))
        return same and not e.keywords and not other.keywords and _alike(e.func, other.func)
    return isinstance(e, f.Name) and isinstance(other, f.Name) and e.id == other.id


def _is_read(e: f.Expr) -> bool:
    """Whether an expression reads something out of an object: attributes, entries, `get` with constants."""
    while isinstance(e, f.Attr | f.Item | f.Call):
        if isinstance(e, f.Call):
            if not isinstance(e.func, f.Attr) or not all(isinstance(arg, f.Const) for arg in e.args):
                return False
            e = e.func.of
        else:
            e = e.of
    return isinstance(e, f.Name)
