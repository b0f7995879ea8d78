"""Pages of rules, rendered from the rules' own data: for the terminal, for the documentation, and as values."""

from __future__ import annotations

import textwrap
from typing import Any

from statelint.findings import Rule

WIDTH = 96


def text(rule: Rule) -> str:
    """The page as plain text."""
    parts = [f"{rule.code}  {rule.name}", f"category {rule.category}, severity {rule.severity.value}, confidence "
             f"{rule.confidence.value}, since {rule.since}", "", *_wrapped(rule.summary)]  # fmt: skip
    for title, lines in _sections(rule):
        parts += ["", title, *(row for line in lines for row in _wrapped(line, "  "))]
    return "\n".join(parts) + "\n"


def markdown(rule: Rule) -> str:
    """The page for the documentation."""
    facts = f"Category `{rule.category}`, severity {rule.severity.value}, confidence {rule.confidence.value}"
    parts = [f"# {rule.name} ({rule.code})", rule.summary, f"{facts}, since {rule.since}."]
    for title, lines in _sections(rule):
        listed = title in ("When it is fine", "Known gaps", "Links")
        parts += [f"## {title}", "\n".join(f"- {line}" for line in lines) if listed else "\n\n".join(lines)]
    parts += [f"## How to silence it\n\n```python\nVALUE = {{}}  # statelint: ignore[{rule.code}] -- the reason\n```"]
    return "\n\n".join(parts) + "\n"


def as_json(rule: Rule) -> dict[str, Any]:
    """The rule as values, with the keys of its file."""
    return {
        "code": rule.code,
        "name": rule.name,
        "category": rule.category,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "since": rule.since,
        "summary": rule.summary,
        "message": rule.message,
        "why": " ".join(rule.why.split()),
        "help": rule.help,
        "replace": list(rule.replace),
        "fix": {"name": rule.fix.name, "safe": rule.fix.safe} if rule.fix else None,
        "fine_when": list(rule.fine_when),
        "gaps": list(rule.gaps),
        "links": list(rule.links),
        "preview": rule.preview,
    }


def _fix(rule: Rule) -> str:
    assert rule.fix is not None
    text = f"It mends plain settings by {rule.fix.name}."
    if not rule.fix.safe:
        return f"{text} That is not safe, so it needs --unsafe-fixes too."
    if rule.fix.hides:
        return f"{text} While the project has findings that this may hide, it needs --unsafe-fixes too."
    return text


def _sections(rule: Rule) -> list[tuple[str, tuple[str, ...]]]:
    found = [
        ("The two-replica story", (" ".join(rule.why.split()),)),
        ("What to use instead", (_sentence(rule.help),) if rule.help else ()),
        ("What --fix does", (_fix(rule),) if rule.fix else ()),
        ("When it is fine", rule.fine_when),
        ("Known gaps", rule.gaps),
        ("Links", rule.links),
    ]
    return [(title, lines) for title, lines in found if lines]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def _wrapped(line: str, indent: str = "") -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip
