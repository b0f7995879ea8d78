"""What an expression denotes, over the whole project: names, imports, attributes, calls, instances, containers.

Resolution is demand-driven, flow-insensitive and memoised. It never fails: what cannot be told denotes nothing.
Arguments flow into parameters, and stored objects out of containers, only once it is told to `follow` what given.py
found in a first pass without them, so that the relations need no common fixpoint.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.annotated import fitting
from statelint.project.resolution.classes import Classes
from statelint.project.resolution.declared_fields import DeclaredFields
from statelint.project.resolution.elements import Elements
from statelint.project.resolution.imported import Imported
from statelint.project.resolution.imports import Imports
from statelint.project.resolution.members import Members
from statelint.project.resolution.modules import Modules
from statelint.project.resolution.narrowed import Narrowed
from statelint.project.resolution.paths import is_super
from statelint.project.resolution.protocols import Protocols
from statelint.project.resolution.resolver import FieldsByName, Given
from statelint.project.resolution.results import Results
from statelint.project.resolution.scopes import Binding, Scope, declaring, still_current, visible
from statelint.project.resolution.values import Cls, Ext, Func, Heap, Lit, Made, Obj, Site, Value, Values, union

BUILTINS: Final = frozenset(dir(builtins))
DISPLAYS: Final = {kind: f"builtins.{kind}" for kind in ("list", "set", "tuple", "dict", "generator")}
DEPTH: Final = 40
NEVER: Final = 1 << 30
T = TypeVar("T")


class Names:
    """Name resolution. `scopes` maps a module path to its scope."""

    def __init__(self, modules: Modules, scopes: Mapping[str, Scope], knowledge: Knowledge) -> None:
        self.modules = modules
        self.scopes = scopes
        self.knowledge = knowledge
        self.every = every = [s for top in scopes.values() for s in (top, *top.descendants())]
        self.classes = Classes(every, self.denote, self.denoted)
        self.imports = Imports(modules, self.denote)
        self.protocols = Protocols(self.classes)
        self.aliased: dict[Scope, dict[str, Sequence[tuple[Scope, f.Expr]]]] = defaultdict(dict)
        """What the names of modules are assigned, as far as aliases.py was asked for it."""
        self._given: Given | None = None
        self.fields: FieldsByName = DeclaredFields(self)
        self._members = Members(self)
        self._results = Results(self)
        self._imported = Imported(self)
        self._elements = Elements(self)
        self.narrowed = Narrowed(self)
        self.member = self._members.member
        self.called = self._results.called
        self.picked: Mapping[Scope, tuple[Scope, tuple[str, ...]]] = self._results.picked
        self.returned = self._results.returned
        self.returned_by = self._results.returned_by
        self.returned_at = self._results.returned_at
        self.made_with = self._results.made_with
        self.parameter = self._results.parameter
        self.annotated = self._results.annotated
        self.module_member = self._imported.module_member
        self.outside = self._imported.outside
        self.elements = self._elements.elements
        self.kept = self._elements.kept
        self.gone_through = self._elements.gone_through
        self.written_elements = self._elements.written_elements
        self.declared = self._elements.declared
        self._ways: Mapping[type, Callable[[Any, Scope], Values]] = {
            f.Name: self._name,
            f.Attr: self._attribute,
            f.Call: self._call,
            f.Item: self._elements.item,
            f.Group: self._display,
            f.Comprehension: self._display,
            f.Table: lambda e, scope: (Heap("builtins.dict", self.site(e, scope)),),
            f.Choice: lambda e, scope: union(self.denote(e.then, scope), self.denote(e.other, scope)),
            f.Op: self._operation,
            f.Await: lambda e, scope: self.denote(e.value, scope),
            f.Star: lambda e, scope: self.denote(e.value, scope),
            f.Walrus: lambda e, scope: self.denote(e.value, scope),
            f.Lambda: self._lambda,
        }
        self._memo: dict[Scope, dict[int, Values]] = defaultdict(dict)
        """What expressions denote, by the scope that they run in and their `id`."""
        self._guesses: dict[tuple[int, int], Values] = {}
        """What was denoted without knowing what is given, though that matters."""
        self._alive: list[f.Expr] = []
        """What was denoted: the memo goes by `id`, which one that is made in passing would else leave to the next."""
        self._guessed_names: set[tuple[Scope, str]] = set()
        self._asked = False
        self._declared = declaring(every, scopes)
        self._looked_up: dict[Scope, dict[str, Values]] = defaultdict(dict)
        self._sites: dict[int, Site] = {}
        self._active: dict[tuple[int, int] | tuple[Scope, str], int] = {}
        """What is being denoted or looked up, with how deep that began."""
        self._unsure: dict[tuple[int, int] | tuple[Scope, str], tuple[Values, int]] = {}
        """What was denoted while something around it, that it leads back to, is not yet: good only until that is."""
        self._back = NEVER
        """The least deep of what has been led back to."""
        self._depth = 0
        self._cut = 0
        """How often something was left out since it was too deep."""
        self._level = 0

    def follow(self, given: Given) -> None:
        """From now on let arguments flow into parameters, and stored objects out of containers."""
        self._given = given
        self._guesses.clear()
        self._unsure.clear()
        for scope, name in self._guessed_names:
            del self._looked_up[scope][name]
        self._guessed_names.clear()

    def given(self) -> Given | None:
        """What code hands over, once it is followed. What is denoted before is kept only if it did not ask for this."""
        self._asked = True
        return self._given

    def top(self, scope: Scope) -> Scope:
        """The module scope around a scope."""
        return self.scopes[scope.path]

    def site(self, expr: f.Expr, scope: Scope) -> Site:
        known = self._sites.get(id(expr))
        if known is None:
            known = self._sites[id(expr)] = Site(scope, expr)
        return known

    # ── expressions ──

    def denote(self, e: f.Expr, scope: Scope) -> Values:
        """What `e` can denote when it runs in `scope`; empty when nothing is known."""
        memo = self._memo[scope]
        known = memo.get(id(e))
        if known is not None:
            return known
        if type(e) is f.Const:
            return (Lit(e.value, e.kind),)
        way = self._ways.get(type(e))
        if way is None:
            return ()
        key = (id(e), id(scope))
        known = self._guesses.get(key)
        if known is not None or self._leads_back(key) or self._is_too_deep():
            self._asked = True
            unsure = self._unsure.get(key)
            return known or (unsure[0] if unsure else ())
        outer = self._begin(key)
        self._depth += 1
        before, self._asked = self._asked, False
        try:
            values = way(e, scope)
        finally:
            self._depth -= 1
            sure = self._end(key, outer)
        self._alive.append(e)
        if self._asked and self._given is None:
            self._guesses[key] = values
        elif sure is None:
            memo[id(e)] = values
            self._asked = before
        else:
            self._unsure[key] = (values, sure)
        return values

    def denoted(self, e: f.Expr, scope: Scope) -> Values | None:
        """What `e` denotes, once that was found out for good."""
        return self._memo[scope].get(id(e))

    def _leads_back(self, key: tuple[int, int] | tuple[Scope, str]) -> bool:
        """Whether something is being denoted already, or was while what it leads back to is."""
        found = self._active.get(key)
        if found is None and key in self._unsure:
            found = self._unsure[key][1]
        if found is None:
            return False
        self._back = min(self._back, found)
        return True

    def _is_too_deep(self) -> bool:
        if self._depth <= DEPTH:
            return False
        self._cut += 1
        return True

    def _begin(self, key: tuple[int, int] | tuple[Scope, str]) -> int:
        self._level += 1
        self._active[key] = self._level
        outer, self._back = self._back, NEVER
        return outer

    def _end(self, key: tuple[int, int] | tuple[Scope, str], outer: int) -> int | None:
        """None when all that something led back to lies inside it; else how deep the outermost began."""
        level, back = self._active.pop(key), self._back
        self._level -= 1
        self._back = min(outer, back) if back < level else outer
        if back == level:
            self._unsure = {k: v for k, v in self._unsure.items() if v[1] < level}
        return back if back < level else None

    def _name(self, e: f.Name, scope: Scope) -> Values:
        current = bindings = scope.bindings.get(e.id, ())
        several, asked = len(bindings) > 1, scope.asked.get(id(e), ())
        if not bindings or e.id in scope.outer or (scope, e.id) in self._declared:
            return self.narrowed.path(self.lookup(e.id, scope), asked, scope)
        if several or type(bindings[0].node) is f.Comprehension:
            seen = visible(bindings, e.at)
            if not seen:
                return self._around(e.id, scope)
            current = still_current(seen, e.at) if several and scope.kind == "function" else seen
        if asked:
            return union(*[self.narrowed.bound(self.bound(b), b, asked) for b in current])
        return union(*[self.bound(b) for b in current]) if len(current) < len(bindings) else self.lookup(e.id, scope)

    def _around(self, name: str, scope: Scope) -> Values:
        """What a name means to a scope that binds it nowhere but in comprehensions, read outside of these."""
        outer = scope.parent
        while outer is not None and outer.kind == "class":
            outer = outer.parent
        return self.lookup(name, outer) if outer else (Ext(f"builtins.{name}"),) if name in BUILTINS else ()

    def _attribute(self, e: f.Attr, scope: Scope) -> Values:
        of = self.denote(e.of, scope)
        if is_super(e.of):
            return union(*[self._members.member(v, e.name, exact=True) for v in of])
        found = self.member(of[0], e.name) if len(of) == 1 else union(*[self.member(v, e.name) for v in of])
        return self.narrowed.path(found, scope.asked.get(id(e), ()), scope)

    def _call(self, e: f.Call, scope: Scope) -> Values:
        callees = self.denote(e.func, scope)
        if len(callees) == 1:
            return self.called(callees[0], e, scope)
        return union(*[self.called(v, e, scope) for v in callees])

    def _display(self, e: f.Group | f.Comprehension, scope: Scope) -> Values:
        return (Heap(DISPLAYS[e.kind], self.site(e, scope)),) if e.kind in DISPLAYS else ()

    def _operation(self, e: f.Op, scope: Scope) -> Values:
        if e.op not in ("or", "and", "|", "*", "+"):
            return ()
        found = union(*[self.denote(o, scope) for o in e.operands])
        if e.op in ("or", "and"):
            return found
        made = self.site(e, scope)  # `defaults + extra` is a new container
        return union(Heap(v.type, made) for v in found if isinstance(v, Heap))

    def _lambda(self, e: f.Lambda, scope: Scope) -> Values:
        inner = scope.by_node.get(id(e.function))
        return (Func(inner),) if inner else ()

    def for_good(self, find: Callable[[], T]) -> tuple[T, bool]:
        """What `find` gives, and whether for good: nothing was left out of it, for want of what code hands over, since
        it led back to what is being found out, or since that led on too far."""
        outer, self._back = self._back, NEVER
        before, self._asked = self._asked, False
        cut = self._cut
        found = find()
        stays = self._back == NEVER and self._cut == cut and not (self._asked and self._given is None)
        stays = stays and not self.classes.are_settling and not self._elements.are_going_round
        self._back, self._asked = min(outer, self._back), self._asked or before
        return found, stays

    # ── names ──

    def lookup(self, name: str, scope: Scope) -> Values:
        """What a name denotes in a scope. A look-up that comes back to itself (an import cycle) adds nothing."""
        key, memo = (scope, name), self._looked_up[scope]
        known = memo.get(name)
        if known is not None:
            if key in self._guessed_names:
                self._asked = True
            return known
        if self._leads_back(key):
            self._asked = True
            unsure = self._unsure.get(key)
            return unsure[0] if unsure else ()
        outer = self._begin(key)
        before, self._asked = self._asked, False
        values = self._lookup(name, scope)
        sure = self._end(key, outer)
        if self._asked and self._given is None:
            memo[name] = values
            self._guessed_names.add(key)
        elif sure is None:
            memo[name] = values
            self._asked = before
        else:
            self._unsure[key] = (values, sure)
        return values

    def _lookup(self, name: str, scope: Scope) -> Values:
        declared = scope.outer.get(name)
        current: Scope | None = scope
        if declared == "global":
            current = self.scopes[scope.path]
        elif declared == "nonlocal":
            current = scope.parent
        first = True
        while current is not None:
            if (current.kind != "class" or first) and name in current.bindings and current.outer.get(name) is None:
                return self._all_bound(current, name)
            if current.kind == "module" or current.parent is None:
                break
            current = current.parent
            first = False
        top = self.scopes[scope.path]
        if name in top.bindings or (top, name) in self._declared:
            return self._all_bound(top, name)
        for star in top.stars:
            found = self._imported.star(star, name, top.module)
            if found:
                return found
        if name in BUILTINS:
            return (Ext(f"builtins.{name}"),)
        return self._imported.outside_star(name, top) if top.stars else ()

    def _all_bound(self, scope: Scope, name: str) -> Values:
        """Values given to a name of `scope`, there and by inner functions that declare it global or nonlocal."""
        bindings = scope.bindings.get(name, [])
        if len(bindings) > 1:  # what a comprehension binds nobody else sees, but for a lambda in it
            bindings = [b for b in bindings if not isinstance(b.node, f.Comprehension)] or bindings
        inner = self._declared.get((scope, name))
        if inner:
            bindings = [*bindings, *(b for s in inner for b in s.bindings.get(name, ()))]
        return self.bound(bindings[0]) if len(bindings) == 1 else union(*[self.bound(b) for b in bindings])

    def rebound(self, scope: Scope, name: str) -> bool:
        """Whether an inner function rebinds a name of a scope."""
        return (scope, name) in self._declared

    def bound(self, b: Binding) -> Values:
        """What one binding gives its name."""
        if b.kind in ("assign", "annotate"):
            given = self.denote(b.value, b.scope) if b.value is not None else ()
            if b.position is not None and b.value is not None:
                given = self._elements.unpacked(b.value, b.position, b.scope, given)
            return self._as_annotated(given, b.annotation, b.scope)
        if b.kind == "function":
            inner = b.scope.by_node.get(id(b.node))
            return (Func(inner),) if inner else ()
        if b.kind == "class":
            inner = b.scope.by_node.get(id(b.node))
            return (Cls(inner),) if inner else ()
        if b.kind == "param":
            return self.parameter(b)
        if b.kind in ("import", "from"):
            return self._imported.bound(b)
        if b.kind == "iterate" and b.value is not None:
            held = self.gone_through(b.value, b.scope)
            return held if b.position is None else self._elements.at(held, b.position)
        if b.kind == "enter" and b.value is not None:
            return union(*(self._entered(v) for v in self.denote(b.value, b.scope)))
        return ()

    def given_value(self, e: f.Expr, scope: Scope) -> Values:
        """What an expression that an attribute is assigned denotes, with what the attribute's annotation adds."""
        return self._as_annotated(self.denote(e, scope), scope.annotated.get(id(e)), scope)

    def _as_annotated(self, given: Values, annotation: f.Expr | None, scope: Scope) -> Values:
        if annotation is not None and all(isinstance(v, Lit | Made | Ext) or _outside(v) for v in given):
            return union(given, self.annotated(annotation, scope))
        return fitting(self, given, annotation, scope, scope) if annotation is not None else given

    def _entered(self, value: Value) -> Values:
        if type(value) is Obj and type(value.cls) is Cls:
            enter = self.classes.method(value.cls.scope, "__enter__") or self.classes.method(
                value.cls.scope, "__aenter__"
            )
            if enter:
                return self.returned(enter) or (value,)
        return (value,)


def _outside(value: Value) -> bool:
    """Whether it is an object of a library, such as a proxy that an annotation says more about."""
    return isinstance(value, Obj) and isinstance(value.cls, Ext)
