"""Pages of rules, rendered from the rules' own data: for the terminal, for the documentation, and as values."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from statelint.findings import Rule
from statelint.shipped import rules_folder

WIDTH = 96
INSTEAD = "What to use instead"
LANGUAGES = {"py": "python", "yaml": "yaml", "tf": "hcl", "conf": "nginx"}


class Instead(NamedTuple):
    """One way to do without: what it is, for projects that use which libraries (none for all), how, at what cost."""

    title: str
    libraries: tuple[str, ...]
    snippet: str
    cost: str


def measured(rule: Rule) -> str:
    """How right the rule was on labelled applications, in a sentence; empty where it found nothing there. Not blind."""
    counts = json.loads((rules_folder() / "measured.json").read_text()).get(rule.code)
    if not counts:
        return ""
    return (
        f"On the labelled applications that it was developed with, {counts[0]} of its {counts[1]} findings are right."
    )


def text(rule: Rule, ways: Sequence[Instead] = ()) -> str:
    """The page as plain text; of the ways to do without, the first that needs no library."""
    parts = [f"{rule.code}  {rule.name}", f"category {rule.category}, severity {rule.severity.value}, confidence "
             f"{rule.confidence.value}, since {rule.since}", "", *_wrapped(rule.summary)]  # fmt: skip
    parts += _wrapped(measured(rule))
    if rule.example:
        parts += ["", f"Example ({rule.example.file})", *_indented(rule.example.bad)]
        parts += ["", "The same, mended", *_indented(rule.example.good)]
    for title, lines in _sections(rule):
        parts += ["", title, *(row for line in lines for row in _wrapped(line, "  "))]
        if title == INSTEAD:
            parts += [row for way in [w for w in ways if not w.libraries][:1] for row in ("", *_indented(way.snippet))]
    return "\n".join(parts) + "\n"


def _indented(code: str) -> list[str]:
    return [f"    {line}".rstrip() for line in code.rstrip().splitlines()]


def markdown(rule: Rule, ways: Sequence[Instead] = (), output: str = "") -> str:
    """The page for the documentation. `output` is what `check` says of the example."""
    facts = f"Category `{rule.category}`, severity {rule.severity.value}, confidence {rule.confidence.value}"
    facts = f"{facts}, since {rule.since}. {measured(rule)}".rstrip()
    parts = [f"# {rule.name} ({rule.code})", rule.summary, facts]
    for title, lines in _sections(rule):
        if title == INSTEAD:
            parts += _example(rule, output)
        listed = title in ("When it is fine", "Known gaps", "Links")
        parts += [f"## {title}", "\n".join(f"- {line}" for line in lines) if listed else "\n\n".join(lines)]
        if title == INSTEAD:
            parts += [part for way in ways for part in _way(way)]
    silenced = f"With `# statelint: ignore[{rule.code}] -- the reason` on its line or on the line above."
    parts += [f"## How to silence it\n\n{silenced}"] if rule.check else []
    return "\n\n".join(parts) + "\n"


def _example(rule: Rule, output: str) -> list[str]:
    if rule.example is None:
        return []
    language = LANGUAGES.get(rule.example.file.rpartition(".")[2], "")
    parts = [f"## Example\n\n`{rule.example.file}`:\n\n```{language}\n{rule.example.bad.rstrip()}\n```"]
    if output:
        parts.append(f"```text\n$ statelint check\n{output.rstrip()}\n```")
    return [*parts, f"The same, mended:\n\n```{language}\n{rule.example.good.rstrip()}\n```"]


def _way(way: Instead) -> list[str]:
    whom = f" ({', '.join(way.libraries)})" if way.libraries else ""
    language = "python" if "import " in way.snippet or " = " in way.snippet else "text"
    cost = [f"Cost: {way.cost}."] if way.cost else []
    return [f"### {_sentence(way.title).rstrip('.')}{whom}", *cost, f"```{language}\n{way.snippet.rstrip()}\n```"]


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
        "example": msgspec.to_builtins(rule.example) if rule.example else None,
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
        (INSTEAD, (_sentence(rule.help),) if rule.help else ()),
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
