"""What this very call of a function gives: the arguments that it hands on, and objects that are made for each call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.resolution.annotations import META
from statelint.project.resolution.arguments import matched, spread
from statelint.project.resolution.by_parameter import is_parameter, surely_bound, switch_of, turned, ways_of
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.factories import class_parameter, made_for_each_call, of_own_class
from statelint.project.resolution.for_good import ForGood
from statelint.project.resolution.named_modules import located, named_in, texts_that_name
from statelint.project.resolution.paths import is_super, last_name
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Binding, Scope, still_current, visible
from statelint.project.resolution.values import Bound, Cls, Func, Heap, Obj, Site, Value, Values, union

STEPS: Final = 4
"""Methods that hand on what the next one gives, beyond which the receiver counts as unknown."""


class Returned:
    """What calls of the functions of the project give."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._anew: dict[Scope, frozenset[int]] = {}
        """The calls in a function whose results are other objects for each call of it."""
        self._sites: dict[tuple[int, Site], Site] = {}
        self._texts: dict[Scope, tuple[str, ...]] = {}
        """The parameters whose text names what a function imports and gives."""
        self._hands = ForGood[Scope, bool](names)
        """Whether functions hand on a parameter."""
        self._owns = ForGood[Scope, Values](names)
        """What functions that hand on parameters give by themselves."""
        self._bound: dict[tuple[int, Scope], tuple[f.Name, Sequence[Binding]]] = {}
        """What names that are bound more than once can mean where they stand. Each name is kept, and so is its `id`."""

    def to(self, callee: Func | Bound, e: f.Call, scope: Scope) -> Values:
        """What one call gives: with what it names as text, where the function imports by name."""
        named = self._imported(callee, e, scope)
        given = self._given(callee, e, scope)
        return union(given, named) if named else given

    def _given(self, callee: Func | Bound, e: f.Call, scope: Scope) -> Values:
        """What one call gives: where a function hands on a parameter, the argument of this very call."""
        inner = callee.scope
        asked = self._asked_for(callee, e, scope)
        if asked:
            return asked
        if inner.yields or not self._hands_on(inner):
            return self._made_for(callee, e, scope, self.by(inner, callee.receiver if type(callee) is Bound else None))
        found = self._handed_by(callee, e, scope, inner.returns)
        if found is None:
            return self._names.returned(inner)
        values = union(self._made_for(callee, e, scope, self._by_itself(inner)), found)
        node = inner.node
        if not values and type(node) is f.Function and node.returns is not None:
            return self._names.annotated(node.returns, inner.parent or inner)
        return values

    def at(self, callee: Func | Bound, position: int) -> Values:
        """What calls of a function give as one of several results, for all of them alike."""
        inner = callee.scope
        wholes = (e for e in inner.returns if isinstance(e, f.Group) and e.kind == "tuple" and position < len(e.items))
        return union(*(self._names.denote(whole.items[position], inner) for whole in wholes))

    def _handed_by(self, callee: Func | Bound, e: f.Call, scope: Scope, given: Sequence[f.Expr]) -> Values | None:
        """What a call hands to the parameters that expressions of the function are; None where that cannot be told."""
        inner, found = callee.scope, list[Value]()
        for name in sorted({name for expr in given for name in self._handed_on(expr, inner, (e, scope))}):
            arg, at = argument(callee, name, e), scope
            if arg is None and inner.parent is not None:
                arg, at = _default(inner, name, e), inner.parent
            if arg is None:
                return None
            found.extend(_copied(v, self._names.site(e, scope), inner) for v in self._names.denote(arg, at))
        return union(found)

    def by(self, function: Scope, receiver: Value | None, depth: int = 0) -> Values:
        """What a method gives on a receiver: its attributes and methods are those of an object of this very class."""
        owner = function.owner
        if type(receiver) is not Obj or type(receiver.cls) is not Cls or owner is None or receiver.cls.scope is owner:
            return self._names.returned(function)
        if function.yields or depth > STEPS or not any(_of_receiver(e, function) for e in function.returns):
            return self._names.returned(function)
        return union(*(self._on(e, function, receiver, depth) for e in function.returns)) or self._names.returned(
            function
        )

    def _on(self, e: f.Expr, function: Scope, receiver: Obj, depth: int) -> Values:
        if not _of_receiver(e, function) or not isinstance(receiver.cls, Cls) or function.owner is None:
            return self._names.denote(e, function)
        if isinstance(e, f.Attr):
            return self._names.member(receiver, e.name)
        assert isinstance(e, f.Call) and isinstance(e.func, f.Attr)
        lines = self._names.classes.lineage(receiver.cls.scope)
        if is_super(e.func.of) and Cls(function.owner) in lines:
            lines = lines[lines.index(Cls(function.owner)) + 1 :]
        step = next((m for c in lines if isinstance(c, Cls) for m in self._methods(c.scope, e.func.name)), None)
        return self.by(step, receiver, depth + 1) if step is not None else self._names.denote(e, function)

    @staticmethod
    def _methods(cls: Scope, name: str) -> list[Scope]:
        """The method of this name that a class itself has."""
        return [cls.by_node[id(b.node)] for b in cls.bindings.get(name, ()) if b.kind == "function"][-1:]

    def _made_for(self, callee: Func | Bound, e: f.Call, scope: Scope, given: Values) -> Values:
        """What a function gives to one call, objects that it makes for each call as made by this one."""
        inner = callee.scope
        anew = self._anew.get(inner)
        if anew is None:
            anew = self._anew[inner] = made_for_each_call(inner, self._names.denote)
        return union(m for v in given for m in self._as_made_by(v, e, scope, callee)) if anew else given

    def _as_made_by(self, value: Value, e: f.Call, scope: Scope, callee: Func | Bound) -> Values:
        """Nothing for an object of another class than this call names."""
        if type(value) is not Obj or type(value.cls) is not Cls or value.site is None:
            return (value,)
        made, cls, inner = value.site, value.cls, callee.scope
        call = made.expr
        if made.scope is not inner or id(call) not in self._anew[inner] or not isinstance(call, f.Call):
            return (value,)
        lineage = self._names.classes.lineage
        on = callee.receiver if isinstance(callee, Bound) else None
        if isinstance(on, Cls) and cls in lineage(on.scope) and of_own_class(call, inner):
            cls = on
        named = class_parameter(call, inner)
        given = (argument(callee, named, e) or _default(inner, named, e)) if named is not None else None
        if isinstance(given, f.Const):
            return ()  # none is asked for
        asked = [v for v in self._names.denote(given, scope) if isinstance(v, Cls)] if given is not None else []
        if asked and not any(cls in lineage(v.scope) or v in lineage(cls.scope) for v in asked):
            return ()
        known = self._sites.get((id(e), made))
        if known is None:
            known = self._sites[id(e), made] = Site(scope, e, made.constructed)
        return (Obj(cls, known),)

    def _asked_for(self, callee: Func | Bound, e: f.Call, scope: Scope) -> Values:
        """`def get(self, kind: type[T]) -> T`: an object of the class that this call names, also where it may lack."""
        node = callee.scope.node
        if not isinstance(node, f.Function) or node.returns is None:
            return ()
        wanted = {name for part in _some(node.returns) if (name := getattr(part, "id", ""))}
        for param in node.params if wanted else ():
            for named in _some(param.annotation) if param.annotation is not None else ():
                if isinstance(named, f.Item) and getattr(named.key, "id", "") in wanted and last_name(named.of) in META:
                    given = argument(callee, param.name, e)
                    return tuple(
                        Obj(v, self._names.site(e, scope))
                        for v in (self._names.denote(given, scope) if given else ())
                        if isinstance(v, Cls)
                    )
        return ()

    def _by_itself(self, function: Scope) -> Values:
        """What a function gives without the parameters that it hands on, which is the same for all calls."""
        return self._owns.to(function, lambda: union(v for e in function.returns for v in self._own(e, function)))

    def _own(self, e: f.Expr, scope: Scope, depth: int = 0) -> Values:
        """What a returned expression gives by itself, without the parameters that it hands on."""
        parts = _ways(e)
        if parts:
            return union(*(self._own(part, scope, depth) for part in parts))
        if type(e) is f.Call and depth < STEPS and (passed := self._passed(e, scope)):
            callee, args = passed
            own = union(v for expr in callee.scope.returns for v in self._own(expr, callee.scope, depth + 1))
            return union(self._made_for(callee, e, scope, own), *(self._own(arg, scope, depth + 1) for arg in args))
        if not isinstance(e, f.Name) or e.id not in scope.bindings:
            return self._names.denote(e, scope)
        through: list[f.Expr] = []
        others: list[Binding] = []
        for b in self._current(e, scope):
            handing = b.kind == "assign" and depth < STEPS and self._handed_on(b.value, scope)
            through.extend([b.value] if handing and b.value is not None else ())
            others.extend([b] if b.kind != "param" and not handing else ())
        return union(
            *(self._own(value, scope, depth + 1) for value in through), *(self._names.bound(b) for b in others)
        )

    def _hands_on(self, function: Scope) -> bool:
        """Whether a function hands on a parameter."""
        return self._hands.to(function, lambda: any(self._handed_on(e, function) for e in function.returns))

    def _handed_on(
        self, e: f.Expr | None, scope: Scope, call: tuple[f.Call, Scope] | None = None, depth: int = 0
    ) -> tuple[str, ...]:
        """The parameters that an expression in a function is: directly, through a local of another name, or through
        another function that hands on what it gets.

        With a call, and where that stands, only those that it is where the switches are turned as this call turns them.
        """
        found: list[str] = []
        if depth > 3:
            return ()
        for part, switch in ways_of(e, scope):
            if call is None or switch is None or turned(switch, scope, call[0]):
                found.extend(self._handed_on(part, scope, call, depth + 1))
        if type(e) is f.Call and (passed := self._passed(e, scope, depth + 1)):
            for arg in passed[1]:
                found.extend(self._handed_on(arg, scope, call, depth + 1))
        if type(e) is not f.Name or e.id in scope.outer:
            return tuple(dict.fromkeys(found))
        bindings = self._current(e, scope)
        for i, b in enumerate(bindings):
            if call is not None and any(surely_bound(later, scope, *call, self._names) for later in bindings[i + 1 :]):
                continue
            if b.kind == "param":
                found.extend([b.name] if b.name != _receiver(scope) else ())
            elif b.kind == "assign" and b.position is None:
                switch = switch_of(b, scope) if call is not None else None
                if call is None or switch is None or turned(switch, scope, call[0]):
                    found.extend(self._handed_on(b.value, scope, call, depth + 1))
        return tuple(dict.fromkeys(found))

    def _current(self, e: f.Name, scope: Scope) -> Sequence[Binding]:
        """The bindings that a local name can have where it is read: none of those before it was surely bound anew."""
        found = scope.bindings.get(e.id, ())
        if len(found) < 2:
            return found
        key = (id(e), scope)
        known = self._bound.get(key)
        if known is None:
            known = self._bound[key] = (e, still_current(visible(found, e.at), e.at))
        return known[1]

    def _passed(self, e: f.Call, scope: Scope, depth: int = 0) -> tuple[Func | Bound, tuple[f.Expr, ...]] | None:
        """For a call that gives parameters of the function around it to another one which hands them on: that one, and
        all that it hands on of what the call gives."""
        args = (*e.args, *(value for _, value in e.keywords))
        if not any(isinstance(arg, f.Name) and is_parameter(arg.id, scope) for arg in args):
            return None
        callee = self._only(e, scope)
        if callee is None or callee.scope is scope or callee.scope.yields:
            return None
        handed = {
            name for expr in callee.scope.returns for name in self._handed_on(expr, callee.scope, (e, scope), depth)
        }
        given = [arg for name in sorted(handed) if (arg := argument(callee, name, e)) is not None]
        return (callee, tuple(given)) if given and len(given) == len(handed) else None

    def _only(self, e: f.Call, scope: Scope) -> Func | Bound | None:
        """The one function of the project that a call runs."""
        callees = self._names.denote(e.func, scope)
        return callees[0] if len(callees) == 1 and isinstance(callees[0], Func | Bound) else None

    def _imported(self, callee: Func | Bound, e: f.Call, scope: Scope) -> Values:
        """The classes and functions that a call names as text to a function which imports by name."""
        args = [arg for name in self._named_as_text(callee.scope) if (arg := argument(callee, name, e)) is not None]
        return union(v for arg in args for v in located(self._names, arg, scope) if isinstance(v, Cls | Func))

    def _named_as_text(self, function: Scope) -> tuple[str, ...]:
        if function not in self._texts:
            self._texts[function] = ()
            found = {name for e in function.returns for name in self._text_in(e, function)}
            self._texts[function] = tuple(sorted(found))
        return self._texts[function]

    def _text_in(self, e: f.Expr | None, scope: Scope, depth: int = 0) -> Iterator[str]:
        """The parameters of a function whose text names what an expression imports."""
        for part in _ways(e) if depth <= STEPS else ():
            yield from self._text_in(part, scope, depth + 1)
        if type(e) is f.Name and depth <= STEPS and e.id not in scope.outer:
            for b in scope.bindings.get(e.id, ()):
                if b.kind == "assign" and b.position is None:
                    yield from self._text_in(b.value, scope, depth + 1)
        if type(e) is f.Call:
            texts = texts_that_name(self._names, e, scope)
            callee = self._only(e, scope) if texts is None else None
            passed = [argument(callee, name, e) for name in self._named_as_text(callee.scope)] if callee else []
            for text in texts or passed:
                yield from (name.id for name in named_in(text, scope) if is_parameter(name.id, scope))


