"""Where request data comes in: members of request objects, parameters, and callbacks that get it handed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statelint import facts as f
from statelint.flow_rows import Source, Upload
from statelint.knowledge import Knowledge
from statelint.project.described import Operation
from statelint.project.flow.callbacks import Callbacks
from statelint.project.flow.values import BYTES, NONE, TOLD, Atom, Inst, Many, Origin, Taint, Tup, Value, join, many
from statelint.project.resolution.aliases import alias
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.modules import STDLIB
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Ext, Made, Member, qualified
from statelint.spans import NOWHERE

MANY = frozenset(
    {"list", "List", "Sequence", "Iterable", "Iterator", "AsyncIterator", "AsyncIterable", "AsyncGenerator",
     "Generator", "dict", "Dict", "Mapping", "set", "Set", "tuple", "Tuple", "Collection", "MutableSequence"}
)  # fmt: skip


class Sources:
    """Knowledge of sources, looked up by qualified name, by parameter and by bare attribute."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge, operations: Iterable[Operation] = ()) -> None:
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._rows: list[tuple[str, Source]] = list(knowledge.rows(lambda lib: lib.sources))
        self._members = {
            name: row for _, row in self._rows
            if not (row.methods or row.handed or row.fed or row.markers or row.decorated or row.marked or row.models)
            for name in row.names
        }  # fmt: skip
        self.owners = frozenset(name.rpartition(".")[0] for name in self._members)
        """Objects with members that are request data: worth following when they are handed on themselves."""
        self._loose: dict[str, list[tuple[str, Source]]] = {}
        for stem, row in self._rows:
            for attribute in row.attributes:
                self._loose.setdefault(attribute, []).append((stem, row))
        self._guessed = [
            (stem, row) for stem, row in self._rows if row.parameters and not row.methods and not row.decorated
        ]
        self._marks = frozenset(name for _, row in self._rows for name in row.marked)
        self._modelled = [row for _, row in self._rows if row.models]
        self._imported: dict[str, frozenset[str]] = {}
        self._parameters: dict[tuple[Scope, str], Value] = {}
        self._spelled: dict[str, Source | None] = {}
        self._files = {
            stem: () if library.always else library.imports or (stem,) for stem, library in knowledge.libraries
        }
        self._given = Callbacks(names, knowledge, [row for _, row in self._rows]).given
        for found in operations:
            self._described(found)

    def _described(self, operation: Operation) -> None:
        """The files that an interface description says a function gets."""
        files = dict(operation.files)
        for param in operation.scope.node.params if isinstance(operation.scope.node, f.Function) else ():
            if param.name in files:
                row = Source(type=operation.gives, many=files[param.name])
                self._given[operation.scope, param.name].append((row, param.at, operation.scope))

    # ── types ──

    def upload_type(self, cls: str) -> Upload | None:
        """The row of an upload class, looked for along its known bases."""
        for name in self._knowledge.lineage(self._knowledge.canonical(cls)):
            found = self._knowledge.find("uploads", name)
            if found:
                return found[1]  # type: ignore[no-any-return]
        return None

    def value(self, row: Source, origin: Origin) -> Value:
        """What a source row gives."""
        if row.gives == "instance":
            inner: Value = frozenset({Inst(row.type)})
        else:
            inner = frozenset({Taint(row.gives, row.type, origin)})
        return many(inner, row.by_attribute) if row.many else inner

    # ── members and calls ──

    def member(self, name: str) -> Source | None:
        """The row of a qualified attribute or callable."""
        if name not in self._spelled:
            found = (s for s in self._knowledge.spellings(name) if s in self._members)
            spelling = next(found, None)
            self._spelled[name] = self._members[spelling] if spelling is not None else None
        return self._spelled[name]

    def loose(self, attribute: str, scope: Scope) -> Source | None:
        """The row of an attribute on an unresolved receiver, if the module imports the library."""
        for stem, row in self._loose.get(attribute, ()):
            if self.imports(scope, stem):
                return row
        return None

    def imports(self, scope: Scope, stem: str) -> bool:
        """Whether the module imports the library of a knowledge file, or a class around the code derives from it."""
        wanted = self._files[stem]
        if not wanted:
            return True
        path = scope.module.path
        if path not in self._imported:
            found = set()
            top = self._names.scopes[path]
            for inner in (top, *top.descendants()):
                for bindings in inner.bindings.values():
                    for b in bindings:
                        if isinstance(b.node, tuple):
                            node = b.node[0]
                            found.add((node.module if b.kind == "from" else b.node[1]).partition(".")[0])
                found.update(star.module.partition(".")[0] for star in inner.stars)
            self._imported[path] = frozenset(found)
        if self._imported[path] & set(wanted):
            return True
        current: Scope | None = scope
        while current is not None:
            if current.kind == "class":
                return any(base.partition(".")[0] in wanted for base in self._names.classes.outside_bases(current))
            current = current.parent
        return False

    # ── annotations ──

    def annotated(self, annotation: f.Expr | None, scope: Scope, depth: int = 0) -> list[tuple[str, bool]]:
        """(upload class, whether many) for the upload types that an annotation names, aliases looked through."""
        if annotation is None or depth > 6:
            return []
        if type(annotation) is f.Const and annotation.kind == "str":
            return self._forward(str(annotation.value), scope, depth)
        if type(annotation) is f.Item:
            head = annotation.of
            name = head.name if type(head) is f.Attr else getattr(head, "id", "")
            keys = annotation.key.items if type(annotation.key) is f.Group else (annotation.key,)
            keys = keys[:1] if name == "Annotated" else keys
            found = [t for key in keys for t in self.annotated(key, scope, depth + 1)]
            if name not in MANY:
                return found + (self._named(head, scope, depth) if name not in ("Annotated", "Optional") else [])
            return [(cls, True) for cls, _ in found]
        if type(annotation) is f.Op:
            return [t for o in annotation.operands for t in self.annotated(o, scope, depth + 1)]
        return self._named(annotation, scope, depth)

    def _named(self, e: f.Expr, scope: Scope, depth: int) -> list[tuple[str, bool]]:
        found: list[tuple[str, bool]] = []
        for value in self._names.denote(e, scope):
            classes = [value.name] if type(value) is Ext else []
            if type(value) is Cls:
                classes = list(self._names.classes.outside_bases(value.scope))
            found += [(cls, False) for cls in classes if self.upload_type(cls)]
        if not found and type(e) is f.Name:
            for binding_scope, expr in alias(self._names, e.id, scope):
                found += self.annotated(expr, binding_scope, depth + 1)
        return list(dict.fromkeys(found))

    def _forward(self, text: str, scope: Scope, depth: int) -> list[tuple[str, bool]]:
        """A forward reference in quotes: every dotted name in it is looked at."""
        import re

        found: list[tuple[str, bool]] = []
        container = any(re.search(rf"\b{name}\[", text) for name in MANY)
        for dotted in re.findall(r"[A-Za-z_][\w.]*", text):
            first, *rest = dotted.split(".")
            expr: f.Expr = f.Name(first, scope.node.where if scope.node else NOWHERE)
            for part in rest:
                expr = f.Attr(expr, part, expr.where)
            found += [(cls, container) for cls, _ in self._named(expr, scope, depth + 1)]
        return found

    def annotated_value(self, annotation: f.Expr | None, scope: Scope, origin: Origin) -> Value:
        parts = []
        for cls, is_many in self.annotated(annotation, scope):
            inner: Value = frozenset({Taint("upload", self._knowledge.canonical(cls), origin)})
            parts.append(many(inner) if is_many else inner)
        return join(parts)

    # ── parameters ──

    def parameter(self, scope: Scope, param: f.Param) -> Value:
        """What a parameter is known to hold whoever calls: by annotation, marker, name or registration."""
        key = (scope, param.name)
        known = self._parameters.get(key)
        if known is None:
            known = self._parameters[key] = self._parameter(scope, param)
        return known

    def _parameter(self, scope: Scope, param: f.Param) -> Value:
        outer = scope.parent or scope
        origin = Origin(scope.span(param.at), f"parameter `{param.name}`")
        found = [self.annotated_value(param.annotation, outer, origin)]
        if self.marked(param, outer):
            taint: Value = frozenset({Taint("content", BYTES, origin)})
            listed = isinstance(param.annotation, f.Item) and "list" in annotation_words(param.annotation.of).lower()
            found.append(many(taint) if listed else taint)
        found += [self.value(row, origin) for row in self.models(scope, param)]
        for row, at, where in self._given.get((scope, param.name), ()):
            found.append(self.value(row, Origin(where.span(at), origin.text)))
        if not any(found):
            for stem, row in self._guessed:
                if param.name in row.parameters and self.imports(scope, stem) and self.stands_beside(row, scope):
                    found.append(self.value(row, origin))
        return join(found)

    def models(self, scope: Scope, param: f.Param) -> list[Source]:
        """The rows on classes made of a message, of which a decorated function is given an object of the project's."""
        if not self._modelled or not isinstance(param.annotation, f.Name | f.Attr) or not self._registered(scope):
            return []
        values = self._names.denote(param.annotation, scope.parent or scope)
        bases = {base for v in values if isinstance(v, Cls) for base in self._names.classes.outside_bases(v.scope)}
        return [row for row in self._modelled if not bases.isdisjoint(row.models)]

    def _registered(self, scope: Scope) -> bool:
        """Whether a decorator may hand a function over to who calls it with requests; those of Python do not."""
        decorators = scope.node.decorators if isinstance(scope.node, f.Function) else ()
        known = [self._names.denote(decorator, scope.parent or scope) for decorator in decorators]
        return any(not values or not all(map(_of_python, values)) for values in known)

    @staticmethod
    def stands_beside(row: Source, scope: Scope) -> bool:
        """Whether a function has the other parameters that a row asks for."""
        return all(any(b.kind == "param" for b in scope.bindings.get(name, ())) for name in row.beside)

    def marked(self, param: f.Param, outer: Scope) -> bool:
        """Whether a default or an annotation marks a parameter as the bytes of an upload."""
        if not self._marks or param.annotation is None or "bytes" not in annotation_words(param.annotation):
            return False
        markers = [param.default] if isinstance(param.default, f.Call) else []
        if isinstance(param.annotation, f.Item) and isinstance(param.annotation.key, f.Group):
            markers += [e for e in param.annotation.key.items[1:] if isinstance(e, f.Call)]
        for call in markers:
            for value in self._names.denote(call.func, outer):
                name = qualified(value)
                if name and self._knowledge.canonical(name) in self._marks:
                    return True
        return False

    def given(self) -> Iterator[Scope]:
        """Functions that get request data by the way they are registered."""
        yield from {scope for scope, _ in self._given}


