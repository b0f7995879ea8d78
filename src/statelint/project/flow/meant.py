"""What a callable outside the project may be, found out once where it is written, for each kind of receiver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from statelint import facts as f
from statelint.flow_rows import Handoff
from statelint.project.flow.callbacks import is_task
from statelint.project.flow.events import Activation
from statelint.project.flow.library import Meaning
from statelint.project.flow.targets import Targets
from statelint.project.flow.values import NONE, Handle, Inst, Many, Taint, Tup, Value, constructed
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Func

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


class Meant(NamedTuple):
    """What a callable is, as far as its names and the kinds of its receiver tell."""

    names: Sequence[str]
    """Its qualified names."""
    meanings: Sequence[tuple[str, Meaning]]
    """What knowledge says of it, each with the name that it says this of."""
    handoff: Handoff | None
    computes: str | None
    """The class of what it computes from its arguments, empty for data; None where it is no function of a library."""
    taken_in: f.Name | None
    """The variable whose object can write itself and holds what this method of it is given."""


class Meanings:
    """Looks at each callable once for each kind of receiver."""

    def __init__(self, run: Run, targets: Targets) -> None:
        self._run = run
        self._targets = targets
        self._known: dict[Scope, dict[int, dict[tuple[str, ...], Meant]]] = defaultdict(dict)

    def of(self, act: Activation, func: f.Expr, recv: Value) -> Meant:
        """What `func` is; what a variable holds counts where the variable itself is called."""
        by_kinds = self._known[act.scope].get(id(func))
        if by_kinds is None:
            by_kinds = self._known[act.scope][id(func)] = {}
        if type(func) is f.Name:
            recv = act.lookup(func.id) or NONE
        kinds = tuple(_kinds(recv)) if recv else ()
        meant = by_kinds.get(kinds)
        if meant is None:
            meant = by_kinds[kinds] = self._find(func, act.scope, kinds)
        return meant

    def _find(self, func: f.Expr, scope: Scope, kinds: Sequence[str]) -> Meant:
        library = self._run.library
        attribute = func.name if isinstance(func, f.Attr) else ""
        classes = [kind for kind in kinds if not kind.endswith(".")]
        names = self._run.evaluator.qualified_names(func, scope, classes)
        if isinstance(func, f.Name) and not names:
            names = classes
        known = [*names, *self._built_upon(func, scope)]
        if attribute:
            pseudo = {kind for kind in kinds if kind.endswith(".")} or ({"anything."} if not names else set())
            known += [f"{kind}{attribute}" for kind in sorted(pseudo | {"any."})]
        return Meant(
            names,
            [(name, meaning) for name in known if (meaning := library.meaning(name)) is not None],
            library.handoffs.of(names, attribute, lambda: self._are_tasks(func, scope)),
            constructed(names) if names and not any("()" in name for name in names) else None,
            _root(func) if attribute and any(map(library.writes_itself, names)) else None,
        )

    def _built_upon(self, func: f.Expr, scope: Scope) -> list[str]:
        """The outside classes that a class without a constructor of its own is made by."""
        classes, canonical = self._run.names.classes, self._run.knowledge.canonical
        made = self._targets.classes(func, scope)
        return [canonical(base) for cls in made for base in classes.outside_bases(cls) if base != "builtins.object"]

    def _are_tasks(self, func: f.Expr, scope: Scope) -> bool:
        """Whether it is a method of a task that other processes run."""
        values = self._run.names.denote(func.of, scope) if isinstance(func, f.Attr) else ()
        return any(is_task(self._run, v.scope) for v in values if isinstance(v, Func))


def _kinds(recv: Value) -> Iterator[str]:
    """The classes of the objects that a receiver may be, and the pseudo-classes that it belongs to."""
    for atom in recv:
        kind = type(atom)
        if kind is Inst:
            yield atom.cls  # type: ignore[union-attr]
        elif kind is Taint:
            yield f"{atom.level}."  # type: ignore[union-attr]
        elif kind is Handle:
            yield "file."
        elif kind is Many or (kind is Tup and atom.keys):  # type: ignore[union-attr]
            yield "many."


def _root(func: f.Expr) -> f.Name | None:
    """The variable that an attribute is read from in the end."""
    while isinstance(func, f.Attr | f.Item | f.Call):
        func = func.func if isinstance(func, f.Call) else func.of
    return func if isinstance(func, f.Name) else None
