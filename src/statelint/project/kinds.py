"""Which category a state object belongs to: told from how it is written, what it is given, and its names.

The advice differs by category, so the order of the questions matters: counting shows by itself, then the noun of the
name says what the data is for, then what is stored under which key, then the class around it. Words are matched as
whole parts of an identifier (`USER_SESSIONS` → user, sessions).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.first_use import TAKING
from statelint.project.homes import Home
from statelint.project.purity import Purity
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import mentions
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Ext, Heap, Made, Obj, qualified
from statelint.project.writes import Write

ORDER = ("lock", "cache", "session", "counter", "realtime", "job")
DOUBTFUL = ("realtime", "job")
"""Kinds with words that only speak together with other evidence: rooms can be booked, tasks can be to do."""
WAYS = {"realtime": frozenset({"websocket", "event"}), "job": frozenset({"task", "thread", "background", "timer"})}
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
CONTAINERS = frozenset({"builtins.list", "builtins.dict", "builtins.set"})
KEYED = frozenset({"item", "augment"})
COPIED = frozenset({"database", "network", "awaited"})
BESIDE = frozenset({"with", "in", "on", "to", "from", "for", "by", "of", "over", "without"})
"""Words in the name of a function after which comes what it works with, not what it gives."""
NEUTRAL = TAKING | {"del", "setdefault"}


def words(name: str) -> list[str]:
    """The parts of an identifier in lower case."""
    return [part.lower() for part in PART.findall(name)]


class Kinds:
    """Categories of state objects."""

    def __init__(self, names: Names, purity: Purity, knowledge: Knowledge) -> None:
        self._names = names
        self._purity = purity
        self._knowledge = knowledge

    def of(self, home: Home, types: Sequence[str], writes: Sequence[Write], memo: bool, ways: AbstractSet[str]) -> str:
        """The category of the object in a home that holds `types` and is written so from entries of the kinds `ways`.

        `memo` says that a miss computes what is stored.
        """
        name = home.short.rpartition(".")[2]
        hints = {row[1].kind for t in types if (row := self._knowledge.find("containers", t)) and row[1].kind}
        hints |= {"cache" for t in types if self._speaks("cache", words(t.rpartition(".")[2]))}
        noun = "lock" if self._speaks("lock", self._class_words(home)[-1:]) else self._noun(words(name))
        if noun == "lock" or (self._counts(home, writes) and noun != "cache") or "counter" in hints:
            return noun if noun == "lock" else "counter"
        if noun == "cache" or "cache" in hints or memo:
            return "cache"
        given = self._given(writes, ways)
        if "queue" in hints and noun not in ("realtime", "session"):
            return "job"
        rebound = all(w.how in ("rebind", "delete") and not w.element for w in writes)
        if noun == "session" and any(self._keeps_running(w) for w in writes):
            return "realtime"
        if noun and not (noun == "counter" and rebound):
            return noun
        if self._speaks("setting", words(name)):
            return "global"
        around = self._class_words(home)
        if self._speaks("counter-class", around[-1:]):
            return "counter"
        for kind in DOUBTFUL:
            keyed = self._speaks(kind, around) or any(
                self._speaks(f"perhaps-{kind}", words(t)) for w in writes for t in _key_texts(w)
            )
            if self._speaks(f"perhaps-{kind}", self._last_noun(words(name))) and (
                kind in given or keyed or not WAYS[kind].isdisjoint(ways)
            ):
                return kind
        if given:
            return next(kind for kind in (*ORDER, *given) if kind in given)
        if self._speaks("perhaps-cache", words(name)) and not self._is_brought(writes):
            return "cache"
        if any(self._keeps_running(w) for w in writes):
            return "job"
        of_class = self._around(home, words(name), rebound) or ("cache" if self._speaks("cache", around[-1:]) else "")
        if of_class:
            return of_class
        if self._is_setting(words(name), writes):
            return "global"
        whole = rebound and CONTAINERS.isdisjoint(types)
        if rebound and self._fetched(writes, {"database", "network"} if whole else COPIED):
            return "cache"
        return "global" if whole else "store"

    def is_pool(self, home: Home, ways: AbstractSet[str]) -> bool:
        """Whether names say that it keeps connections open that the service itself made, not those of its users."""
        if not ways.isdisjoint(WAYS["realtime"]):
            return False
        name = [*self._class_words(home), *words(home.short.rpartition(".")[2])]
        return self._speaks("pool", name) and self._speaks("pooled", name)

    def is_upkeep(self, home: Home) -> bool:
        """Whether a name says when something was last cleaned up or checked, such as `last_cleanup`."""
        name = words(home.short.rpartition(".")[2])
        return "last" in name and self._speaks("upkeep", name)

    def _fetched(self, writes: Sequence[Write], copied: AbstractSet[str]) -> bool:
        """Whether each value that is given as a whole is a copy of what lies elsewhere."""
        given = [
            w for w in writes if w.value is not None and not is_fresh(w.value) and not isinstance(w.value, f.Const)
        ]
        return bool(given) and all(self._purity.of(w.value, w.scope) & copied for w in given)

    def _is_brought(self, writes: Sequence[Write]) -> bool:
        """Whether all that is given is what requests brought along."""
        needs = [self._purity.of(w.value, w.scope) for w in writes if w.value is not None and w.how != "delete"]
        return bool(needs) and all(need and need <= {"request", "argument"} for need in needs)

    def _keeps_running(self, write: Write) -> bool:
        """Whether what is given is an object of the project that keeps a thread or task of its own in an attribute."""
        classes = self._names.classes
        for value in self._names.denote(write.value, write.scope) if write.value is not None else ():
            if not isinstance(value, Obj) or not isinstance(value.cls, Cls):
                continue
            cls = value.cls.scope
            kept = [(a.value, a.store.scope) for n in classes.attribute_names(cls) for a in classes.assigned(cls, n)]
            made = value.site.constructed if value.site is not None else None
            if made is not None and isinstance(made.expr, f.Call):
                kept += [(e, made.scope) for e in (*made.expr.args, *(e for _, e in made.expr.keywords))]
            if any(self.begins_work(e, scope) for e, scope in kept):
                return True
        return False

    def begins_work(self, e: f.Expr | None, scope: Scope) -> bool:
        """Whether an expression is the call that begins a thread or task, or a local name for that."""
        if isinstance(e, f.Name):
            given = (b.value for b in scope.bindings.get(e.id, ()))
            return any(self.begins_work(value, scope) for value in given if isinstance(value, f.Call))
        begun = self._names.denote(e.func, scope) if isinstance(e, f.Call) else ()
        return any(self._knowledge.find("work", qualified(v) or "") for v in begun)

    @staticmethod
    def _class_words(home: Home) -> list[str]:
        """The words of the class whose attribute a home is."""
        of_object = home.kind in ("instance-attribute", "class-attribute") and "." in home.short
        return words(home.short.split(".")[-2]) if of_object else []

    def _speaks(self, kind: str, parts: Iterable[str]) -> bool:
        return not self._knowledge.words.get(kind, frozenset()).isdisjoint(parts)

    def _noun(self, parts: Sequence[str]) -> str:
        """The kind that the noun of a name speaks of: `worker_logs` are logs, `session_store` keeps sessions."""
        parts = parts[: parts.index("by", 1)] if "by" in parts[1:] else parts
        hollow = self._knowledge.words.get("hollow", frozenset())
        if self._speaks("cache", parts):
            return "cache"
        if "rate" in parts and not {"limit", "limits"}.isdisjoint(parts):
            return "counter"
        of_text = self._speaks("of-text", parts)
        for part in reversed(parts):
            for kind in ORDER:
                if self._speaks(kind, (part,)) and not (of_text and self._speaks("pieces", (part,))):
                    return kind
            if part not in hollow and not part.isdigit():
                break
        return ""

    def _last_noun(self, parts: Sequence[str]) -> list[str]:
        """The last part of a name that says something, in a list; none when no part does."""
        parts = parts[: parts.index("by", 1)] if "by" in parts[1:] else parts
        hollow = self._knowledge.words.get("hollow", frozenset())
        return [part for part in parts if part not in hollow and not part.isdigit()][-1:]

    # ── how it is written ──

    def _counts(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether requests only count with it: `x += 1`, `x[key] = x.get(key, 0) + 1`, `next(x)`, times of calls."""
        counting = [w for w in writes if self._counting(w, home)]
        return bool(counting) and all(
            w in counting or w.how == "delete" or w.method in NEUTRAL or _is_number(w.value) or is_fresh(w.value)
            for w in writes
        )

    def _counting(self, write: Write, home: Home) -> bool:
        if write.how == "augment":
            return write.method in ("+=", "-=") and (_is_number(write.value) or self._began_as_number(home, write))
        if write.method in ("next", "__next__", "send"):
            return True
        if write.method in ("append", "appendleft") and write.value is not None:
            return self._purity.of(write.value, write.scope) == {"clock"}
        value = write.value
        if write.how in ("item", "rebind") and isinstance(value, f.Op) and value.op in ("+", "-"):
            own = home.short.rpartition(".")[2]
            former = [o for o in value.operands if not isinstance(o, f.Op) and mentions(o, own, write.scope)]
            return bool(former) and any(_is_number(o) for o in value.operands)
        return False

    def _began_as_number(self, home: Home, write: Write) -> bool:
        """Whether what is added to was a number at first."""
        if write.key is not None or write.element:
            return False
        last = home.short.rpartition(".")[2]
        return any(_is_number(b.value) for b in home.scope.bindings.get(last, ())) or any(
            _is_number(a.value) for a in self._names.classes.assigned(home.scope, last)
        )

    def _is_setting(self, parts: Sequence[str], writes: Sequence[Write]) -> bool:
        """Whether it is set as a whole, or under fixed keys, and named like something that is in force."""
        fixed = all(w.how == "rebind" or w.key is None or isinstance(w.key, f.Const) for w in writes)
        adds = any(w.method in ("append", "add", "extend") for w in writes)
        return fixed and not adds and self._speaks("global", parts)

    # ── what it is given ──

    def _given(self, writes: Sequence[Write], ways: AbstractSet[str]) -> dict[str, None]:
        """Kinds that the stored values and their keys speak for, the most telling first."""
        found: dict[str, None] = {}
        for write in writes:
            if write.how == "delete" or write.method in NEUTRAL - {"setdefault"}:
                continue
            for kind in self._of_value(write):
                found[kind] = None
        chosen = [w for w in writes if w.key is not None and not isinstance(w.key, f.Const)]
        for write in chosen or writes:  # one entry that the code names says little where others have keys of any kind
            for part in _key_texts(write):
                for kind in ("session", "realtime", "job"):
                    if self._speaks(f"{kind}-key", words(part)):
                        found[kind] = None
                if self._speaks("perhaps-realtime-key", words(part)):
                    found["session" if WAYS["realtime"].isdisjoint(ways) else "realtime"] = None
        return found

    def _of_value(self, write: Write) -> Iterator[str]:
        if write.value is None:
            return
        for value in self._names.denote(write.value, write.scope):
            name = qualified(value) or ""
            row = self._knowledge.find("containers", value.type) if isinstance(value, Heap) else None
            if row and row[1].kind == "queue":
                yield "realtime"  # a queue for each of those who listen
            classes: tuple[str, ...] = ()
            if isinstance(value, Obj):
                cls = value.cls
                classes = (cls.name,) if isinstance(cls, Ext) else self._names.classes.outside_bases(cls.scope)
            for outside in (name.removesuffix("()"), *classes):
                if outside and self._knowledge.find("work", outside) and not isinstance(write.value, f.Await):
                    yield "job"
                last = words(outside.rpartition(".")[2])
                if self._speaks("realtime-value", _given_by(last) if isinstance(value, Made) else last):
                    yield "realtime"
        if isinstance(write.value, f.Name | f.Attr) and self._speaks("realtime-value", words(_texts(write.value)[0])):
            yield "realtime"

    def _around(self, home: Home, parts: Sequence[str], rebound: bool) -> str:
        """What the class speaks of, for its plain attributes; for a name that says nothing, the class or the module."""
        hollow = self._knowledge.words.get("hollow", frozenset())
        of_object = home.kind in ("instance-attribute", "class-attribute") and "." in home.short
        if of_object and (rebound or all(part in hollow for part in parts)):
            text = words(home.short.split(".")[-2])
        elif all(part in hollow for part in parts):
            text = words(home.scope.module.name.rpartition(".")[2])
        else:
            return ""
        noun = self._noun(text)
        return noun or next((kind for kind in ORDER[1:] if text and self._speaks(f"{kind}-class", text[-1:])), "")


