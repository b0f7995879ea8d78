"""Whole reports by what they depend on, so that a run in which nothing has changed reads and hashes, no more."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from statelint.cache import open_store, plain
from statelint.findings import Confidence, Finding, Report, Rule, Severity
from statelint.shipped import rules_folder

MOST_RUNS = 64
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


def run_key(parts: Iterable[bytes]) -> bytes:
    """The name of a whole run: everything that its report depends on, in a fixed order."""
    digest = hashlib.blake2b(program(), digest_size=20)
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


class Runs:
    """Whole reports by what they depend on, so that a run in which nothing has changed reads and hashes, no more."""

    def __init__(self, folder: Path | None) -> None:
        self._connection = open_store(folder, "runs") if folder is not None else None

    def get(self, name: bytes) -> Report | None:
        """The report of a run, None when it is not known or damaged."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("select value from facts where key = ?", (name,)).fetchone()
            return _unpacked(msgspec.msgpack.decode(row[0], type=_Kept)) if row else None
        except (sqlite3.Error, msgspec.MsgspecError, LookupError, TypeError, ValueError):
            return None

    def put(self, name: bytes, report: Report) -> None:
        """Keep a report, and of the older ones only the latest."""
        if self._connection is None:
            return
        with suppress(sqlite3.Error, TypeError, NotImplementedError, ValueError), self._connection:
            value = msgspec.msgpack.encode(_packed(report), enc_hook=plain)
            self._connection.execute("insert or replace into facts values (?, ?)", (name, value))
            self._connection.execute(f"delete from facts where rowid <= (select max(rowid) from facts) - {MOST_RUNS}")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
