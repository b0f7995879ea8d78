"""What functions leave behind for others in the abstract run: attributes, globals, and what files and buffers hold.

It only grows. Each place has a number, so that what a run has read of it takes little space, and only runs that have
read what others changed afterwards need to be run again: a place that holds more than before gets another number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from statelint.project.flow.values import NONE, Atom, Handle, Inst, Loc, Many, Taint, Tup, Value, locs, taints, tells

WIDEST = 24
"""Atoms that one place may hold."""


class Kept:
    """The places, what they hold, and which of them were read and changed."""

    def __init__(self, where: Callable[[str], str], decoding: Collection[object]) -> None:
        self._where = where
        self._carriers: set[object] = set()
        """Classes with request data in an attribute."""
        self._decoding = decoding
        """The classes with methods above the decoding of text. What text others hold makes nobody run again."""
        self.attributes: dict[tuple[object, str], Value] = {}
        self.contents: dict[str, Taint] = {}
        """What was written to a path or a buffer, by site."""
        self._folders: set[str] = set()
        """The sites among them that are folders, so that all below them holds it."""
        self.written: set[str] = set()
        """The sites that code writes to, which no child process or library has to fill, then."""
        self._numbers: dict[object, int] = {}
        self._numbered = 0
        """How many numbers there are."""
        self.read: set[int] = set()
        """The places that were read, by number."""
        self.changed: set[int] = set()
        """The places that hold more than when they were read."""
        self.telling = False
        """Whether one of them holds more request data or files than before."""

    def number(self, place: object) -> int:
        """The number of a place."""
        number = self._numbers.get(place)
        if number is None:
            number = self._numbers[place] = self._numbered
            self._numbered += 1
        return number

    def _grew(self, place: object) -> None:
        """Note that a place holds more than those have seen who have read it by its number until now."""
        number = self._numbers.pop(place, None)
        if number is not None:
            self.changed.add(number)

    def begin(self) -> None:
        """Nothing is changed as yet."""
        self.changed = set()
        self.telling = False

    def attribute(self, key: tuple[object, str]) -> Value:
        """What an attribute, a global or a shared container may hold."""
        self.read.add(self.number(key))
        return self.attributes.get(key, NONE)

    def remember(self, key: tuple[object, str], value: Value) -> None:
        """Add to what an attribute, a global or a shared container may hold."""
        known = self.attributes.get(key, NONE)
        if value and not value <= known and len(known) < WIDEST:
            self.attributes[key] = known | value
            new = value - known
            text = key[0] in self._decoding
            if key[0] not in self._carriers and tells(new, text):
                self._carriers.add(key[0])
                self._grew((key[0], ""))
            if self._matters(new, text):
                self._grew(key)
            self.telling = self.telling or tells(value, text)

    def _matters(self, value: Value, text: bool) -> bool:
        """Whether a value says what data there is, where it would go to, or whether it stays there."""
        return any(self._telling(atom, text) for atom in value)

    def _telling(self, atom: Atom, text: bool) -> bool:
        if isinstance(atom, Loc):
            return bool(atom.temp) or atom.site in self.written
        if isinstance(atom, Inst):
            return bool(self._where(atom.cls))
        if isinstance(atom, Many):
            return self._matters(atom.inner, text)
        if isinstance(atom, Taint):
            return text or atom.level != "text"
        return not isinstance(atom, Tup) or any(self._matters(item, text) for item in atom.items)

    def wrote(self, locs: Iterable[Loc], taint: Taint, folder: bool = False) -> None:
        """Note request data in files. A folder that all requests know is full of other things as well."""
        for loc in locs:
            if loc.exact and loc.site not in self.contents:
                self.contents[loc.site] = taint
                self._grew(loc.site)
                self.telling = True
            if loc.exact and folder and not loc.shared and loc.site not in self._folders:
                self._folders.add(loc.site)
                self._grew(("folder", loc.site))

    def carries(self, owner: object) -> bool:
        """Whether an attribute of a class holds request data, so that methods without arguments are worth a run."""
        self.read.add(self.number((owner, "")))
        return owner in self._carriers

    def told(self, key: tuple[object, str]) -> bool:
        """Whether a place holds request data, text only where methods decode it."""
        return any(t.level != "text" or key[0] in self._decoding for t in taints(self.attributes[key]))

    def holds(self, owner: object, name: str) -> bool:
        """Whether request data was put into an attribute."""
        return any(taints(self.attributes.get((owner, name), NONE)))

    def filled(self, value: Value, function: str) -> bool:
        """Whether a value is the path of a file or folder with request data in it. Constructors keep what holds one."""
        atoms = locs(value) if function == "__init__" else value
        return any(isinstance(a, Loc) and a.site in self.contents for a in atoms)

    def held(self, value: Value) -> Value:
        """What the files and buffers named by a value hold of request data."""
        found = []
        for atom in value:
            sites = [atom] if isinstance(atom, Loc) else list(atom.locs) if isinstance(atom, Handle) else []
            for loc in sites:
                if loc.site in (self.contents if loc.exact else self._folders):
                    found.append(self.contents[loc.site])
                else:
                    self.read.add(self.number(loc.site if loc.exact else ("folder", loc.site)))
            if isinstance(atom, Taint) and atom.level == "copy":
                found.append(Taint("content", "", atom.origin, atom.via))
        return frozenset(found)