def _given_by(parts: Sequence[str]) -> Sequence[str]:
    """The word of a function's name that says what it gives: of `open_connection` the last, of `run_with_connection`
    none."""
    return parts[-1:] if BESIDE.isdisjoint(parts[:-1]) else ()


def _key_texts(write: Write) -> list[str]:
    """Identifiers and texts in the key under which something is stored."""
    return _texts(write.key) if write.how in KEYED or write.method == "setdefault" else []


def _is_number(e: f.Expr | None) -> bool:
    return isinstance(e, f.Const) and e.kind in ("int", "float")


def is_fresh(e: f.Expr | None) -> bool:
    """An empty container, as a reset or the first value of a key gives it."""
    return isinstance(e, f.Group | f.Table) and not (e.items if isinstance(e, f.Group) else e.pairs)


def _texts(e: f.Expr | None) -> list[str]:
    """Identifiers and texts in a key or a value."""
    if isinstance(e, f.Name):
        return [e.id]
    if isinstance(e, f.Attr):
        return [e.name, *_texts(e.of)]
    if isinstance(e, f.Const):
        return [str(e.value)] if e.kind == "str" else []
    if isinstance(e, f.Item):
        return [*_texts(e.key), *_texts(e.of)]
    if isinstance(e, f.Call):
        return [*(t for a in e.args for t in _texts(a)), *_texts(e.func)]
    if isinstance(e, f.Text | f.Group):
        return [t for part in (e.parts if isinstance(e, f.Text) else e.items) for t in _texts(part)]
    if isinstance(e, f.Await):
        return _texts(e.value)
    return []


HOLDS = {
    "cache": "cached data",
    "session": "session data",
    "store": "data",
    "counter": "a count",
    "realtime": "live connections",
    "job": "jobs",
    "lock": "a lock",
    "global": "a setting",
}


def holds(kind: str, name: str) -> str:
    """What the object keeps, in a few words for a headline."""
    parts = [p for p in words(name.rpartition(":")[2].rpartition(".")[2]) if not p.isdigit()]
    text = " ".join(parts)
    if kind == "cache":
        return HOLDS[kind]
    if kind == "store" and 0 < len(text) <= 24:
        return text
    return HOLDS[kind]
