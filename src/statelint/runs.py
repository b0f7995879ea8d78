"""Whole reports by what they depend on, so that a run in which nothing has changed reads and hashes, no more."""

from __future__ import annotations

import enum
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from statelint.cache import open_store, plain
from statelint.discover import Source
from statelint.findings import Confidence, Finding, Report, Rule, Severity
from statelint.shipped import rules_folder
from statelint.stamps import USABLE, Stamp, Stamps

MOST_RUNS = 96
"""Entries that are kept: three a run, its report, its sources and their stamps."""
PROGRAM = (".py", ".yaml", ".j2", ".html", ".css")
"""How the files end that what we say depends on."""


def program() -> bytes:
    """What stands for this program as installed, its rules included: the state of all its files."""
    digest = hashlib.blake2b(digest_size=20)
    for folder in (Path(__file__).parent, rules_folder()):
        for name, state in sorted(_states(str(folder))):
            digest.update(f"{name.removeprefix(str(folder))}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.digest()


def _states(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The files below a folder that make the program, by path."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(PROGRAM):
                yield entry.path, entry.stat()
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _states(entry.path)


def run_key(parts: Iterable[bytes], above: bytes | None = None) -> bytes:
    """The name of a run: everything that its report depends on, in a fixed order. What is in `above` counts too, by
    default the program itself."""
    digest = hashlib.blake2b(program() if above is None else above, digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """A report whose findings say by code alone which rule they are of, since rules are large; and these rules."""

    rules: tuple[Rule, ...]
    report: Report


def _packed(report: Report) -> _Kept:
    rules = {f.rule.code: f.rule for f in (*report.findings, *report.silenced)}
    return _Kept(tuple(rules.values()), _with_rules(report, {code: _only_named(code) for code in rules}))


def _unpacked(kept: _Kept) -> Report:
    return _with_rules(kept.report, {rule.code: rule for rule in kept.rules})


def _with_rules(report: Report, rules: Mapping[str, Rule]) -> Report:
    def with_rule(finding: Finding) -> Finding:
        return replace(finding, rule=rules[finding.rule.code])

    found, silenced = tuple(map(with_rule, report.findings)), tuple(map(with_rule, report.silenced))
    return replace(report, findings=found, silenced=silenced)


def _only_named(code: str) -> Rule:
    return Rule(code, "", "", Severity.NOTE, Confidence.LOW, "", "", {}, "", "", "", ())


class Use(enum.Enum):
    """What became of a source: left out, passed over by the sieve, or read."""

    LEFT = 0
    PASSED = 1
    READ = 2


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one source of a run: the name of what it holds, how it was used, its lines if that counts, which
    modules that are set apart it imports, and whether it addresses this program."""

    name: bytes
    kind: str
    part: str
    use: Use
    lines: int
    imported: tuple[bytes, ...]
    addressed: bool


class Before(msgspec.Struct, frozen=True, array_like=True):
    """The last run at some place: the name of its report, the day if that counts for it, and its sources by path."""

    report: bytes
    day: str
    sources: dict[str, Seen]


class Outcome(NamedTuple):
    """What came of a run: the report, what is known of its sources, and whether the day counts for it."""

    report: Report
    sources: dict[str, Seen]
    dated: bool


class Runs:
    """The store of reports, and of what the last run at each place was. `folder` None keeps nothing."""

    def __init__(self, folder: Path | None, today: date) -> None:
        self._connection = open_store(folder, "runs") if folder is not None else None
        self._day = today.isoformat()

    def get(self, name: bytes) -> Report | None:
        """The report of a run of these stakes that still holds today; None when none is known, or it is damaged."""
        return self._report(name) or self._report(self._of_today(name))

    def last(self, place: bytes) -> tuple[Before, Report] | None:
        """What the last run at a place was, if its report still holds today."""
        try:
            value = self._value(place)
            before = msgspec.msgpack.decode(value, type=Before) if value else None
        except (msgspec.MsgspecError, TypeError, ValueError):
            return None
        report = self._report(before.report) if before and before.day in ("", self._day) else None
        return (before, report) if before and report else None

    def put(self, name: bytes, place: bytes, outcome: Outcome) -> None:
        """Keep what came of a run, and of what is older only the latest."""
        day = self._day if outcome.dated else ""
        name = self._of_today(name) if outcome.dated else name
        self._put(name, _packed(outcome.report))
        self._put(place, Before(name, day, outcome.sources))

    def stamps(self, root: Path) -> Stamps | None:
        """The stamps of the files below a root; None where stamps are not to be had or kept."""
        if self._connection is None or not USABLE:
            return None
        try:
            value = self._value(run_key([b"stamps", os.fsencode(root)]))
            return Stamps(msgspec.msgpack.decode(value, type=dict[str, Stamp]) if value else {})
        except (msgspec.MsgspecError, TypeError, ValueError):
            return Stamps({})

    def keep_stamps(self, root: Path, stamps: Stamps, sources: Iterable[Source]) -> None:
        """Keep the stamps of some sources, where there is anything new about them."""
        if stamps.more:
            known = {path: stamps.known[path] for path, *_ in sources if path in stamps.known}
            self._put(run_key([b"stamps", os.fsencode(root)]), known)

    def _of_today(self, name: bytes) -> bytes:
        return run_key([self._day.encode()], name)

    def _report(self, name: bytes) -> Report | None:
        try:
            value = self._value(name)
            return _unpacked(msgspec.msgpack.decode(value, type=_Kept)) if value else None
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError):
            return None

    def _value(self, name: bytes) -> bytes | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("select value from facts where key = ?", (name,)).fetchone()
        except sqlite3.Error:
            return None
        return row[0] if row else None

    def _put(self, name: bytes, value: object) -> None:
        if self._connection is None:
            return
        with suppress(sqlite3.Error, TypeError, NotImplementedError, ValueError), self._connection:
            text = msgspec.msgpack.encode(value, enc_hook=plain)
            self._connection.execute("insert or replace into facts values (?, ?)", (name, text))
            self._connection.execute(f"delete from facts where rowid <= (select max(rowid) from facts) - {MOST_RUNS}")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
