"""The values that checks, triage, reports and fixes share: rules, hits, findings, problems, the report.

Everything here is frozen; nothing here reads a file or knows a framework.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from statelint.spans import Span


def _empty() -> Mapping[str, str]:
    return MappingProxyType({})


class Verdict(str, enum.Enum):
    """The three verdicts of the definition of accidental state."""

    DEFINITE = "definite"
    ARGUABLE = "arguable"
    BENIGN = "benign"


class Severity(str, enum.Enum):
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return ("note", "warning", "error").index(self.value)


class Confidence(str, enum.Enum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        return ("low", "medium", "high").index(self.value)


class Role(str, enum.Enum):
    """What a step of a trace stands for, in causal order."""

    DEFINED = "defined"
    SOURCE = "source"
    PASSED = "passed"
    WRITTEN = "written"
    CALLED = "called"
    ENTRY = "entry"
    DEPLOYED = "deployed"
    RELATED = "related"


CATEGORIES = (
    "cache",
    "session",
    "store",
    "counter",
    "realtime",
    "job",
    "secret",
    "lock",
    "global",
    "upload",
    "disk",
    "sticky",
    "volume",
)


class Step(NamedTuple):
    """One place of a trace: `note` says what happens there, in a few words, no full stop."""

    span: Span
    role: Role
    note: str


class Subject(msgspec.Struct, frozen=True, array_like=True):
    """What a finding is about: one state object or one setting.

    `kind` is e.g. `module-variable`, `class-attribute`, `instance-attribute`, `setting`, `yaml-key`, `call`.
    `name` is stable under edits and moves of unrelated code, e.g. `shop.cart:CARTS`, `shop.cart:Cart.items`,
    or for YAML `Service/shop/web#spec.sessionAffinity`; the finding's id is a hash of rule, kind and name.
    """

    kind: str
    name: str
    span: Span

    @property
    def short(self) -> str:
        return self.name.rpartition(":")[2]


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What mends a setting in its text, as data says it; one of the five, and what goes along with it.

    `delete` takes away the setting, or what holds it so many levels further up. `set` puts a value in the place of its
    own. `swap` replaces what a regular expression finds inside the value. `write` gives keys inside or beside the
    setting (dotted) a value. `read` puts an expression in the place of a call; `{NAME}` is the object's name.
    """

    delete: int | None = None
    set: str | None = None
    swap: dict[str, str] = {}
    write: dict[str, str] = {}
    read: dict[str, str] = {}
    along: tuple[str, ...] = ()
    """Globs on the keys beside the setting that mean nothing without it and are taken away with it."""


class Remedy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule says of its fixes: a few words, and when one is safe, which is to say changes no answer."""

    name: str
    safe: bool = False
    hides: tuple[str, ...] = ()
    """Categories: while the project has definite findings of these, what the fix takes away hides them."""
    edit: Edit | None = None
    """The edit where no row has one."""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file with one finding of a rule, and the same file mended."""

    file: str
    bad: str
    good: str
    also: tuple[str, ...] = ()
    """Codes of what cannot be had without it."""


class TextEdit(NamedTuple):
    """A piece of one source and the text that takes its place."""

    span: Span
    text: str


class Fix(msgspec.Struct, frozen=True, array_like=True):
    """How one finding is mended: first what its rule and row want, then, where the text is plain, the edits."""

    name: str
    safe: bool
    edit: Edit
    edits: tuple[TextEdit, ...] = ()
    note: str = ""
    """Why it is not safe here."""


