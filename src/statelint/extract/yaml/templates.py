"""Template languages around YAML, masked so that a YAML parser can read the rest: every line stays where it was.

Actions on a line of their own become blank lines, and the lines between `if` and `end` are noted as guarded; an
expression inside a line becomes a placeholder that no setting's value equals.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PLACEHOLDER = "\ufffdtemplate\ufffd"
NAMED = re.compile(r"\ufffdtemplate\ufffd(?P<name>\.[\w.-]+)\ufffd")
"""A placeholder that says which value of the chart stands there."""
VALUE = re.compile(r"^[-\s]*(?P<name>\.Values(?:\.[\w-]+)+)(?:\s*\|\s*(?:quote|squote|toString|trim))*[-\s]*$")
ACTION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>", re.DOTALL)
MARK = re.compile(r"\{\{|\{%|<%")
OPENS = re.compile(r"^[-\s]*(?:if|with|range|for|define|block)\b")
CLOSES = re.compile(r"^[-\s]*(?:end|endif|endfor|endblock)\b")
QUIET = re.compile(
    r"^[-\s]*(?:else|elif|include|template|toYaml|set|/\*|\$\w+\s*:?=|end|if|with|range|define|block|for)"
)


GUARD = re.compile(r"^[-\s]*(?:else\s+)?(?:if|with|range)\s+(?:and\s+)?(?P<names>(?:\.Values(?:\.[\w-]+)+[-\s]*)+)$")
"""A condition that holds where some values of the chart are set to something."""
ELSE = re.compile(r"^[-\s]*(?:else|elif)\b")
Guards = tuple[tuple[int, int, str], ...]


class Masked(NamedTuple):
    text: str
    guarded: frozenset[int]
    """Lines (from 1) that a condition or a loop surrounds."""
    guards: Guards
    """First and last line of what is there only where a value of the chart is set, and that value's name."""


def is_template(text: str) -> bool:
    """Whether a text holds actions of a template language."""
    return MARK.search(text) is not None


def mask(text: str) -> Masked:
    """The text with every action masked, and the lines that an action guards."""
    depth = 0
    guarded: set[int] = set()
    opened: list[tuple[int, list[str]]] = []
    guards: list[tuple[int, int, str]] = []
    line = 1
    pieces: list[str] = []
    position = 0
    for action in ACTION.finditer(text):
        before = text[position : action.start()]
        for _ in range(before.count("\n")):
            if depth:
                guarded.add(line)
            line += 1
        pieces.append(before)
        body = action.group()[2:-2]
        if (CLOSES.match(body) or ELSE.match(body)) and opened:
            first, names = opened.pop()
            guards += [(first, line, name) for name in names]
        if CLOSES.match(body):
            depth = max(0, depth - 1)
        elif OPENS.match(body):
            depth += 1
        if OPENS.match(body) or ELSE.match(body):
            guard = GUARD.match(body)
            opened.append((line, guard["names"].replace("-}", "").split() if guard else []))
        if depth:
            guarded.add(line)
        alone = _alone(text, action.start(), action.end())
        quiet = alone or QUIET.match(body) is not None or action.group().startswith(("{#", "{{/*", "{{- /*"))
        value = VALUE.match(body)
        shown = f"{PLACEHOLDER}{value['name']}\ufffd" if value else PLACEHOLDER
        pieces.append(("" if quiet else shown) + "\n" * action.group().count("\n"))
        line += action.group().count("\n")
        position = action.end()
    for _ in range(text.count("\n", position) + 1):
        if depth:
            guarded.add(line)
        line += 1
    pieces.append(text[position:])
    return Masked("".join(pieces), frozenset(guarded), tuple(guards))


def _alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else stands on the action's line."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    stop = text.find("\n", end)
    after = text[end : stop if stop != -1 else len(text)]
    return not before.strip() and not after.strip()
