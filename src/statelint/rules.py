"""Rules from data: every YAML file in a family folder below `rules/` is one rule.

Keys: `code` (SL101), `name` (reads well after "allow"), `category`, `severity`, `confidence`, `since`, `check` (a
module of `statelint.checks`), `with` (the check's parameters), `summary`, `message`, `why`, `help` (with the `{words}`
that the check declares), `replace` (replacement templates, in the order to try them), `fix` (name, and when it is
safe), `fine_when`, `gaps`, `links`, `preview`, `example` (a file with one finding, and the same file mended). An
unknown key is refused with the nearest known one; `why` and `replace` are required.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from statelint.config import nearest
from statelint.findings import CATEGORIES, Confidence, Example, Remedy, Rule, Severity
from statelint.safe_yaml import load
from statelint.shipped import rules_folder

NOT_FAMILIES = frozenset({"knowledge", "replacements"})


class RuleError(ValueError):
    """A rule file that cannot be used, or a rule name that nobody knows; says which and what was meant."""


class _File(msgspec.Struct, forbid_unknown_fields=True, rename={"parameters": "with"}):
    code: str
    name: str
    category: str
    severity: Severity
    since: str
    check: str
    summary: str
    message: str
    why: str
    replace: tuple[str, ...]
    confidence: Confidence = Confidence.HIGH
    parameters: dict[str, Any] = {}
    help: str = ""
    fix: Remedy | None = None
    fine_when: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    preview: bool = False
    example: Example | None = None


KEYS = tuple("with" if key == "parameters" else key for key in _File.__struct_fields__)


def parse_rule(text: bytes, file: str) -> Rule:
    """One rule from the text of its file. Raises RuleError."""
    try:
        row = msgspec.convert(load(text), _File)
    except msgspec.ValidationError as error:
        unknown = str(error).partition("unknown field `")[2].partition("`")[0]
        raise RuleError(f"{file}: {error}{nearest(unknown, KEYS) if unknown else ''}") from error
    if row.category not in CATEGORIES and row.category != "statelint":
        raise RuleError(f"{file}: unknown category `{row.category}`{nearest(row.category, CATEGORIES)}")
    fields = {key: getattr(row, key) for key in _File.__struct_fields__}
    return Rule(**{**fields, "parameters": MappingProxyType(row.parameters)})


def _read(folder: Path) -> Iterator[Rule]:
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]):
        if path.parent.name not in NOT_FAMILIES:
            yield parse_rule(path.read_bytes(), f"{path.parent.name}/{path.name}")


@lru_cache(maxsize=4)
def load_rules(folder: Path | None = None, house: tuple[Path, ...] = ()) -> tuple[Rule, ...]:
    """All rules of a folder (by default our own) and of the folders of a house, by code.

    Raises RuleError, also when two rules share a code or a name.
    """
    folders = (folder or rules_folder(), *house)
    if missing := next((f for f in folders if not f.is_dir()), None):
        raise RuleError(f"no folder of rules: {missing}")
    rules = tuple(sorted((rule for f in folders for rule in _read(f)), key=lambda rule: rule.code))
    for key in ("code", "name"):
        seen: set[str] = set()
        for rule in rules:
            value = getattr(rule, key)
            if value in seen:
                raise RuleError(f"two rules have the {key} `{value}`")
            seen.add(value)
    return rules


def matches(rule: Rule, selector: str) -> bool:
    """Whether a selector names a rule: its code, its name, a prefix of its code, `cat:` and a category, or ALL."""
    if selector == "ALL" or selector in (rule.code, rule.name) or selector == f"cat:{rule.category}":
        return True
    return selector.startswith("SL") and len(selector) < len(rule.code) and rule.code.startswith(selector)


def unknown_selector(rules: Iterable[Rule], selector: str) -> str | None:
    """A message for a selector that names no rule, with the nearest known one; None for a good one."""
    rules = tuple(rules)
    if any(matches(rule, selector) for rule in rules):
        return None
    known = [name for rule in rules for name in (rule.code, rule.name, f"cat:{rule.category}")]
    return f"no rule `{selector}`{nearest(selector, known)}"
