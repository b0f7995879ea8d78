"""A first quick look at each function: whether request data may come in there, and whether files are made there.

Bare names come first, since they are cheap; what matches is then resolved. Only functions above a match are run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from statelint import facts as f
from statelint.project.flow.sources import Sources, annotation_words
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Obj, qualified

LOOSE = ("anything.", "any.")
PSEUDO = (*LOOSE, "file.", "many.", "upload.", "field.", "content.", "derived.", "text.")


def last(names: Iterable[str]) -> set[str]:
    """The last part of qualified names."""
    return {name.rpartition(".")[2].removesuffix("()").strip("[]") for name in names}


class Tokens:
    """Names that the knowledge of flows speaks of."""

    def __init__(self, names: Names, sources: Sources) -> None:
        self._names = names
        self._knowledge = names.knowledge
        self._sources = sources
        knowledge = names.knowledge
        types = [row for _, row in knowledge.rows(lambda lib: lib.uploads)]
        rows = [row for _, row in knowledge.rows(lambda lib: lib.sources)]
        through = knowledge.rows(lambda lib: lib.through)
        removers = [row for _, row in knowledge.rows(lambda lib: lib.removers)]
        openers = {n for _, row in knowledge.rows(lambda lib: lib.openers) for n in row.names}
        sinks = {n for _, row in knowledge.rows(lambda lib: lib.sinks) for n in row.names}
        self._decoders = frozenset(n for _, row in through if row.how == "decode-text" for n in row.names)
        self._removers = frozenset(n for row in removers for n in row.names)
        self._makers = self._removers | openers
        self._writers = frozenset(n for n in openers | sinks if not n.startswith(PSEUDO) or n.startswith(LOOSE))
        self._sweepers = frozenset(n for row in removers if row.folder for n in row.names)
        self._saves = {saves.method for row in types for saves in row.saves}
        self._saves |= last(n for n in sinks if n.startswith(("derived.", "content.", "field.")))
        """Names of methods that save what was sent, or what was computed from it."""
        self._shorts: dict[frozenset[str], tuple[set[str], set[str], set[str]]] = {}
        self._any_short = last(self._decoders | self._makers | self._writers)
        self._noted: dict[Scope, Sequence[tuple[str, f.Expr]]] = {}
        """What the calls in a scope call or are given that has one of these names."""
        if not any(map(self.decodes, names.every)):
            rows = [row for row in rows if row.gives != "text"]  # text that nothing decodes is no file
        self._types = {n for row in types for n in last(row.names)}
        self._carriers = {s.name for s in names.every if s.kind == "class" and self._has_upload_field(s)}
        """Names of classes of the project with a field for an upload."""
        self._members = {n for row in rows if not row.markers for n in last(row.names)}
        self._attributes = {n for row in rows for n in row.attributes}
        guessing = [row for row in rows if row.parameters and not row.methods and not row.decorated]
        self._stands = {p for row in guessing if row.gives == "instance" for p in row.parameters}
        self._parameters = [(p, row) for row in guessing if row.gives != "instance" for p in row.parameters]

    def _has_upload_field(self, cls: Scope) -> bool:
        return any(
            b.annotation is not None and set(annotation_words(b.annotation).split()) & self._types
            for bindings in cls.bindings.values() for b in bindings
        )  # fmt: skip

    def source(self, scope: Scope) -> bool:
        """Whether request data may come in here."""
        if scope.kind == "class":
            return False
        if isinstance(scope.node, f.Function):
            for param in scope.node.params:
                said = set(annotation_words(param.annotation).split()) if param.annotation is not None else set()
                if said & (self._types | self._carriers) or self._sources.marked(param, scope.parent or scope):
                    return True
                if said and self._sources.annotated(param.annotation, scope.parent or scope):
                    return True
                if self._sources.models(scope, param):
                    return True
                if any(param.name == p and self._sources.stands_beside(row, scope) for p, row in self._parameters):
                    return True
        return any(self._gives(read, scope) for read, _ in scope.reads) or any(
            self._gives(site.call.func, scope) for site in scope.calls if isinstance(site.call.func, f.Name)
        )

    def _gives(self, e: f.Expr, scope: Scope) -> bool:
        name = e.name if isinstance(e, f.Attr) else getattr(e, "id", "")
        if name in self._attributes and self._sources.loose(name, scope) is not None:
            return True
        if name not in self._members:
            return False
        names = self._qualified(e, scope)
        if names:
            return any(self._sources.member(n) is not None for n in names)
        base = e
        while isinstance(base, f.Attr | f.Item | f.Call | f.Await):
            base = base.func if isinstance(base, f.Call) else base.value if isinstance(base, f.Await) else base.of
        if not isinstance(base, f.Name) or base.id not in ("self", "cls"):
            return isinstance(base, f.Name) and base.id in self._stands
        return not (isinstance(e, f.Attr) and self._is_own(e, scope))

    def _is_own(self, e: f.Attr, scope: Scope) -> bool:
        """Whether an attribute is the project's own: one of an object that nothing outside makes what it is. Of request
        data that code puts into one, those who read it learn once it is there."""
        classes = [v.cls if isinstance(v, Obj) else v for v in self._names.denote(e.of, scope)]
        return bool(classes) and all(isinstance(c, Cls) and self._names.narrowed.is_own(c.scope) for c in classes)

    def _qualified(self, e: f.Expr, scope: Scope) -> list[str]:
        return [name for v in self._names.denote(e, scope) if (name := qualified(v))]

    def decodes(self, scope: Scope) -> bool:
        """Whether text is decoded here."""
        return self._calls(scope, self._decoders)

    def makes(self, scope: Scope) -> bool:
        """Whether a scope opens or removes files."""
        return self._calls(scope, self._makers)

    def removes(self, scope: Scope) -> bool:
        """Whether a scope removes files or folders."""
        return self._calls(scope, self._removers)

    def writes(self, scope: Scope) -> bool:
        """Whether a scope may write a file of the service's own."""
        return self._calls(scope, self._writers)

    def lands(self, scope: Scope) -> bool:
        """Whether request data may reach a file here."""
        return self._named(scope, self._saves) or self.writes(scope)

    def sweeps(self, scope: Scope) -> bool:
        """Whether a scope empties folders."""
        return self._calls(scope, self._sweepers)

    def _short(self, wanted: frozenset[str]) -> tuple[set[str], set[str], set[str]]:
        """The last parts of names: of all, of those on unresolved receivers, of those on any receiver."""
        if wanted not in self._shorts:
            self._shorts[wanted] = (
                last(wanted),
                last(n for n in wanted if n.startswith("anything.")),
                last(n for n in wanted if n.startswith("any.")),
            )
        return self._shorts[wanted]

    def _calls(self, scope: Scope, wanted: frozenset[str]) -> bool:
        short, loose, any_ = self._short(wanted)
        for name, func in self._known_names(scope):
            if name not in short:
                continue
            names = self._qualified(func, scope)
            if name in any_ or (name in loose and not names):
                return True
            if any(spelling in wanted for n in names for spelling in self._knowledge.spellings(n)):
                return True
        return False

    def _known_names(self, scope: Scope) -> Sequence[tuple[str, f.Expr]]:
        """The functions that the calls in a scope call or are given, as far as the knowledge has such a name."""
        found = self._noted.get(scope)
        if found is None:
            funcs = [func for site in scope.calls for func in (site.call.func, *site.call.args)]
            named = ((func.name if type(func) is f.Attr else getattr(func, "id", ""), func) for func in funcs)
            found = self._noted[scope] = tuple(pair for pair in named if pair[0] in self._any_short)
        return found

    @staticmethod
    def _named(scope: Scope, wanted: set[str]) -> bool:
        return any(
            (s.call.func.name if isinstance(s.call.func, f.Attr) else getattr(s.call.func, "id", "")) in wanted
            for s in scope.calls
        )