class Rule(msgspec.Struct, frozen=True, array_like=True):
    """One rule as loaded from one YAML file below `rules/`."""

    code: str
    name: str
    category: str
    severity: Severity
    confidence: Confidence
    since: str
    check: str
    parameters: Mapping[str, object]
    summary: str
    message: str
    why: str
    replace: tuple[str, ...]
    help: str = ""
    fix: Remedy | None = None
    fine_when: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    preview: bool = False
    example: Example | None = None


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """What a check yields. `words` fill the `{placeholders}` of the rule's message, why and help."""

    subject: Subject
    words: Mapping[str, str] = msgspec.field(default_factory=_empty)
    trace: tuple[Step, ...] = ()
    verdict: Verdict = Verdict.DEFINITE
    confidence: Confidence | None = None
    severity: Severity | None = None
    more: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    """Counts of what the trace leaves out, e.g. `{"writes": 3, "entries": 2}`."""
    replace: tuple[str, ...] = ()
    """Replacement templates to try before the rule's own."""
    edit: Edit | None = None
    """What mends it in its text, where that is plain."""
    preview: bool = False
    """Whether it is reported only where findings that may still change are asked for."""
    ways: tuple[tuple[Step, ...], ...] = ()
    """Every way in (a write, the calls to it and its entry), the trace's own first; empty when the trace has all."""


class Replacement(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    title: str
    snippet: str


class Suppression(msgspec.Struct, frozen=True, array_like=True):
    """Why a finding is not shown: a comment, an entry of the configuration, a declaration, or the baseline."""

    kind: str
    reason: str = ""
    where: str = ""


class Spoken(NamedTuple):
    """A suppression comment that could be read; `state` is used, unused or expired."""

    span: Span
    verb: str
    ids: tuple[str, ...]
    keys: Mapping[str, str]
    reason: str
    state: str


class Finding(msgspec.Struct, frozen=True, array_like=True):
    id: str
    rule: Rule
    subject: Subject
    message: str
    why: str
    help: str
    verdict: Verdict
    severity: Severity
    confidence: Confidence
    trace: tuple[Step, ...]
    more: Mapping[str, int]
    replacement: Replacement | None = None
    suppressed: Suppression | None = None
    baseline: str = "new"
    ways: tuple[tuple[Step, ...], ...] = ()
    """Every way in, where the trace has only the most convincing one."""
    replace: tuple[str, ...] = ()
    """Replacement templates to try before the rule's own."""
    fix: Fix | None = None

    @property
    def span(self) -> Span:
        return self.subject.span

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of its place and of the steps of its trace, sorted."""
        return tuple(sorted({self.span.path, *(step.span.path for step in self.trace)}))


class Judged(NamedTuple):
    """One object or setting that was looked at, whatever became of it, with the reason for the verdict."""

    kind: str
    name: str
    span: Span
    category: str
    verdict: Verdict
    reason: str


class External(NamedTuple):
    """A store or broker that all replicas share: what it is, the call or setting that tells, and where."""

    what: str
    name: str
    span: Span


class Problem(NamedTuple):
    """Something about the input that could not be analysed, or an internal error in one file."""

    path: str
    line: int
    kind: str
    message: str


class Unshown(msgspec.Struct, frozen=True, array_like=True):
    """What is left of a finding that is not shown: why it is not, and the files of its place and of its steps."""

    reason: str
    paths: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, array_like=True):
    """The whole outcome of one run, the only thing that reporters and fixes see."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()
    files: int = 0
    lines: int = 0
    """Lines of these files."""
    entries: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    """Number of request-path entries by framework."""
    hidden: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    """Counts of what was left out and why: `arguable`, `suppressed`, `baseline`, `below-severity`, `outside-paths`."""
    unshown: tuple[Unshown, ...] = ()
    """Where those of them lie that can be told apart."""
    judged: tuple[Judged, ...] = ()
    """All objects that code changes after import, benign ones too, for the inventory."""
    external: tuple[External, ...] = ()
    """What the service keeps outside already."""
    comments: tuple[Spoken, ...] = ()
    """All suppression comments, by place."""
    silenced: tuple[Finding, ...] = ()
    """What comments, declarations, the configuration or the baseline keep out of `findings`."""
    sources: Mapping[str, str] = msgspec.field(default_factory=_empty)
    """Text of each source that a finding or a step points at, by path."""
