"""Functions that make an object for each call: what each of their calls gives is an object of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from statelint import facts as f
from statelint.project.resolution.arguments import handed_to, matched
from statelint.project.resolution.classes import decorator_names, first_parameter
from statelint.project.resolution.paths import is_super
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Func, Values
from statelint.project.walking import walk

PLAIN: Final = frozenset({"classmethod", "staticmethod"})
"""Decorators below which each call still runs the body."""
ASKING: Final = frozenset({"bool", "getattr", "hasattr", "id", "isinstance", "len", "print", "repr", "str", "type"})
"""Built-in functions that keep nothing of what they are given."""
HELPERS: Final = 3
"""Functions that hand an object on to the next one, beyond which it counts as kept."""
Denote = Callable[[f.Expr, Scope], Values]


def made_for_each_call(function: Scope, denote: Denote) -> frozenset[int]:
    """The calls, by their `id`, whose results a function gives to its caller and keeps nowhere itself.

    What it puts into an attribute or a container, or lets an inner function see, may be kept, so that the caller may
    get the same object again. So may what it hands to other functions, but for those of the project that only fill it.
    """
    node = function.node
    if not isinstance(node, f.Function) or function.yields or function.children:
        return frozenset()
    if not PLAIN.issuperset(decorator_names(node)):
        return frozenset()
    return frozenset(id(call) for e in function.returns for call in _calls(e, function, denote))


def of_own_class(made: f.Call, function: Scope) -> bool:
    """Whether what a call in a class method makes is of the class that the method is called on: `cls()`,
    `cls.empty()`, `super().load(row)`."""
    first = first_parameter(function)
    root = _root(made.func)
    if first is None or first[1] != "cls":
        return False
    return is_super(root) or (isinstance(root, f.Name) and root.id == first[0])


def class_parameter(made: f.Call, function: Scope) -> str | None:
    """The parameter that is given the class of what a call makes: `kind()`, `kind.load(row)`."""
    root = _root(made.func)
    if not isinstance(root, f.Name) or root.id in function.outer:
        return None
    bindings = function.bindings.get(root.id, ())
    return root.id if bindings and all(b.kind == "param" for b in bindings) else None


def _root(e: f.Expr) -> f.Expr:
    return e.of if isinstance(e, f.Attr) else e


def _calls(e: f.Expr, function: Scope, denote: Denote) -> Iterator[f.Call]:
    if isinstance(e, f.Call):
        yield e
    elif isinstance(e, f.Choice):
        yield from _calls(e.then, function, denote)
        yield from _calls(e.other, function, denote)
    elif isinstance(e, f.Await):
        yield from _calls(e.value, function, denote)
    elif isinstance(e, f.Name) and e.id not in function.outer:
        made = [b.value for b in function.bindings.get(e.id, ()) if b.kind == "assign" and b.position is None]
        calls = [value for value in made if isinstance(value, f.Call)]
        if len(made) == len(function.bindings.get(e.id, ())) and not _is_kept(e.id, calls, function, denote):
            yield from calls


def _is_kept(name: str, calls: Collection[f.Call], function: Scope, denote: Denote, depth: int = 0) -> bool:
    """Whether a function may keep what a local name holds, which calls gave, or hands it to something that may.

    What it reads of the object, and what it sets on it, leaves the object where it is.
    """

    def speaks(e: f.Expr | None) -> bool:
        parts = list(walk(e)) if e is not None else []
        read = {id(part.of) for part in parts if isinstance(part, f.Attr)}
        asked = [part.args for part in parts if isinstance(part, f.Call) and _only_asks(part, function)]
        read.update(id(arg) for args in asked for arg in args)
        return any(
            (isinstance(part, f.Name) and part.id == name and id(part) not in read)
            or any(part is call for call in calls)  # `KNOWN[key] = made = Basket()`
            for part in parts
        )

    stored = (s.value for s in function.stores if not isinstance(s.target, f.Name) and not _is_of(s.target, name))
    aliased = (b.value for other, found in function.bindings.items() if other != name for b in found)
    if any(map(speaks, (*stored, *aliased))):
        return True
    told = [site for site in function.calls if any(map(speaks, _taken_over(site.call, function)))]
    return any(not _only_fills(name, site, denote, depth) for site in told)


def _only_fills(name: str, site: CallSite, denote: Denote, depth: int) -> bool:
    """Whether a call hands what a local name holds to nothing but functions of the project that keep it nowhere."""
    called = denote(site.call.func, site.scope) if isinstance(site.call.func, f.Name) and site.discarded else ()
    if depth == HELPERS or not called:
        return False
    handed = {id(e) for e in handed_to(site.call) if any(isinstance(p, f.Name) and p.id == name for p in walk(e))}
    for callee in called:
        node = callee.scope.node if isinstance(callee, Func) else None
        if not isinstance(node, f.Function) or node.is_generator or node.decorators or not isinstance(callee, Func):
            return False
        taken = [p for p, e in matched(site.call, node, 0).items() if id(e) in handed and isinstance(e, f.Name)]
        inner = callee.scope
        if len(taken) != len(handed) or any(p in _names_inside(inner) for p in taken):
            return False
        if callee.scope is not site.scope and any(_is_kept(p, (), inner, denote, depth + 1) for p in taken):
            return False
    return True


def _names_inside(function: Scope) -> frozenset[str]:
    """The names that functions and classes inside of a function read."""
    inner = (child.node for child in function.children)
    return frozenset(part.id for node in inner for part in walk(node) if isinstance(part, f.Name))


def _is_of(e: f.Expr, name: str) -> bool:
    """Whether a path starts at a local name."""
    while isinstance(e, f.Attr | f.Item):
        e = e.of
    return isinstance(e, f.Name) and e.id == name


def _taken_over(call: f.Call, function: Scope) -> tuple[f.Expr, ...]:
    """The arguments of a call that what is called may keep, or give to something that does."""
    if _only_asks(call, function):
        return ()
    sets = isinstance(call.func, f.Name) and call.func.id == "setattr" and "setattr" not in function.bindings
    return (*call.args[1 if sets else 0 :], *(value for _, value in call.keywords))


def _only_asks(call: f.Call, function: Scope) -> bool:
    return isinstance(call.func, f.Name) and call.func.id in ASKING and call.func.id not in function.bindings
