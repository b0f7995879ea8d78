"""Tests of house rules: small projects beside a rule whose comments say what must be found in them.

`RULES/<rule name>/bad/<project>` and `good/<project>`, where a project is a folder or one file. A comment
`# expect: CODE` stands on the line of a finding (`# expect-arguable:` where only `--pedantic` shows it). A bad project
must expect its rule; every project must give exactly what its comments say about the rules under test.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from statelint.config import Config
from statelint.findings import Report, Rule, Verdict
from statelint.rules import load_rules
from statelint.run import Way, run

COMMENT = re.compile(r"(?:#|//|;|<!--)\s*expect(?P<arguable>-arguable)?:\s*(?P<names>[\w-]+(?:\s*,\s*[\w-]+)*)")
KINDS = ("bad", "good")


class Case(NamedTuple):
    """One project beside a rule."""

    rule: str
    kind: str
    path: Path


class Row(NamedTuple):
    """One finding, expected or made; `name` is the rule's code."""

    path: str
    line: int
    name: str
    arguable: bool

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name}{' (arguable)' if self.arguable else ''}"


class Outcome(NamedTuple):
    """What went wrong in one case; nothing when it passes."""

    case: Case
    faults: tuple[str, ...]


def cases(folder: Path) -> Iterator[Case]:
    """The projects beside the rules of a folder, in order."""
    for kind_folder in sorted(p for kind in KINDS for p in folder.glob(f"*/{kind}") if p.is_dir()):
        for path in sorted(kind_folder.iterdir()):
            if not path.name.startswith((".", "__")):
                yield Case(kind_folder.parent.name, kind_folder.name, path)


def untested(folder: Path) -> Iterator[str]:
    """Rules of a folder that lack a bad or a good project."""
    present = {(case.rule, case.kind) for case in cases(folder)}
    for rule in _house(folder):
        for kind in KINDS:
            if not {(rule.name, kind), (rule.code, kind)} & present:
                yield f"{rule.code} ({rule.name}) has no {kind} project in {rule.name}/{kind}/"


def check(folder: Path, case: Case) -> Outcome:
    """Analyse one case with the rules of the folder alone."""
    rules = _house(folder)
    codes = {word: rule.code for rule in rules for word in (rule.code, rule.name)}
    if case.path.is_dir():
        return Outcome(case, tuple(_faults(case, case.path, folder, codes)))
    with tempfile.TemporaryDirectory() as spare:
        shutil.copy(case.path, spare)
        return Outcome(case, tuple(_faults(case, Path(spare), folder, codes)))


def _house(folder: Path) -> tuple[Rule, ...]:
    ours = {rule.code for rule in load_rules()}
    return tuple(rule for rule in load_rules(house=(folder.resolve(),)) if rule.code not in ours)


def _faults(case: Case, root: Path, folder: Path, codes: dict[str, str]) -> Iterator[str]:
    if case.rule not in codes:
        yield f"no rule `{case.rule}` in {folder.name}"
        return
    config = Config(rules=(str(folder.resolve()),), select=tuple(sorted(set(codes.values()))), pedantic=True)
    expected, unknown = _expected(root, codes)
    yield from (f"{place}: no rule `{name}` here to expect" for place, name in unknown)
    if case.kind == "bad" and codes[case.rule] not in {row.name for row in expected}:
        yield f"no comment expects {codes[case.rule]}"
    found = Counter(_made(run(root, config, Way(use_cache=False))))
    yield from (f"not found: {row}" for row in sorted((Counter(expected) - found).elements()))
    yield from (f"unexpected: {row}" for row in sorted((found - Counter(expected)).elements()))


def _made(report: Report) -> list[Row]:
    return [Row(f.span.path, f.span.line, f.rule.code, f.verdict is Verdict.ARGUABLE) for f in report.findings]


def _expected(root: Path, codes: dict[str, str]) -> tuple[list[Row], Sequence[tuple[str, str]]]:
    rows: list[Row] = []
    unknown: list[tuple[str, str]] = []
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink()):
        place = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_bytes().decode(errors="replace").split("\n"), 1):
            for comment in COMMENT.finditer(line):
                for name in re.split(r"\s*,\s*", comment["names"]):
                    if name in codes:
                        rows.append(Row(place, number, codes[name], bool(comment["arguable"])))
                    else:
                        unknown.append((f"{place}:{number}", name))
    return rows, unknown
