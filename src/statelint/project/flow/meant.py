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
    takes_in: bool
    """Whether it belongs to an object that can write itself, which holds what its methods are given, then."""


class Written(NamedTuple):
    """What is known of a callable where it is written, whatever its receiver is."""

    attribute: str
    """Its name, where it is an attribute."""
    variable: bool
    names: Sequence[str]
    built_upon: Sequence[str]
    """The outside classes that a class without a constructor of its own is made by."""
    of_task: bool
    """Whether it is a method of a task that other processes run."""


class Meanings:
    """Looks at each callable once, and once for each kind of receiver at all those that are written alike."""

    def __init__(self, run: Run, targets: Targets) -> None:
        self._run = run
        self._targets = targets
        self._alike: dict[Written, dict[tuple[str, ...], Meant]] = {}
        self._known: dict[Scope, dict[int, dict[tuple[str, ...], Meant]]] = defaultdict(dict)

    def of(self, act: Activation, func: f.Expr, recv: Value) -> Meant:
        """What `func` is; what a variable holds counts where the variable itself is called."""
        by_kinds = self._known[act.scope].get(id(func))
        if by_kinds is None:
            by_kinds = self._alike.setdefault(self._written(func, act.scope), {})
            self._known[act.scope][id(func)] = by_kinds
        if type(func) is f.Name:
            recv = act.lookup(func.id) or NONE
        kinds = tuple(sorted(set(_kinds(recv)))) if recv else ()
        meant = by_kinds.get(kinds)
        if meant is None:
            meant = by_kinds[kinds] = self._meant(self._written(func, act.scope), kinds)
        return meant

    def _written(self, func: f.Expr, scope: Scope) -> Written:
        classes, canonical = self._run.names.classes, self._run.knowledge.canonical
        made = self._targets.classes(func, scope)
        built_upon = [canonical(n) for cls in made for n in classes.outside_bases(cls) if n != "builtins.object"]
        names = self._run.evaluator.qualified_names(func, scope)
        if not isinstance(func, f.Attr):
            return Written("", isinstance(func, f.Name), names, tuple(built_upon), False)
        of_task = func.name in self._run.library.handoffs.methods and self._is_task(func.of, scope)
        return Written(func.name, False, names, tuple(built_upon), of_task)

    def _is_task(self, e: f.Expr, scope: Scope) -> bool:
        values = self._run.names.denote(e, scope)
        return any(is_task(self._run, v.scope) for v in values if isinstance(v, Func))

    def _meant(self, written: Written, kinds: Sequence[str]) -> Meant:
        library, canonical = self._run.library, self._run.knowledge.canonical
        attribute, names = written.attribute, written.names
        classes = [kind for kind in kinds if not kind.endswith(".")]
        if attribute and classes:
            names = tuple(dict.fromkeys([*names, *(canonical(f"{cls}.{attribute}") for cls in classes)]))
        elif written.variable and not names:
            names = classes
        known = [*names, *written.built_upon]
        if attribute:
            pseudo = {kind for kind in kinds if kind.endswith(".")} or (set() if names else {"anything."})
            known += [f"{kind}{attribute}" for kind in sorted(pseudo | {"any."})]
        return Meant(
            names,
            [(name, meaning) for name in known if (meaning := library.meaning(name)) is not None],
            library.handoffs.of(names, attribute, written.of_task),
            constructed(names) if names and not any("()" in name for name in names) else None,
            bool(attribute) and any(map(library.writes_itself, names)),
        )


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