def _ways(e: f.Expr | None) -> tuple[f.Expr, ...]:
    """The expressions of which one becomes the value."""
    if type(e) is f.Choice:
        return (e.then, e.other)
    return e.operands if type(e) is f.Op and e.op in ("or", "and") else ()


def _of_receiver(e: f.Expr, function: Scope) -> bool:
    """Whether an expression is an attribute of the receiver, or the call of a method of it without arguments."""
    if isinstance(e, f.Call) and not e.args and not e.keywords and isinstance(e.func, f.Attr):
        return is_super(e.func.of) or _of_receiver(e.func, function)
    return isinstance(e, f.Attr) and isinstance(e.of, f.Name) and e.of.id == _receiver(function)


def _some(annotation: f.Expr) -> Iterator[f.Expr]:
    """What an annotation names where something is there: the `T` of `T | None` and of `Optional[T]`."""
    if isinstance(annotation, f.Op) and annotation.op == "|":
        for operand in annotation.operands:
            yield from _some(operand)
    elif isinstance(annotation, f.Item) and last_name(annotation.of) == "Optional":
        yield from _some(annotation.key)
    else:
        yield annotation


def _receiver(scope: Scope) -> str:
    receiver = first_parameter(scope)
    return receiver[0] if receiver else ""


def argument(callee: Func | Bound, name: str, e: f.Call) -> f.Expr | None:
    """What a call hands to a parameter; None where that cannot be told."""
    node = callee.scope.node
    if type(node) is not f.Function:
        return None
    return matched(e, node, 1 if type(callee) is Bound and first_parameter(callee.scope) else 0).get(name)


def _default(function: Scope, name: str, e: f.Call) -> f.Expr | None:
    """What a parameter is that a call gives nothing; None where it may give something after all."""
    params = function.node.params if type(function.node) is f.Function and not spread(e) else ()
    return next((p.default for p in params if p.name == name), None)


def _copied(value: Value, site: Site, function: Scope) -> Value:
    """What a function whose name says that it copies gives for a container."""
    copies = "copy" in function.name.lower() or "clone" in function.name.lower()
    return Heap(value.type, site) if copies and type(value) is Heap else value
