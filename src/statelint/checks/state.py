"""Process memory written on the request path: one hit for each state object of the categories that the rule names.

Words: object, holds, writer, entry, kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.findings import Confidence, Hit, Role, Severity, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.kinds import holds
from statelint.project.state_objects import State
from statelint.project.story import way_in
from statelint.project.writes import Write

KINDS = {
    "module-variable": "module-level object, one per process",
    "class-attribute": "class attribute, one per process",
    "instance-attribute": "attribute of an object that lives as long as the process",
    "default-argument": "default argument, made once per process",
    "function-attribute": "function attribute, one per process",
    "closure-variable": "closure variable, one per process",
    "application-attribute": "attribute of the application object, one per process",
}

MOST_INNER = 6
"""Containers in the objects that another one keeps that a hit tells."""
MOST_WAYS = 50
"""Ways in that a hit tells; beyond it nobody reads them."""


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each state object whose category is `category`; arguable ones carry that verdict."""
    wanted = parameters.get("category")
    for state in project.states:
        if state.verdict is not Verdict.BENIGN and state.category == wanted:
            yield _hit(state, project)


def _hit(state: State, project: Project) -> Hit:
    home = state.home
    write = state.writes[0]
    entry = state.chain.entry.label if state.chain else ""
    also = len(state.also)
    parts = bool(also) and home.kind != "module-variable"  # else the object has a name of its own
    words = {
        "object": _several(home.short, also) if parts else home.short,
        "holds": holds(state.category, home.name.rpartition(".")[0] if state.whole else home.name),
        "writer": f"{write.scope.qualname}()",
        "entry": entry,
        "kind": KINDS[home.kind],
    }
    trace = [Step(home.span, Role.DEFINED, KINDS[home.kind])]
    trace += [Step(other.span, Role.RELATED, "an attribute of the same object") for other in state.also]
    trace += [Step(h.span, Role.RELATED, "changes in the objects that it keeps") for h in state.inner[:MOST_INNER]]
    where = project.homes.long_classes.get(home.scope) if home.kind == "instance-attribute" else None
    if where and where.path + str(where.line) != home.span.path + str(home.span.line):
        trace.append(Step(where, Role.RELATED, "the object that lives on is made here"))
    trace.append(Step(write.scope.span(write.at), Role.WRITTEN, f"{_verb(write)} by {write.scope.qualname}()"))
    if state.fallback:
        trace.append(Step(write.scope.span(write.at), Role.RELATED, "only where no shared store is configured"))
    trace += way_in(state.chain)
    ways = tuple(
        (Step(w.scope.span(w.at), Role.WRITTEN, f"{_verb(w)} by {w.scope.qualname}()"), *way_in(chain))
        for w in state.writes[:MOST_WAYS]
        for chain in [state.chain if w is write else project.reach.chain(w.scope)]
    )
    return Hit(
        subject=Subject(home.kind, home.name.rpartition(".")[0] if state.whole else home.name, home.span),
        words=MappingProxyType(words),
        trace=tuple(trace),
        verdict=state.verdict,
        severity=Severity.WARNING if state.fallback else None,
        confidence=Confidence.LOW if state.verdict is Verdict.ARGUABLE else state.confidence,
        more=MappingProxyType({"writes": len(state.writes) - 1, "entries": max(0, state.entries - 1)}),
        ways=ways,
    )


def _several(short: str, also: int) -> str:
    """`Account.name` with two other attributes of the same object: `Account (name and 2 more)`."""
    owner, _, attribute = short.rpartition(".")
    return f"{owner} ({attribute} and {also} more)" if owner else f"{short} and {also} more"


def _verb(write: Write) -> str:
    if write.how == "delete":
        return "deleted from"
    if write.how == "rebind":
        return "set"
    if write.how == "augment":
        return "counted up or extended"
    return "written"
