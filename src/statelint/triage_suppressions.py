"""Suppression comments: what they say, which findings they silence, and what is wrong with them.

comment = "statelint:" verb "[" id {"," id} "]" {key=value} ["--" reason]      verb = ignore | ignore-file | expect
key     = until (ISO date) | owner | ticket
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from statelint.config import nearest
from statelint.facts import Comment, Facts
from statelint.findings import Rule, Spoken, Step
from statelint.spans import Place, Span

VERBS = ("ignore", "ignore-file", "expect")
KEYS = ("until", "owner", "ticket")
SHAPE = re.compile(
    r"\s*(?P<verb>[\w-]*)\s*(?P<ids>\[[^\]]*\])?(?P<rest>.*?)(?:\s--(?:\s+(?P<reason>.*))?)?\s*", re.DOTALL
)
ADDRESSED = re.compile(r"(?:#|//|/\*|<!--)\s*statelint:\s*(?:ignore|ignore-file|expect)\s*\[[\w ,-]+\][^\n]*")


class Complaint(NamedTuple):
    """Something wrong with a comment: the rule that reports it, and what is wrong."""

    code: str
    span: Span
    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class Directive:
    """One comment that could be read. `first` and `last` are the lines that it covers, all for a whole file."""

    span: Span
    verb: str
    ids: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
    first: int = 0
    last: int = 0
    text: str = ""

    def names(self, rule: Rule) -> bool:
        """Whether the comment names a rule, by code or by name."""
        return rule.code in self.ids or rule.name in self.ids

    def covers(self, span: Span) -> bool:
        """Whether a place is on the lines that the comment speaks for."""
        if span.path != self.span.path:
            return False
        return self.verb == "ignore-file" or (span.line <= self.last and span.end_line >= self.first)

    def expired(self, today: dt.date) -> bool:
        """Whether `until` has passed: the day itself still counts."""
        return "until" in self.keys and dt.date.fromisoformat(self.keys["until"]) < today


def read(path: str, comment: Comment) -> Directive | Complaint:
    """What a comment says, or why nobody can tell."""
    span = Span.at(path, comment.at)
    said = SHAPE.fullmatch(comment.text)
    verb = said["verb"] if said else ""
    if said is None or verb not in VERBS:
        return Complaint("SL903", span, comment.text, f"unknown verb `{verb}`{nearest(verb, VERBS)}")
    ids = tuple(word.strip() for word in (said["ids"] or "[]")[1:-1].split(",") if word.strip())
    if not ids:
        return Complaint("SL903", span, comment.text, f"name the rules: `{verb}[SL101]`; there is no blanket ignore")
    keys: dict[str, str] = {}
    for word in said["rest"].split():
        key, equals, value = word.partition("=")
        if not equals or not value:
            return Complaint("SL903", span, comment.text, f"`{word}` is no key=value; a reason stands after ` -- `")
        if key not in KEYS:
            return Complaint("SL903", span, comment.text, f"unknown key `{key}`{nearest(key, KEYS)}")
        keys[key] = value
    if "until" in keys and not _is_date(keys["until"]):
        return Complaint("SL903", span, comment.text, f"`until={keys['until']}` is no date such as 2027-03-01")
    first, last = comment.covers
    reason = (said["reason"] or "").strip().removesuffix("*/").removesuffix("-->").strip()
    return Directive(span, verb, ids, MappingProxyType(keys), reason, first, last, comment.text.strip())


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def read_all(facts: Mapping[str, Facts]) -> tuple[list[Directive], list[Complaint]]:
    """All comments of a project, by place."""
    directives: list[Directive] = []
    complaints: list[Complaint] = []
    for path in sorted(facts):
        for comment in facts[path].comments:
            said = read(path, comment)
            if isinstance(said, Directive):
                directives.append(said)
            else:
                complaints.append(said)
    return directives, complaints


class Comments:
    """The comments of a project at work. Remembers which were used; `today` decides about expiry."""

    def __init__(self, facts: Mapping[str, Facts], today: dt.date) -> None:
        self.directives, self.complaints = read_all(facts)
        self._today = today
        self._used: set[Span] = set()
        self._by_path: dict[str, list[Directive]] = {}
        for directive in self.directives:
            self._by_path.setdefault(directive.span.path, []).append(directive)

    def used(self, directive: Directive) -> bool:
        """Whether a finding or one of its steps was silenced by it."""
        return directive.span in self._used

    def spoken(self) -> tuple[Spoken, ...]:
        """All comments that could be read, with what became of them."""
        return tuple(
            Spoken(d.span, d.verb, d.ids, d.keys, d.reason, self._state(d))
            for d in sorted(self.directives, key=lambda d: d.span)
        )

    def _state(self, directive: Directive) -> str:
        if directive.expired(self._today):
            return "expired"
        return "used" if self.used(directive) else "unused"

    def on(self, rule: Rule, span: Span) -> Directive | None:
        """The comment that silences a rule at a place; an expired one counts as used but silences nothing."""
        found = None
        for directive in self._by_path.get(span.path, ()):
            if directive.names(rule) and directive.covers(span):
                self._used.add(directive.span)
                if directive.verb != "expect" and not directive.expired(self._today):
                    found = found or directive
        return found

    def left(self, rule: Rule, ways: Sequence[tuple[Step, ...]]) -> list[tuple[Step, ...]]:
        """The ways (a write and the calls from an entry to it) on which no comment stands."""
        return [way for way in ways if not any(self.on(rule, step.span) for step in way)]

    def faults(self, rules: Iterable[Rule], selected: Iterable[Rule], policy: Policy) -> Iterator[Complaint]:
        """What is wrong with the comments, once all findings have been asked for."""
        known = {name for rule in rules for name in (rule.code, rule.name)}
        active = {name for rule in selected for name in (rule.code, rule.name)}
        yield from self.complaints
        for d in self.directives:
            unknown = [name for name in d.ids if name not in known]
            for name in unknown:
                yield Complaint("SL902", d.span, d.text, f"no rule `{name}`{nearest(name, sorted(known))}")
            yield from self._stale(d, policy)
            if not unknown and not self.used(d) and all(name in active for name in d.ids):
                unmet = d.verb == "expect"
                what = "is not found here" if unmet else "has nothing to silence here"
                yield Complaint("SL907" if unmet else "SL901", d.span, d.text, f"{', '.join(d.ids)} {what}")

    def _stale(self, d: Directive, policy: Policy) -> Iterator[Complaint]:
        if not d.reason and policy.require_reason and d.verb != "expect":
            yield Complaint("SL904", d.span, d.text, "say why after ` -- `")
        if d.expired(self._today):
            yield Complaint("SL905", d.span, d.text, f"it held until {d.keys['until']}")
        elif policy.longest_days and d.verb != "expect":
            until = d.keys.get("until")
            limit = self._today + dt.timedelta(days=policy.longest_days)
            if until is None or dt.date.fromisoformat(until) > limit:
                yield Complaint("SL903", d.span, d.text, f"give `until=` a date within {policy.longest_days} days")


class Policy(NamedTuple):
    """What the configuration asks of comments."""

    require_reason: bool = True
    longest_days: int = 0


def inside_strings(path: str, text: str, facts: Facts) -> Iterator[Complaint]:
    """What looks like a comment to statelint, but stands inside a string and does nothing."""
    if "statelint:" not in text:
        return
    real = {comment.at.line for comment in facts.comments}
    for number, line in enumerate(text.splitlines(), 1):
        found = ADDRESSED.search(line)
        if found and number not in real:
            place = Place(number, found.start() + 1, number, found.end() + 1)
            shown = found.group().partition("statelint:")[2].strip()
            yield Complaint("SL906", Span.at(path, place), shown, "it is text, and silences nothing")