def _of_python(value: object) -> bool:
    """Whether a value is a function or class of Python itself, or what one of these gives."""
    name = qualified(value) if isinstance(value, Ext | Made | Member) else None
    return name is not None and name.partition(".")[0] in STDLIB


def annotation_words(e: f.Expr) -> str:
    """The names inside an annotation, in one text."""
    if type(e) is f.Name:
        return e.id
    if type(e) is f.Attr:
        return e.name
    if type(e) is f.Const:
        return str(e.value)
    if type(e) is f.Item:
        return f"{annotation_words(e.of)} {annotation_words(e.key)}"
    if type(e) is f.Group:
        return " ".join(annotation_words(i) for i in e.items)
    if type(e) is f.Op:
        return " ".join(annotation_words(o) for o in e.operands)
    if type(e) is f.Call:
        return annotation_words(e.func)
    return ""


def element(value: Iterable[Atom], iterated: bool, sources: Sources) -> Value:
    """What iterating over or looking into a value gives."""
    parts: list[Value] = []
    for atom in value:
        kind = type(atom)
        if kind is Many:
            parts.append(atom.inner)  # type: ignore[union-attr]
        elif kind is Tup:
            parts += atom.items  # type: ignore[union-attr]
        elif kind is Taint:
            parts.append(_element_of_data(atom, iterated, sources))  # type: ignore[arg-type]
    return join(parts) if parts else NONE


def _element_of_data(data: Taint, iterated: bool, sources: Sources) -> Value:
    row = sources.upload_type(data.type) if data.type else None
    if data.level in ("upload", "field") and row is not None:
        if "__iter__" in row.items:
            return frozenset({Taint("upload", row.item_type or data.type, data.origin, data.via)})
        if "__iter__" in row.content and iterated and data.level == "upload":
            return frozenset({Taint("content", "", data.origin, data.via)})
    elif data.type in TOLD:  # lines of a file object, numbers of bytes
        return frozenset({Taint(data.level, "", data.origin, data.via)})
    return frozenset({data})
