"""What the answer of a library depends on: of a function that is called, of an attribute of its object that is read.

The words are those of `purity`, which asks; what the code of the project does is decided there.
"""

from __future__ import annotations

from typing import Final

from statelint.knowledge import Knowledge
from statelint.project.resolution.names import BUILTINS
from statelint.project.resolution.values import Ext, Heap, Made, Member, Mod, Obj, Part, Value, qualified

PURE_METHODS: Final = frozenset(
    name for kind in (str, bytes, int, float, list, dict, set, tuple, frozenset) for name in dir(kind)
)
HANDED_OUT: Final = frozenset(
    {"connection", "conn", "getconn", "connect", "session", "client", "resource", "channel", "cursor", "pool", "begin",
     "acquire", "database", "collection", "bucket", "blob", "container", "queue", "topic", "exchange", "table", "sftp",
     "transport"}
)  # fmt: skip
"""Methods of a handle that give another one (`get_channel`); what that one is asked shows by itself."""
GETTING: Final = frozenset({"get", "create", "make", "open", "new", "default"})
ASKED: Final = ("handle", "external")
"""Why knowledge takes an object for no state whose methods ask somebody else."""
SHOWING: Final = ("as_", "to_", "is_", "has_", "with_")
"""Methods of a handle that begin so show the handle itself, and ask nothing of the other side."""


class Answers:
    """Asked of single values that belong to no function or class of the project."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._pure = knowledge.words.get("pure", frozenset())
        self._sent: dict[str, bool] = {"": False}
        self._asks = knowledge.words.get("asks", frozenset())

    def to_reading(self, value: Value) -> frozenset[str]:
        """What an attribute depends on by itself, whatever object it is read from; empty where nothing says so."""
        known = self.described(value)
        if known:
            return known
        return frozenset({"request"} if self._is_of_a_request(value) else ())

    def described(self, value: Value) -> frozenset[str]:
        """What knowledge says in so many words that a call or an attribute depends on."""
        name = qualified(value)
        row = self._knowledge.find("impure", name) if name else None
        return frozenset({row[1].depends} if row else ())

    def to_call(self, value: Value) -> frozenset[str]:
        """What the result of calling a value depends on."""
        name = qualified(value)
        if name is None or isinstance(value, Heap | Part | Mod):
            return frozenset({"unknown"})
        read = self.to_reading(value)
        if read:
            return read
        if self._knowledge.find("benign", name):
            return frozenset({"handle"})
        owner, _, last = name.rpartition(".")
        if owner == "builtins" and last in BUILTINS:
            return frozenset({"file"} if last == "open" else ())
        if name.startswith("builtins.") or owner in self._pure or owner.partition(".")[0] in self._pure:
            return frozenset()
        if last in PURE_METHODS and self.described(Ext(owner)) == {"environment"}:
            return frozenset({"environment"})  # what is made of a text that was read there
        if isinstance(value, Member):
            return self._asked(owner, last)
        if isinstance(value, Ext) and last[:1].isupper():
            return frozenset({"handle"})
        return frozenset({"unknown"}) if isinstance(value, Ext | Made) else frozenset()

    def _is_of_a_request(self, value: Value) -> bool:
        """Whether a value is read from what a request sends, or from a library's object that is made anew for each
        request or connection."""
        owner = value.of if isinstance(value, Member) else None
        if isinstance(owner, Obj) and isinstance(owner.cls, Ext):
            row = self._knowledge.find("handlers.bases", owner.cls.name)
            if row is not None and row[1].instance in ("request", "connection"):
                return True
        return self._is_sent(qualified(value) or "")

    def _is_sent(self, name: str) -> bool:
        """Whether a name, or one that it is read from, is that of data which requests send."""
        known = self._sent.get(name)
        if known is None:
            row = self._knowledge.find("sources", name)
            above = name.rpartition(".")[0].removesuffix("()")
            known = self._sent[name] = (row is not None and row[1].is_plain) or self._is_sent(above)
        return known

    def _asked(self, owner: str, method: str) -> frozenset[str]:
        """What the method of an outside object depends on: what a client or a pool answers comes from elsewhere."""
        known = self._knowledge.find("benign", owner.removesuffix("()"))
        gives_handles = _hands_out(method)
        if known and (gives_handles or (known[1].because in ASKED and not method.startswith(SHOWING))):
            return frozenset({"handle" if gives_handles else "network"})
        if method in PURE_METHODS:
            return frozenset()
        if self._is_handed_out(owner) and not method.startswith(SHOWING):
            return frozenset({"handle" if gives_handles else "network"})
        return frozenset({"unknown"})

    def _is_handed_out(self, name: str) -> bool:
        """Whether a name is that of a part of a handle: `engine.connect()`, `client.shop.users`."""
        while name:
            owner, _, last = name.removesuffix("()").rpartition(".")
            if (name.endswith("()") and not _hands_out(last)) or last.startswith(SHOWING):
                return False
            row = self._knowledge.find("benign", owner.removesuffix("()"))
            if row:
                return row[1].because in ASKED and any(word in owner.lower() for word in self._asks)
            name = owner
        return False


def _hands_out(method: str) -> bool:
    """Whether the name of a method says that it gives a handle: `connect`, `get_queue_by_name`, `Table`."""
    *before, last = method.partition("_by_")[0].split("_")
    return method[:1].isupper() or (last in HANDED_OUT and GETTING.issuperset(before))
