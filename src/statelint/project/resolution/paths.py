"""Access paths as they are written: their keys, where they start, and the expressions that one stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statelint import facts as f
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.scopes import Context, Scope, Store
from statelint.spans import Place

COPYING: Final = frozenset({"list", "dict", "set", "sorted", "deque", "copy", "deepcopy"})
"""Functions that make a new container of another one."""
COPIES: Final = frozenset({"copy", "deepcopy"})
"""Those that are methods of a container, or functions of a module, too: `BASE.copy()`, `copy.deepcopy(BASE)`."""
LONG: Final = 20
"""Steps of a path beyond which it tells nothing."""


def alternatives(e: f.Expr) -> list[f.Expr]:
    """The expressions of which one becomes the value: both sides of `or`, of a conditional, and so on."""
    if isinstance(e, f.Op) and e.op in ("or", "and", "*", "+", "|"):
        return [e, *(x for operand in e.operands for x in alternatives(operand))]
    if isinstance(e, f.Choice):
        return [*alternatives(e.then), *alternatives(e.other)]
    if isinstance(e, f.Walrus | f.Await | f.Star):
        return alternatives(e.value)
    if isinstance(e, f.Group):
        return [e, *(x for item in e.items for x in alternatives(item))]
    return [e]


def is_container_like(e: f.Expr) -> bool:
    """Whether an expression makes a container or calls something."""
    return isinstance(e, f.Group | f.Table | f.Call | f.Comprehension)


def is_super(e: f.Expr) -> bool:
    """`super()`: the receiver of what it calls is the one of the method around it, and no override of it runs."""
    return type(e) is f.Call and type(e.func) is f.Name and e.func.id == "super"


def last_name(e: object) -> str:
    """The name that an access path ends with; empty for anything that is none."""
    return e.id if type(e) is f.Name else e.name if type(e) is f.Attr else ""


def start_of(e: f.Expr) -> f.Expr:
    """Where an access path starts, through attributes, entries and calls: mostly a name."""
    while isinstance(e, f.Attr | f.Item | f.Call):
        e = e.func if isinstance(e, f.Call) else e.of
    return e


def receiver_rooted(e: f.Expr, scope: Scope) -> str | None:
    """self or cls when an access path starts at the receiver of the enclosing method, else None."""
    e = start_of(e)
    if not isinstance(e, f.Name):
        return None
    current: Scope | None = scope
    while current is not None:
        receiver = first_parameter(current)
        if receiver and receiver[0] == e.id:
            return receiver[1]
        if e.id in current.bindings:
            return None
        current = current.parent
    return None


def taken_from_receiver(e: f.Expr, scope: Scope, depth: int = 0) -> bool:
    """Whether a path starts at a local name for something of the receiver: `for part in self.parts: part.load()`."""
    e = start_of(e)
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
    return bool(bindings) and all(
        b.value is not None
        and (
            receiver_rooted(b.value, scope) == "self" or (depth < 2 and taken_from_receiver(b.value, scope, depth + 1))
        )
        for b in bindings
    )


def mentions(e: f.Expr, name: str, scope: Scope, depth: int = 0) -> bool:
    """Whether an expression reads `name`, also through a local that was looked up from it."""
    if isinstance(e, f.Name):
        if e.id == name:
            return True
        if depth < 3:
            return any(
                b.value is not None and mentions(b.value, name, scope, depth + 1) for b in scope.bindings.get(e.id, ())
            )
        return False
    if isinstance(e, f.Attr):
        return e.name == name or mentions(e.of, name, scope, depth)
    if isinstance(e, f.Item):
        return mentions(e.of, name, scope, depth)
    if isinstance(e, f.Call):
        return mentions(e.func, name, scope, depth) or any(
            mentions(a, name, scope, depth) or (isinstance(a, f.Const) and a.value == name) for a in e.args
        )
    if isinstance(e, f.Op):
        return any(mentions(o, name, scope, depth) for o in e.operands)
    if isinstance(e, f.Walrus | f.Await):
        return mentions(e.value, name, scope, depth)
    return False


def same_path(e: f.Expr | None, other: f.Expr | None) -> bool:
    """Whether two access paths are written alike: names and attributes alone."""
    if isinstance(e, f.Attr) and isinstance(other, f.Attr):
        return e.name == other.name and same_path(e.of, other.of)
    return isinstance(e, f.Name) and isinstance(other, f.Name) and e.id == other.id


def leaves(store: Store) -> bool:
    """Whether an attribute is given the value that it has: `shop.make = cast(Maker, shop.make)`."""
    given = store.value
    if isinstance(given, f.Call) and last_name(given.func) == "cast" and given.args:
        given = given.args[-1]
    return store.op == "=" and isinstance(given, f.Attr) and same_path(given, store.target)


def is_text(e: f.Expr | None) -> bool:
    """Whether a value can only be text, which nobody adds to a list: `line += " " + word`."""
    if isinstance(e, f.Op) and e.op == "+":
        return any(is_text(operand) for operand in e.operands)
    return isinstance(e, f.Text) or (isinstance(e, f.Const) and e.kind == "str")


def given_anew(e: f.Expr, scope: Scope, context: Context, place: Place) -> bool:
    """Whether a function gives an object a container of its own for an attribute before it puts something in there."""
    if not isinstance(e, f.Attr) or not isinstance(e.of, f.Name) or scope.kind != "function":
        return False
    return any(
        isinstance(s.target, f.Attr)
        and same_path(s.target, e)
        and _is_new_container(s.value)
        and s.op == "="
        and s.at < place
        and all(test in context.tests or _asks_for_its_own(*test, e) for test in s.context.tests)
        for s in scope.stores
    )


def _is_new_container(e: f.Expr | None) -> bool:
    if isinstance(e, f.Choice):
        return _is_new_container(e.then) and _is_new_container(e.other)
    if isinstance(e, f.Call):
        return last_name(e.func) in (COPYING if isinstance(e.func, f.Name) else COPIES)
    return isinstance(e, f.Table | f.Group | f.Comprehension)


def _asks_for_its_own(test: f.Expr, taken: bool, e: f.Attr) -> bool:
    """Whether a test says that an object has only what its class has: `"rows" not in self.__dict__`."""
    if not isinstance(test, f.Op) or test.op not in ("in", "not in") or taken != (test.op == "not in"):
        return False
    name, table = test.operands
    of = table.args[0] if isinstance(table, f.Call) and len(table.args) == 1 else getattr(table, "of", None)
    own = last_name(table.func) == "vars" if isinstance(table, f.Call) else last_name(table) == "__dict__"
    return own and of is not None and same_path(of, e.of) and isinstance(name, f.Const) and name.value == e.name


def taken_out(target: f.Expr) -> bool:
    """Whether the attribute is one of an element, of which a container holds others too."""
    return isinstance(target, f.Attr) and isinstance(target.of, f.Item)


def asks_for_lack(test: f.Expr, taken: bool, name: str, scope: Scope) -> bool:
    """Whether a branch of a test is taken where `name`, or what is kept there, is not there."""
    if isinstance(test, f.Op):
        if test.op in ("and", "or"):
            return any(asks_for_lack(o, taken, name, scope) for o in test.operands)
        if test.op == "not":
            return asks_for_lack(test.operands[0], not taken, name, scope)
        if not any(mentions(o, name, scope) for o in test.operands):
            return False
        lacks = test.op in ("is", "==", "not in")
        has = test.op in ("is not", "!=", "in")
        return (lacks and taken) or (has and not taken)
    return not taken and mentions(test, name, scope)


def meant(e: f.Expr | None, scope: Scope) -> f.Expr | None:
    """What a local name stands for that is bound once."""
    bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) else ()
    named = len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].position is None
    return bindings[0].value if named else e


def above(e: f.Expr, scope: Scope) -> Iterator[f.Expr]:
    """A path and all that it leads through, to the name at which it starts, and what a local stands for there."""
    yield e
    for _ in range(LONG):
        stands_for = meant(e, scope)
        if isinstance(e, f.Attr | f.Item | f.Call):
            e = e.func if isinstance(e, f.Call) else e.of
        elif stands_for is not None and stands_for is not e:
            e = stands_for
        else:
            return
        yield e
