"""Two reports compared, before and after some fixes: what was to go must be gone, and nothing new may be there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from statelint.findings import Finding, Report

Key = tuple[str, str, str]
POSITION = re.compile(r"(?<=[.#])\d+(?=\.|$)")


def faults(before: Report, after: Report, fixed: Mapping[str, Iterable[Finding]]) -> dict[str, str]:
    """The files whose fixes do not do what they should, and why, by path.

    A finding that comes up in a file without a fix cannot be laid at one door, so then every file with one has a fault.
    """
    found: dict[str, str] = {}
    old, new = Counter(_keys(before)), Counter(_keys(after))
    wanted = {path: Counter(_key(finding) for finding in findings) for path, findings in fixed.items()}
    for path, keys in wanted.items():
        if any(new[key] > old[key] - number for key, number in keys.items()):
            found[path] = "the finding would stay"
    for code, path, name in new - old:
        _blame(found, wanted, path, f"{code} on {name} would come up")
    was = Counter((p.path, p.kind) for p in before.problems)
    for path, kind in Counter((p.path, p.kind) for p in after.problems) - was:
        _blame(found, wanted, path, f"it would not be readable any more ({kind})")
    return found


def _blame(found: dict[str, str], wanted: Mapping[str, object], path: str, reason: str) -> None:
    for one in [path] if path in wanted else wanted:
        found.setdefault(one, reason)


def _keys(report: Report) -> Iterator[Key]:
    for finding in (*report.findings, *report.silenced):
        yield _key(finding)


def _key(finding: Finding) -> Key:
    """What a finding is about, without positions in lists: an item that goes changes those of the items after it."""
    return finding.rule.code, finding.span.path, POSITION.sub("", finding.subject.name)
