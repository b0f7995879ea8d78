"""Classes of which one object serves the whole process, however often code calls the class."""

from __future__ import annotations

from collections.abc import Iterator

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope, Store
from statelint.project.resolution.values import Cls, Func, qualified


def single_classes(names: Names, knowledge: Knowledge) -> Iterator[tuple[Scope, Store | None]]:
    """Each such class; with the assignment that gives all its objects one `__dict__`, where that is how it is done."""
    for cls in names.classes.all:
        shared = _shared_dict(cls)
        if shared or _keeps_its_object(cls) or _decorated(cls, names, knowledge) or _by_metaclass(cls, names):
            yield cls, shared


def _shared_dict(cls: Scope) -> Store | None:
    """`self.__dict__ = shared` in a method, or the same of the object that `__new__` makes."""
    for method in cls.children:
        receiver: tuple[str, ...] = first_parameter(method) or ()
        if method.name == "__new__":
            receiver = tuple(n for n, bs in method.bindings.items() if any(_makes_new(b.value) for b in bs))
        for store in method.stores:
            target = store.target
            named = (
                isinstance(target, f.Attr) and target.name == "__dict__" and getattr(target.of, "id", "") in receiver
            )
            if named and not _is_its_own(store.value, method):
                return store
    return None


def _is_its_own(e: f.Expr | None, method: Scope) -> bool:
    """Whether an object gets attributes of its own: a table, what a call gives, or what came with a call, such as what
    it is read again from or the object that it is a copy of."""
    if isinstance(e, f.Call):
        return last_name(e.func) not in ("get", "setdefault")
    start: f.Expr | None = e
    while isinstance(start, f.Attr):
        start = start.of
    given = method.bindings.get(start.id, ()) if isinstance(start, f.Name) else ()
    of_receiver = start is not e and getattr(start, "id", "") == (first_parameter(method) or ("",))[0]
    return isinstance(e, f.Table) or (any(b.kind == "param" for b in given) and not of_receiver)


def _keeps_its_object(cls: Scope) -> bool:
    """Whether `__new__` keeps the object that it makes, as an attribute of the class or in a table."""
    for method in cls.children:
        if method.name == "__new__" and method.kind == "function" and method.returns:
            made = [s for s in method.stores if isinstance(s.value, f.Call) and _makes_new(s.value)]
            if any(isinstance(s.target, f.Attr | f.Item) for s in made):
                return True
            local = {n for n, bs in method.bindings.items() if any(_makes_new(b.value) for b in bs)}
            kept = [s for s in method.stores if isinstance(s.target, f.Attr | f.Item)]
            if any(isinstance(s.value, f.Name) and s.value.id in local for s in kept):
                return True
    return False


def _makes_new(e: f.Expr | None) -> bool:
    return isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "__new__"


def _decorated(cls: Scope, names: Names, knowledge: Knowledge) -> bool:
    """Whether a decorator keeps the object: a memo, or a project function that stores what calling the class gives."""
    node = cls.node
    if not isinstance(node, f.Class) or cls.parent is None:
        return False
    for decorator in node.decorators:
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        for value in names.denote(target, cls.parent):
            name = qualified(value)
            if name and knowledge.find("memo", name):
                return True
            if isinstance(value, Func) and isinstance(value.scope.node, f.Function) and value.scope.node.params:
                given = value.scope.node.params[0].name
                if any(_stores_call_of(given, inner) for inner in (value.scope, *value.scope.descendants())):
                    return True
    return False


def _by_metaclass(cls: Scope, names: Names) -> bool:
    """Whether the metaclass hands out an object that it keeps."""
    for item in names.classes.lineage(cls):
        node = item.scope.node if isinstance(item, Cls) else None
        for key, expr in node.keywords if isinstance(node, f.Class) else ():
            for value in names.denote(expr, cls.parent) if key == "metaclass" and cls.parent else ():
                method = names.classes.method(value.scope, "__call__") if isinstance(value, Cls) else None
                if method and any(isinstance(s.target, f.Attr | f.Item) and s.op == "=" for s in method.stores):
                    return True
    return False


def _stores_call_of(name: str, scope: Scope) -> bool:
    """Whether code keeps what calling `name` gives somewhere that outlives the call."""
    for store in scope.stores:
        lasting = isinstance(store.target, f.Attr | f.Item) or (
            isinstance(store.target, f.Name) and scope.outer.get(store.target.id) is not None
        )
        if lasting and isinstance(store.value, f.Call) and getattr(store.value.func, "id", "") == name:
            return True
    return False
