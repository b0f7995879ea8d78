"""What the value of an expression is worth as a setting: its alternatives as text, and which are only fallbacks.

Text is what a reader of settings compares: strings as they are, `true`, `false`, `none`, numbers, the qualified name of
a class, function or constructor, and `{}` for what only run time knows.
"""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.configured.bound_names import bindings_of
from statelint.project.configured.fallbacks import Fallbacks
from statelint.project.configured.filed import Configured
from statelint.project.configured.readers import Readers
from statelint.project.configured.stages import apart, asked, condition, marked
from statelint.project.configured.worth import (
    COMPARED,
    JOINERS,
    SAME,
    Frame,
    Worth,
    constants,
    handed,
    named,
    text_of,
    unknown,
    unpacked,
)
from statelint.project.resolution.arguments import matched
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import PROPERTIES, decorator_names
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import mentions
from statelint.project.resolution.scopes import Binding, Context, Scope
from statelint.project.resolution.values import Bound, Cls, Ext, Func, Heap, Mod, Obj, qualified
from statelint.spans import Span

DEPTH: Final = 8
NEAR: Final = 4
"""As far in as the tests around a value are still looked into."""


class Worths:
    """Evaluates expressions. Never fails: what cannot be told is an alternative without text."""

    def __init__(self, names: Names, calls: Calls) -> None:
        self._names = names
        self._calls = calls
        self.readers = Readers(names)
        self.configured = Configured(names, calls)
        self._fallbacks = Fallbacks(self, self.readers)
        self._frames: list[Frame] = []
        """What the calls that are being followed give to the parameters of what they call."""

    def of(self, e: f.Expr | None, scope: Scope, context: Context | None = None, depth: int = 0) -> list[Worth]:
        """The alternatives of an expression that stands in a scope."""
        context = context or Context()
        if e is None or depth > DEPTH:
            return [] if e is None else [unknown(e, scope, context)]
        if isinstance(e, f.Const):
            return [Worth(text_of(e), scope.span(e.at), scope, context)]
        if isinstance(e, f.Choice):
            return self._branch(e, True, scope, context, depth) + self._branch(e, False, scope, context, depth)
        if isinstance(e, f.Op) and e.op == "or":
            return self._either(e, scope, context, depth)
        if isinstance(e, f.Await | f.Star | f.Walrus):
            return self.of(e.value, scope, context, depth + 1)
        if isinstance(e, f.Text | f.Op):
            return self._pieces(e, scope, context, depth)
        if isinstance(e, f.Name):
            return self._name(e, scope, context, depth)
        if (read := self.configured.read(e, scope)) is not None:
            return self._fallbacks.filed(read, e, scope, context, depth)
        if isinstance(e, f.Attr):
            return self._attribute(e, scope, context, depth)
        if isinstance(e, f.Item):
            return self._item(e, scope, context, depth)
        if isinstance(e, f.Call):
            return self._call(e, scope, context, depth)
        return [unknown(e, scope, context)]

    # ── shapes ──

    def _branch(self, e: f.Choice, taken: bool, scope: Scope, context: Context, depth: int) -> list[Worth]:
        unless = self.absent(Context(tests=((e.test, taken),)), scope, depth)
        inside = context._replace(tests=(*context.tests, (e.test, taken)))
        found = self.of(e.then if taken else e.other, scope, inside, depth + 1)
        return [w._replace(unless=w.unless or unless) for w in found]

    def _either(self, e: f.Op, scope: Scope, context: Context, depth: int) -> list[Worth]:
        """`a or b`: b is what is used when a is missing."""
        found = self.of(e.operands[0], scope, context, depth + 1)
        unless = next((w.env for w in found if w.env), "") or condition([(e.operands[0], True)])
        for operand in e.operands[1:]:
            rest = self.of(operand, scope, context, depth + 1)
            found = [w for w in found if w.text not in ("", "none")]
            found += [w._replace(unless=w.unless or unless) for w in rest] if found else rest
        return found

    def _pieces(self, e: f.Text | f.Op, scope: Scope, context: Context, depth: int) -> list[Worth]:
        if isinstance(e, f.Op) and e.op == "%":
            return [Worth(w.text and w.text.replace("%s", "{}"), w.span, scope, context)
                    for w in self.of(e.operands[0], scope, context, depth + 1)]  # fmt: skip
        if isinstance(e, f.Op) and e.op in COMPARED and len(e.operands) == 2:
            return self._compared(e, scope, context, depth)
        if isinstance(e, f.Op) and e.op not in ("+", "/"):
            return [unknown(e, scope, context)]
        parts = e.parts if isinstance(e, f.Text) else e.operands
        first = self.of(parts[0], scope, context, depth + 1) if parts else []
        joint = "/" if isinstance(e, f.Op) and e.op == "/" else ""
        if len(parts) == 2 and [w.text for w in first] not in ([], [None]):
            ends = [w for w in self.of(parts[1], scope, context, depth + 1) if w.text is not None]
            if (len(first) == 1 and len(ends) > 1) or any(w.unless for w in ends):
                return [w._replace(text=f"{first[0].text}{joint}{w.text}") for w in ends]
        rest = "".join(joint + self.piece(p, scope, context, depth) for p in parts[1:])
        if not first:
            return [Worth(rest, scope.span(e.at), scope, context)]
        at = scope.span(e.at)  # what is unknown where it begins is told by the text that follows
        return [
            w._replace(text=w.text + rest) if w.text is not None else w._replace(text="{}" + rest, span=at)
            for w in first
        ]

    def _compared(self, e: f.Op, scope: Scope, context: Context, depth: int) -> list[Worth]:
        """`os.environ.get("EAGER", "1") == "1"`: what it is of each alternative of what is compared with constants."""
        wanted = constants(e.operands[1])
        if wanted is None:
            return [unknown(e, scope, context)]
        hit, miss = ("true", "false") if COMPARED[e.op] else ("false", "true")
        found = self.of(e.operands[0], scope, context, depth + 1)
        return [w if w.text is None else w._replace(text=hit if w.text in wanted else miss) for w in found]

    def piece(self, e: f.Expr, scope: Scope, context: Context, depth: int) -> str:
        """The text of an expression as a part of a longer one, `{}` where it is not known."""
        found = [w.text for w in self.of(e, scope, context, depth + 1) if w.text is not None]
        return found[0] if found else "{}"

    def _name(self, e: f.Name, scope: Scope, context: Context, depth: int) -> list[Worth]:
        bindings = list(bindings_of(self._names, e.id, scope))
        found = [w for b in bindings for w in self.bound(b, depth + 1)]
        if not found:
            known = named(self._names, e, scope, context)
            is_given = any(b.kind in ("assign", "annotate") for b in bindings)  # but that leads on too far
            return known or [unknown(e, scope, context, e.id if e.id.isupper() and not is_given else "")]
        if any(w.text == "none" for w in found) and any(mentions(test, e.id, scope) for test, _ in context.tests):
            return [w for w in found if w.text != "none"]  # a test around the place asks whether it is there
        return found

    def _attribute(self, e: f.Attr, scope: Scope, context: Context, depth: int) -> list[Worth]:
        found: list[Worth] = []
        for value in self._names.denote(e.of, scope):
            if isinstance(value, Mod):
                top = self._names.scopes.get(value.module.path)
                for b in bindings_of(self._names, e.name, top) if top else ():
                    found += self.bound(b, depth + 1)
            elif isinstance(value, Cls) or (isinstance(value, Obj) and isinstance(value.cls, Cls)):
                cls = value.scope if isinstance(value, Cls) else value.cls.scope  # type: ignore[union-attr]
                found += self._made_with(value, e.name, depth) or self.class_member(cls, e.name, depth + 1)
        found = found or named(self._names, e, scope, context)
        return found or [unknown(e, scope, context, e.name)]

    def _made_with(self, value: Obj | Cls, name: str, depth: int) -> list[Worth]:
        """What the maker of an object gave for a field, where the class has no code that could change it."""
        made = value.site.constructed if isinstance(value, Obj) and value.site is not None else None
        if not isinstance(value, Obj) or not isinstance(value.cls, Cls) or made is None:
            return []
        given = dict(made.expr.keywords).get(name) if isinstance(made.expr, f.Call) else None
        if given is None or self._names.classes.method(value.cls.scope, "__init__"):
            return []
        return self.of(given, made.scope, None, depth + 1)

    def _item(self, e: f.Item, scope: Scope, context: Context, depth: int) -> list[Worth]:
        key = str(e.key.value) if isinstance(e.key, f.Const) else ""
        return self._looked_up(e, scope, context, depth) or [unknown(e, scope, context, key)]

    def _looked_up(self, e: f.Expr, scope: Scope, context: Context, depth: int) -> list[Worth]:
        return [
            w._replace(unless=w.unless or unless)
            for entry, where, unless in self.entries(e, scope, context, depth)
            for w in self.of(entry, where, None, depth + 1)
        ]

    def entries(
        self, e: f.Expr, scope: Scope, context: Context | None = None, depth: int = 0
    ) -> list[tuple[f.Expr, Scope, str]]:
        """(entry, scope, what must be missing) of the tables that `table[key]` or `table.get(key, …)` looks up."""
        if isinstance(e, f.Item):
            of, key = e.of, e.key
        elif isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "get" and e.args:
            of, key = e.func.of, e.args[0]
        else:
            return []
        tables = [v.site for v in self._names.denote(of, scope) if isinstance(v, Heap)]
        pairs = [(k, v, site.scope) for site in tables if isinstance(site.expr, f.Table) for k, v in site.expr.pairs]
        wanted = self.of(key, scope, context, depth + 1) if pairs else []
        known = [
            (self.piece(k, where, Context(), depth), v, where) for k, v, where in pairs if k is not None and wanted
        ]
        return [(v, where, w.unless) for w in wanted for text, v, where in known if w.text == text != "{}"]

    def _call(self, e: f.Call, scope: Scope, context: Context, depth: int) -> list[Worth]:
        values = self._names.denote(e.func, scope)
        for value in values:
            name = qualified(value)
            if isinstance(value, Obj) and isinstance(value.cls, Ext):
                name = f"{value.cls.name}.__call__"
            row = self.readers.row(name) if name else None
            if row:
                return self._fallbacks.read(row, e, scope, context, depth)
        last = e.func.name if isinstance(e.func, f.Attr) else e.func.id if isinstance(e.func, f.Name) else ""
        if last in JOINERS and len(e.args) == 1 and not isinstance(e.func, f.Attr):
            return self.of(e.args[0], scope, context, depth + 1)  # `str(…)` and `Path(…)` of one thing are that thing
        if last in JOINERS and e.args:
            joint = "" if last == "join" and isinstance(e.func, f.Attr) and isinstance(e.func.of, f.Const) else "/"
            text = joint.join(self.piece(a, scope, context, depth) for a in e.args)
            return [Worth(text, scope.span(e.at), scope, context)]
        if last in SAME and isinstance(e.func, f.Attr):
            return self.of(e.func.of, scope, context, depth + 1)
        if (row := self.readers.by_method(e, last)) is not None:
            return self._fallbacks.read(row, e, scope, context, depth)
        found = self._looked_up(e, scope, context, depth)
        if last == "get" and len(e.args) == 2 and not any(isinstance(v, Func | Bound | Cls) for v in values):
            return [*found, *self._fallbacks.looked_up(e, scope, context, depth)]
        for value in values if not found else ():
            if isinstance(value, Func | Bound):
                found += self._through(value, e, scope, context, depth)
            elif isinstance(value, Cls):
                bases = self._names.classes.outside_bases(value.scope)
                found.append(Worth(value.scope.name, scope.span(e.at), scope, context, bases=bases))
            elif name := qualified(value):
                found.append(Worth(self._names.knowledge.canonical(name), scope.span(e.at), scope, context))
        return found or [unknown(e, scope, context)]

    def _through(self, callee: Func | Bound, e: f.Call, scope: Scope, context: Context, depth: int) -> list[Worth]:
        """What a function of the project returns to this call. What it reads first comes before a default."""
        frame: Frame = handed(callee.scope, e, scope, context, isinstance(callee, Bound))
        told = e
        receiver = callee.receiver if isinstance(callee, Bound) else None
        if isinstance(receiver, Obj) and receiver.site is not None and isinstance(receiver.site.expr, f.Call):
            made = receiver.site.constructed
            init = self._names.classes.method(receiver.cls.scope, "__init__") if isinstance(receiver.cls, Cls) else None
            if init and isinstance(made.expr, f.Call):  # what this very object was made with
                frame |= handed(init, made.expr, made.scope, None, True)
                told = e if e.args else made.expr
        self._frames.append(frame | {(callee.scope, ""): (e, scope, context)})
        try:
            found = self._results(callee.scope, depth + 1)
        finally:
            self._frames.pop()
        if any(w.text not in (None, "none") for w in found):  # what lacks a value gives another one
            found = [w for w in found if w.text != "none"]
        if any(w.text is None and w.env for w in found):
            given = {w.text for w in found}
            texts = [str(a.value) for a in reversed(told.args[:2]) if isinstance(a, f.Const) and a.kind == "str"]
            key = next((text for text in texts if text not in given), "")
            kept = [w.unless if w.unless.isupper() else key or w.unless for w in found]
            found = [w._replace(unless=u) if w.text is not None else w for w, u in zip(found, kept, strict=True)]
        return found

    def absent(self, context: Context, scope: Scope, depth: int = 0) -> str:
        """The variable or name whose absence leads to a place: what a `try` before it read, or what a test asks about.

        A local name that a test asks about stands for the variable that it was read from. What must be there instead is
        marked with `THERE`.
        """
        if depth < NEAR:
            for e in reversed(context.tried):
                if env := next((w.env for w in self.of(e, scope, None, depth + 2) if w.env), ""):
                    return env
            for test, taken in reversed(apart(context.tests)):
                found = (w.env for e in asked(test) for w in self.of(e, scope, None, depth + 2))
                told = next(filter(None, found), "") or condition([(test, taken)])
                if told.isupper():
                    return marked(told, test, taken)
        told = condition(context.tests)
        return marked(told, *context.tests[-1]) if told else ""

    # ── names and members ──

    def bound(self, b: Binding, depth: int = 0) -> list[Worth]:
        """What one binding gives."""
        if depth > DEPTH:
            return []
        if b.kind in ("assign", "annotate") and b.value is not None and b.position is None:
            unless = self.absent(b.context, b.scope, depth)
            found = self.of(b.value, b.scope, b.context, depth)
            found = [w._replace(unless=w.unless or unless) for w in found]
            return [w if w.context.tests else w._replace(context=b.context, scope=b.scope) for w in found]
        if b.kind == "param":
            return self._parameter(b, depth)
        return [w for item in unpacked(b) for w in self.of(item, b.scope, b.context, depth)]

    def _parameter(self, b: Binding, depth: int) -> list[Worth]:
        for number, frame in enumerate(reversed(self._frames), 1):
            if (b.scope, b.name) in frame:
                value, caller, where = frame[b.scope, b.name]
                inner, self._frames = self._frames, self._frames[:-number]
                try:
                    return self.of(value, caller, where, depth + 1)
                finally:
                    self._frames = inner
        found: list[Worth] = []
        node = b.scope.node
        left_out = any((b.scope, "") in frame for frame in self._frames)  # by the very call that is followed
        if isinstance(node, f.Function) and not left_out:
            names = [p.name for p in node.params]
            for edge in self._calls.into.get(b.scope, ())[:6]:
                if edge.site is None or edge.how not in ("call", "construct"):
                    continue
                offset = 1 if b.scope.owner is not None and names and names[0] in ("self", "cls") else 0
                given = matched(edge.site.call, node, offset).get(b.name)
                if given is not None:
                    found += self.of(given, edge.caller, edge.site.context, depth + 1)
        param = b.node
        if not found and isinstance(param, f.Param) and param.default is not None:
            found = self.of(param.default, b.scope.parent or b.scope, None, depth + 1)
        return found

    def class_member(self, cls: Scope, name: str, depth: int = 0) -> list[Worth]:
        """What `Class.name` or an instance's attribute is; fields of settings classes fall back to their default."""
        for item in self._names.classes.lineage(cls):
            if not isinstance(item, Cls):
                continue
            found: list[Worth] = []
            for b in item.scope.bindings.get(name, ()):
                found += self._property(b, item.scope, depth) if b.kind == "function" else self.bound(b, depth + 1)
            for assigned in self._names.classes.assigned(item.scope, name):
                if assigned.value is not None:
                    scope, context = assigned.store.scope, assigned.store.context
                    unless = self.absent(context, scope, depth)
                    given = self.of(assigned.value, scope, context, depth + 1)
                    found += [w._replace(unless=w.unless or unless) for w in given]
            for check in self.readers.checking(item.scope, name):  # what it puts in the place of a missing value
                results = self._results(check, depth + 1)
                found += [w._replace(unless=name) for w in results if w.text not in (None, "none", "")]
            if any(w.unless == name for w in found):
                found = [w for w in found if w.text not in ("", "none")]
            if found:
                filled = all(b.kind != "function" for b in item.scope.bindings.get(name, ()))
                if filled and (variable := self.readers.variable(item.scope, name)):
                    found = [w._replace(unless=variable if w.unless in ("", name) else w.unless) for w in found]
                return found
        return []

    def _property(self, b: Binding, cls: Scope, depth: int) -> list[Worth]:
        """What a property gives, in the class and in those that override it."""
        if not isinstance(b.node, f.Function) or not set(decorator_names(b.node)) & PROPERTIES or depth > DEPTH:
            return []
        getters = [b.scope.by_node.get(id(b.node))]
        getters += [self._names.classes.method(sub, b.name) for sub in self._names.classes.subclasses(cls)[:4]]
        found: dict[Span, Worth] = {}
        for getter in getters:
            if getter is not None:
                found |= {w.span: w for w in self._results(getter, depth + 1)}
        return list(found.values())

    def _results(self, function: Scope, depth: int) -> list[Worth]:
        """What a function returns; the tests that lead to a value tell what must be missing for it."""
        found = []
        for value, context in function.returned:
            unless = self.absent(context, function, depth) if context.tests or context.tried else ""
            found += [w._replace(unless=w.unless or unless) for w in self.of(value, function, context, depth)]
        return found
