"""The verdict on one state object: whether two replicas could give different answers because requests write it.

A lazily built handle, a memo of a pure function and a flag that only ever gets one value could not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from statelint import facts as f
from statelint.findings import Verdict
from statelint.knowledge import Knowledge
from statelint.project.brought import Brought
from statelint.project.first_use import PUTTING, FirstUse
from statelint.project.followed import FOLLOWS, follows_a_file
from statelint.project.homes import Home
from statelint.project.normalised import puts_into_form
from statelint.project.own_entries import finds_its_own, takes_out_fixed
from statelint.project.pools import Pools
from statelint.project.purity import CHANGING, Purity
from statelint.project.remade import is_remade
from statelint.project.resolution.arguments import handed_to
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import asks_for_lack, last_name, mentions
from statelint.project.resolution.scopes import Binding, CallSite, Scope
from statelint.project.resolution.values import Cls, Func, Lit, Obj, qualified
from statelint.project.said_once import remembers_what_was_said
from statelint.project.set_back import sets_back
from statelint.project.writes import Write
from statelint.vocabulary import LOCKS

FETCHED: Final = frozenset({"database", "network", "file", "process", "awaited"})
"""What is asked of another place than the process."""
REMOVING: Final = frozenset({"del", "pop", "clear", "popitem", "discard"})


class Verdicts:
    """The definition of accidental state applied to the writes of one home."""

    def __init__(self, names: Names, purity: Purity, first_use: FirstUse, knowledge: Knowledge) -> None:
        self._names = names
        self._purity = purity
        self._knowledge = knowledge
        self._first_use = first_use
        self._turns = knowledge.words.get("turns", frozenset())
        self._times = knowledge.words.get("file-times", frozenset())
        self.pools = Pools(names, purity, knowledge)
        self.brought = Brought(names, purity)
        self.on_path: AbstractSet[Scope] = frozenset()
        """The functions that run because something arrived, once they are known."""

    def of(self, home: Home, writes: Sequence[Write], memo: bool, types: tuple[str, ...]) -> tuple[Verdict, str]:
        """The verdict on a home that requests write so, and the reason in a few words."""
        if self.is_lock(types):
            return Verdict.ARGUABLE, "a lock of one process"
        for name in types:
            row = self._knowledge.find("benign", name)
            if row and row[1].because in ("context", "metric", "logging", "external"):
                return Verdict.BENIGN, f"it is {row[1].because}"
        if types and self._turns.issuperset(types):
            return Verdict.ARGUABLE, "it only says whose turn it is, in each process by itself"
        if self._keeps_only(writes, ("context", "metric", "logging")):
            return Verdict.BENIGN, "it keeps loggers, metrics or contexts"
        if self._by_task(writes):
            return Verdict.BENIGN, "it keeps one entry for each task, thread or event loop, for as long as that runs"
        if self.pools.keeps(home, writes):
            return Verdict.BENIGN, "it keeps handles that every replica builds alike"
        if finds_its_own(writes, self.given):
            return Verdict.BENIGN, "it finds its own entries under further keys"
        if remembers_what_was_said(writes, self._knowledge.words.get("says", frozenset())):
            return Verdict.BENIGN, "it remembers what was said already"
        if any(w.element and w.how in ("rebind", "augment") for w in writes):
            return Verdict.DEFINITE, "a request changes what it holds"
        if all(w.how in ("rebind", "delete") for w in writes):
            return self._rebound(home, writes)
        given = [b.kind for b in home.scope.bindings.get(_last(home), ())]
        if given == ["function"] and all(w.how == "item" and isinstance(w.key, f.Const) for w in writes):
            return Verdict.ARGUABLE, "what a memo gave is told the same entries again"
        if takes_out_fixed(writes):
            return Verdict.BENIGN, "each request leaves the same entries"
        if self._keeps_task_references(writes):
            return Verdict.BENIGN, "it only keeps references to running tasks"
        if memo and self._by_class(writes):
            return Verdict.BENIGN, "it keeps the one object of each class, made on first use"
        if memo:
            return self._memo(writes)
        if all(w.how == "attribute" or w.how == "rebind" for w in writes):
            return self._rebound(home, writes)
        if all(self._registers_code(w) for w in writes):
            return Verdict.BENIGN, "it only registers functions and classes of the code"
        return Verdict.DEFINITE, "the request path writes it"

    def _registers_code(self, write: Write) -> bool:
        """Whether a write adds a function or class that the code names right there."""
        value = write.value
        adds = write.method in ("setdefault", "append", "add") or (write.how == "item" and write.method != "del")
        if not adds or not isinstance(value, f.Name):
            return False
        if any(b.kind not in ("import", "from") for b in write.scope.bindings.get(value.id, ())):
            return False
        named = self._names.denote(value, write.scope)
        return bool(named) and all(isinstance(v, Func | Cls) for v in named)

    def is_lock(self, types: Iterable[str]) -> bool:
        """Whether it is something that threads or tasks of one process wait for."""
        rows = (self._knowledge.find("benign", name) for name in types)
        return any(row is not None and row[1].because in LOCKS for row in rows)

    def _rebound(self, home: Home, writes: Sequence[Write]) -> tuple[Verdict, str]:
        values = [w.value for w in writes if w.how != "delete" and not _is_none(w.value)]
        known = [self._constant(w.value, w.scope) for w in writes if w.how != "delete" and not _is_none(w.value)]
        constants = {text for text in known if text is not None}
        if None not in known:
            other = {str(b.value.value) for b in self._first_values(home) if isinstance(b.value, f.Const)}
            if len(constants) <= 1 and (not values or len(writes) == len(values)):
                return Verdict.BENIGN, "it is only ever set to one value"
            if not constants - other and len(constants) <= 1:
                return Verdict.BENIGN, "it is only reset"
            if sets_back(writes):
                return Verdict.ARGUABLE, "each call that sets it sets it back"
            return Verdict.DEFINITE, "a request changes it"
        needs: set[str] = set()
        guarded = True
        for write in writes:
            if write.value is None or isinstance(write.value, f.Const) or puts_into_form(write, self._names):
                continue
            if self._first_use.of(write.context, write.scope, True) and not self.is_guarded(write):
                # set once, beside what is built, and mostly from it
                needs |= self._purity.of(write.value, write.scope) - {"argument", "request", "state", "network"}
                continue
            needs |= self._needs(write)
            if mentions(write.value, _last(home), write.scope) and isinstance(write.value, f.Op):
                needs |= _own_share(write.value)
            guarded = guarded and self.is_guarded(write)
        needs |= {"state"} if not needs and any(map(self.brought.is_handed_on, writes)) else set()
        if not needs:
            return Verdict.BENIGN, "its value depends on the code alone"
        if needs <= {"handle", "environment"}:
            return Verdict.BENIGN, "every replica builds the same handle"
        if self._are_handles(writes) and not needs & {"argument", "request", "state", "database", "clock", "random"}:
            return Verdict.BENIGN, "a handle that is built anew"
        if guarded and any(self.brought.is_brought_along(e, at) for w in writes for e, at in self.given(w)):
            return Verdict.DEFINITE, "the first request that comes decides for all"
        if guarded and not needs & (CHANGING - {"awaited"}):
            return Verdict.BENIGN, "it is built once, on first use"
        if self.pools.are_known(writes) and (guarded or not needs & {"argument", "request", "state"}):
            return Verdict.BENIGN, "a handle built on first use" if guarded else "a handle that is built anew"
        if guarded and self._are_handles(writes) and "database" not in needs and not self._takes_changing(writes):
            return Verdict.BENIGN, "an object built on first use"
        if guarded and "handle" in needs and not needs & {"database", "clock", "random"}:
            return Verdict.BENIGN, "a handle built on first use"
        if guarded and needs & CHANGING <= {"file", "process"} and not needs & {"argument", "request", "state"}:
            kept = "what a program on the same machine said" if "process" in needs else "the contents of a file"
            return Verdict.ARGUABLE, f"it keeps {kept}, read on first use"
        if not needs & {"request", "state"} and follows_a_file(needs & CHANGING, writes, self.given, self._times):
            return Verdict.BENIGN, FOLLOWS
        if sets_back(writes):
            return Verdict.ARGUABLE, "each call that sets it sets it back"
        if needs & CHANGING or needs & {"argument", "request", "state"}:
            return Verdict.DEFINITE, "each request can give it another value"
        return Verdict.ARGUABLE, "nothing shows what its value depends on"

    def _needs(self, write: Write) -> set[str]:
        """What the value depends on: in a setter what its callers give, unless they give constants."""
        given = self.given(write)
        if any(isinstance(e, f.Const) for e, _ in given):
            return set(self._purity.of(write.value, write.scope))
        return {need for e, scope in given for need in self._purity.of(e, scope)}

    def _constant(self, e: f.Expr | None, scope: Scope) -> str | None:
        """The text of a constant, also of a negative one and of one that goes by a name; None for anything else."""
        if isinstance(e, f.Const):
            return str(e.value)
        if isinstance(e, f.Op) and e.op == "-" and len(e.operands) == 1 and isinstance(e.operands[0], f.Const):
            return f"-{e.operands[0].value}"
        named = self._names.denote(e, scope) if isinstance(e, f.Name | f.Attr) else ()
        return str(named[0].value) if len(named) == 1 and isinstance(named[0], Lit) else None

    def is_time(self, writes: Sequence[Write]) -> bool:
        """Whether every value that is set is a point in time."""
        given = [w for w in writes if w.how == "rebind" and not isinstance(w.value, f.Const)]
        return bool(given) and all(
            w.how == "rebind" and (w not in given or "clock" in self._purity.of(w.value, w.scope)) for w in writes
        )

    def _by_task(self, writes: Sequence[Write]) -> bool:
        """Whether every key under which something is put tells the task, thread or event loop that runs."""
        own = [w for w in writes if not w.element]  # what changes inside of an entry is the task's too
        puts = [w for w in own if not (w.method in REMOVING or w.how == "delete" or _empties(w))]
        keyed = [w for w in puts if w.how in ("item", "augment") or w.method == "setdefault"]
        if not keyed or len(keyed) < len(puts) or any(w.key is None for w in keyed):
            return False
        needs = [self._purity.of(key, scope) for w in keyed for key, scope in self._handed(w.key, w.scope)]
        return all("task" in need or need == {"loop"} for need in needs)

    def _by_class(self, writes: Sequence[Write]) -> bool:
        """Whether every key is a class and every value an object that is made then and there."""
        puts = [w for w in writes if w.how == "item" and w.method != "del" and w.key is not None]
        keys = [self._names.denote(w.key, w.scope) for w in puts if w.key is not None]
        return (
            len(puts) == len(writes)
            and self._are_handles(puts)
            and all(key and all(isinstance(v, Cls) for v in key) for key in keys)
        )

    def _keeps_work(self, writes: Sequence[Write]) -> bool:
        """Whether what is stored are tasks, threads or timers that were just begun."""
        given = [(e.func, scope) for w in writes for e, scope in self.given(w) if isinstance(e, f.Call)]
        names = [qualified(value) for func, scope in given for value in self._names.denote(func, scope)]
        return any(name and self._knowledge.find("work", name) for name in names)

    def _takes_changing(self, writes: Sequence[Write]) -> bool:
        """Whether an object is made with something that is different each time, such as the time."""
        return any(
            not self._purity.of(arg, w.scope).isdisjoint({"database", "clock", "random", "awaited"})
            for w in writes
            if isinstance(w.value, f.Call)
            for arg in (*w.value.args, *(value for _, value in w.value.keywords))
        )

    def _are_handles(self, writes: Sequence[Write]) -> bool:
        """Whether each value that is given is an object made then and there."""
        given = [w for w in writes if w.value is not None and not isinstance(w.value, f.Const)]
        return bool(given) and all(
            values and all(isinstance(v, Obj) and v.site is not None for v in values)
            for values in (self._names.denote(w.value, w.scope) for w in given if w.value is not None)
        )

    def _first_values(self, home: Home) -> list[Binding]:
        return [b for b in home.scope.bindings.get(_last(home), ()) if b.value is not None]

    def _memo(self, writes: Sequence[Write]) -> tuple[Verdict, str]:
        needs: set[str] = set()
        for write in writes:
            if write.method not in REMOVING:
                for value, scope in self.given(write):
                    needs |= self._purity.of(value, scope)
        needs -= {"argument", "request"}
        if needs & CHANGING == {"process"}:
            return Verdict.ARGUABLE, "it keeps what a program on the same machine said"
        if follows_a_file(needs & CHANGING, writes, self.given, self._times):
            return Verdict.BENIGN, FOLLOWS
        if needs & CHANGING:
            return Verdict.DEFINITE, "it keeps results that can change elsewhere"
        if needs <= {"handle", "environment"}:
            return Verdict.BENIGN, "it keeps what every replica computes alike"
        return Verdict.ARGUABLE, "nothing shows whether the results can change"

    def is_stale_memo(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether it is a memo of results that can change elsewhere, not a place where objects are made once."""
        return self.is_memo(home, writes) and self._memo(writes)[0] is Verdict.DEFINITE

    def begins_entries(self, writes: Sequence[Write]) -> bool:
        """Whether all that is put in are objects of the project, made there and not of what was fetched: a place where
        each key has its own, to which later requests add, and no copy of what lies elsewhere."""
        given = [pair for w in writes if w.how == "item" and w.method != "del" for pair in self.given(w)]
        return bool(given) and all(
            any(isinstance(v, Obj) and isinstance(v.cls, Cls) and v.site is not None for v in self._names.denote(e, at))
            and self._purity.of(e, at).isdisjoint(FETCHED)
            for e, at in given
        )

    def is_memo(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether each write that adds stands on the miss branch of a look-up with the same key."""
        adds = [
            w
            for w in writes
            if (w.how == "item" and w.method != "del") or w.method in ("setdefault", "append", "add", "update")
        ]
        later = [w for w in writes if not self._first_use.of(w.context, w.scope, False)]
        if not adds or any((w.element and not self.is_guarded(w)) or w.how == "augment" for w in later):
            return False
        if any(self.brought.is_beside_its_key(e, at, w) for w in adds for e, at in self.given(w)):
            return False
        if any(map(self.brought.is_claim, adds)):
            return False
        keyed = {w for w in adds if w.how == "item" or _is_asked(w)}
        missed = (self.is_guarded(w) if w in keyed else self._fills_empty(w) for w in adds if w in later)
        return not self._keeps_work(adds) and all(missed)

    def _fills_empty(self, write: Write) -> bool:
        """Whether the write runs only while the container is empty: `if not known: known.update(load())`, or while one
        beside it is that is filled along with it."""
        asked = {last_name(a) for a in self._first_use.asked(write.context, write.scope)} - {""}
        beside = {
            last_name(site.call.func.of)
            for site in write.scope.calls
            if isinstance(site.call.func, f.Attr) and site.call.func.name in PUTTING
            if site.context.tests[: len(write.context.tests)] == write.context.tests
        }
        return not asked.isdisjoint({_last(write.home), *beside})

    def is_guarded(self, write: Write) -> bool:
        """Whether the write runs only on a miss: `x is None`, `not x`, `k not in x`, or in an except block."""
        name = _last(write.home)
        if write.context.on_lack or write.scope.name == "__missing__":
            return True
        if any(asks_for_lack(test, taken, name, write.scope) for test, taken in write.context.tests):
            return True
        return is_remade(write) or self._is_asked_under_lack(write.scope, name)

    def _is_asked_under_lack(self, helper: Scope, name: str, depth: int = 0) -> bool:
        """Whether all calls of a helper stand where the name says that something is not there, or in such a helper."""
        sites = self._callers(helper) if depth < 3 else []
        sites = [site for site in sites if not self.on_path or site.scope in self.on_path]
        return bool(sites) and all(
            site.context.on_lack
            or any(asks_for_lack(test, taken, name, site.scope) for test, taken in site.context.tests)
            or (site.scope is not helper and self._is_asked_under_lack(site.scope, name, depth + 1))
            for site in sites
        )

    def given(self, write: Write) -> list[tuple[f.Expr, Scope]]:
        """The value that is stored; in a helper that stores what it is given, what its callers give."""
        return self._handed(write.value, write.scope)

    def _handed(self, e: f.Expr | None, scope: Scope) -> list[tuple[f.Expr, Scope]]:
        """An expression; for a parameter, what callers give."""
        if e is None:
            return []
        given = self._names.given()
        name = e.id if isinstance(e, f.Name) else ""
        bindings = scope.bindings.get(name, ())
        if given and bindings and all(b.kind == "param" for b in bindings):
            return given.arguments.get((scope, name)) or [(e, scope)]
        return [(e, scope)]

    def _callers(self, helper: Scope) -> list[CallSite]:
        """The calls that hand something to a helper; all calls of a function without parameters but its receiver."""
        given = self._names.given()
        params = helper.node.params if isinstance(helper.node, f.Function) else ()
        if len(params) == (first_parameter(helper) is not None) and helper.kind == "function":
            return self._first_use.calls_of(helper)
        found: dict[CallSite, None] = {}
        for param in params if given else ():
            for e, caller in given.arguments.get((helper, param.name), ()) if given else ():
                found.update((site, None) for site in caller.calls if any(arg is e for arg in handed_to(site.call)))
        return list(found)

    def _keeps_only(self, writes: Sequence[Write], kinds: tuple[str, ...]) -> bool:
        """Whether everything that is put in is an object of a library of one of these benign kinds."""
        writes = [w for w in writes if w.how != "rebind" or not _is_none(w.value)]
        puts = [w for w in writes if w.how == "rebind" or (w.how == "item" and w.method != "del")]
        for write in puts:
            values = [v for given, scope in self.given(write) for v in self._names.denote(given, scope)]
            names = [qualified(v) or getattr(getattr(v, "cls", None), "name", "") for v in values]
            rows = [self._knowledge.find("benign", name) if name else None for name in names]
            if not rows or not all(row and row[1].because in kinds for row in rows):
                return False
        return bool(puts) and len(puts) == len(writes)

    @staticmethod
    def _keeps_task_references(writes: Sequence[Write]) -> bool:
        """`tasks.add(task); task.add_done_callback(tasks.discard)`: the set only keeps the garbage collector away."""
        for write in writes:
            if write.method not in ("add", "append", "discard", "remove"):
                return False
        scopes: Iterable[Scope] = {w.scope for w in writes if w.method in ("add", "append")}
        return bool(scopes) and all(
            any(isinstance(c.call.func, f.Attr) and c.call.func.name == "add_done_callback" for c in s.calls)
            for s in scopes
        )


def _is_asked(write: Write) -> bool:
    """`setdefault` in a function that gives what the container has for a key, where it has that."""
    found = (e for e in write.scope.returns if isinstance(e, f.Item))
    return write.method == "setdefault" and any(mentions(e.of, _last(write.home), write.scope) for e in found)


def _empties(write: Write) -> bool:
    """Whether a write puts an empty container in the place of the one before."""
    return write.how == "rebind" and isinstance(write.value, f.Table) and not write.value.pairs


def _last(home: Home) -> str:
    """The name by which code reaches a home."""
    return home.name.rpartition(":")[2].rpartition(".")[2]


def _own_share(e: f.Op) -> set[str]:
    """What a value that is built from the former one depends on: `x or make()` keeps it, `x + 1` and `not x` do not."""
    return set() if e.op in ("or", "and") else {"state"}


def _is_none(e: f.Expr | None) -> bool:
    return e is None or (isinstance(e, f.Const) and e.kind == "none")
