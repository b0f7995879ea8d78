"""The baseline: findings that were there already, by id; a sorted array with one entry a line, made for merging."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from statelint.config import ConfigError
from statelint.findings import Finding


class Entry(NamedTuple):
    """One known finding: its id, the rule's code and the object's name, and a reason where somebody gave one."""

    id: str
    rule: str
    object: str
    reason: str = ""


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    rule: str
    object: str
    reason: str = ""


def load(file: Path) -> dict[str, Entry] | None:
    """The entries of a baseline by id; None where there is no file. Raises ConfigError for a file that is none."""
    try:
        rows = msgspec.json.decode(file.read_bytes(), type=list[_Row])
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{file.name}: not a baseline: {error}") from error
    return {row.id: Entry(row.id, row.rule, row.object, row.reason) for row in rows}


def render(entries: Iterable[Entry]) -> str:
    """The text of a baseline: no totals, lines or dates, so that two branches merge."""
    rows = []
    for entry in sorted(set(entries)):
        row = {"id": entry.id, "rule": entry.rule, "object": entry.object}
        rows.append(json.dumps({**row, "reason": entry.reason} if entry.reason else row, ensure_ascii=False))
    return "[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n"


def entry(finding: Finding) -> Entry:
    """The entry that makes a finding a known one."""
    return Entry(finding.id, finding.rule.code, finding.subject.name)


def pruned(known: Mapping[str, Entry], findings: Iterable[Finding]) -> list[Entry]:
    """The entries that still have a finding."""
    alive = {finding.id for finding in findings}
    return [row for row in known.values() if row.id in alive]
