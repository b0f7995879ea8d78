"""What of the run before still holds: its whole report, where what was edited since says the same as before.

A report follows from facts, and from the texts that its findings point at. So an edit that changes no fact, such as one
of a comment, changes nothing but these texts, and the lines where it adds or takes away some; nor does one of a file
that cannot matter, neither before nor after it. Whatever is not plainly of this kind is analysed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from statelint.cache import Cache
from statelint.contents import Content, Named
from statelint.discover import Source
from statelint.facts import decoder, encode
from statelint.findings import Report, Rule
from statelint.gather import gather
from statelint.moved import Moves, is_still, moved, with_lines
from statelint.runs import Before, Outcome, Seen, Use
from statelint.sieve import Sieve, sifted_kinds
from statelint.sift import REPORT, Left, imported_of, is_apart, names_apart
from statelint.triage import decoded

MOST = 100
"""Files that were edited, from which on nobody asks whether they say the same."""
UNREADABLE = b"!"
"""How the name begins of what could not be read."""
ADDRESSED = b"statelint:"
"""What stands in texts that are read beside the facts."""


def seen(contents: Sequence[Content], kept: Sequence[Content], left: Left) -> dict[str, Seen]:
    """What is to be known of the sources of a run, by path: `kept` are those that could matter, as they were read."""
    read = {c.source.path: c for c in kept}
    found = {}
    for c in contents:
        path = c.source.path
        use = Use.LEFT if path not in read else Use.PASSED if read[path].unreadable != c.unreadable else Use.READ
        imported = tuple(sorted(left.imported.get(path, ())))
        lines = c.content.count(b"\n") if use is not Use.LEFT else 0
        found[path] = Seen(_name(c), c.source.kind, c.source.part, use, lines, imported, ADDRESSED in c.content)
    return found


def _name(content: Content | Named) -> bytes:
    """What a source holds, or why it cannot be read."""
    return content.name if content.unreadable is None else UNREADABLE + encode(content.unreadable)


def renewed(
    last: tuple[Before, Report],
    named: Sequence[Named],
    read: Callable[[Source], Content],
    cache: Cache,
    rules: Callable[[], Sequence[Rule]],
) -> Outcome | None:
    """The outcome of the run before with the texts of now; None where it may not hold any more. Only what was edited is
    read."""
    before, report = last
    was = before.sources
    if list(was) != [n.source.path for n in named]:
        return None
    pairs = [(n, was[n.source.path]) for n in named]
    if any((n.source.kind, n.source.part) != (old.kind, old.part) for n, old in pairs):
        return None
    others = [(n, old) for n, old in pairs if _name(n) != old.name]
    if len(others) > MOST or any(n.unreadable for n, _ in others):
        return None
    edited = [(read(n.source), old) for n, old in others]
    if any(c.name != n.name for (c, _), (n, _) in zip(edited, others, strict=True)):
        return None  # edited again since
    judge = _Judge(report, named, rules)
    moves = _moves(edited, cache) if all(judge.same(c, old) for c, old in edited) else None
    if moves is None:
        return None
    try:
        report = with_lines(report, moves)
    except LookupError:
        return None
    now = {c.source.path: _after(c, old) for c, old in edited}
    texts = {path: decoded(c.content) for c, _ in edited if (path := c.source.path) in report.sources}
    lines = report.lines + sum(row.lines - was[path].lines for path, row in now.items())
    report = replace(report, lines=lines, sources={**report.sources, **texts})
    return Outcome(report, {**was, **now}, bool(before.day))


def _after(content: Content, old: Seen) -> Seen:
    lines = content.content.count(b"\n") if old.use is not Use.LEFT else 0
    return replace(old, name=_name(content), lines=lines)


class _Judge:
    """Whether edited files are used as they were, and only their facts count for the report."""

    def __init__(self, report: Report, named: Sequence[Named], rules: Callable[[], Sequence[Rule]]) -> None:
        self._kinds = sifted_kinds(n.source for n in named)
        self._apart = names_apart(n.source for n in named)
        self._mended = {f.span.path for f in (*report.findings, *report.silenced) if f.rule.fix}
        """Paths of findings whose edits were planned in the text."""
        self._rules = rules
        self._sieve: Sieve | None = None

    def same(self, content: Content, old: Seen) -> bool:
        """The same for one file. What addresses this program is read as text, and so is what fixes are planned in."""
        text = content.content
        if content.unreadable or old.name.startswith(UNREADABLE) or old.addressed or ADDRESSED in text:
            return False
        if REPORT.match(text):
            return False
        if old.use is Use.LEFT:
            return is_apart(content.source)  # nothing imports it, whatever it holds
        if content.source.kind == "python" and imported_of(text, self._apart) != frozenset(old.imported):
            return False
        use = Use.READ if content.source.kind not in self._kinds or self._keeps(content) else Use.PASSED
        return use is old.use and content.source.path not in self._mended

    def _keeps(self, content: Content) -> bool:
        self._sieve = self._sieve or Sieve(self._rules())
        return self._sieve.keeps(content)


def _moves(edited: Sequence[tuple[Content, Seen]], cache: Cache) -> Moves | None:
    """Where the lines of the edited files that are read stand now; None where one says something else than before."""
    read = [(content, old.name) for content, old in edited if old.use is Use.READ]
    known = cache.get(name for _, name in read)
    if any(name not in known for _, name in read):
        return None
    facts = gather([content for content, _ in read], cache, 1)
    decode = decoder().decode
    moves = {}
    for content, name in read:
        path = content.source.path
        try:
            lines = moved(decode(known[name]), facts[path])
        except msgspec.MsgspecError:  # damaged
            return None
        if lines is None:
            return None
        if not is_still(lines):
            moves[path] = lines
    return moves
