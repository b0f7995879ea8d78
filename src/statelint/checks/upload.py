"""Request data that lands on the service's own disk, and settings that send it there.

Parameter `kinds` lists the kinds of landings, `shelves` those of settings. Words: object, data, how, writer, entry,
to, what, since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.flow.landings import Landed
from statelint.project.shelves import Shelved
from statelint.project.story import way_in

ASIDE = True
"""Following uploads is long work that asks for little of what other rules ask: worth a process of its own."""
SHOWN_SOURCES = 3
ARGUABLE = frozenset({"passing"})


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each sink expression and each setting of the kinds that the rule names."""
    kinds = cast("list[str]", parameters.get("kinds", []))
    shelves = cast("list[str]", parameters.get("shelves", []))
    if kinds:
        for landed in project.flows.landed:
            if landed.kind in kinds:
                yield _hit(landed, project)
    if shelves:
        for shelved in project.shelves.found:
            if shelved.kind in shelves:
                yield _setting(shelved)


def _hit(landed: Landed, project: Project) -> Hit:
    scope = landed.scope
    chain = project.reach.chain(scope)
    if chain is not None and chain.entry.scope in landed.spared:
        chain = project.reach.along([frame.scope for frame in landed.way]) or chain
    writer = f"{scope.qualname}()" if scope.qualname else "the module"
    name = ".".join(landed.via.removeprefix("file.").rsplit(".", 2)[-2:])
    words = {
        "object": name,
        "data": landed.origins[0].text if landed.origins else "a file",
        "how": f"`{name}()`",
        "writer": writer,
        "entry": chain.entry.label if chain else "",
        "to": landed.to,
        "what": "",
        "since": "",
    }
    trace = [Step(o.span, Role.SOURCE, f"{o.text}: data of the request") for o in landed.origins[:SHOWN_SOURCES]]
    trace += [Step(span, Role.PASSED, note) for span, note in landed.steps]
    if landed.opened is not None and landed.opened.line != landed.span.line:
        trace.append(Step(landed.opened, Role.RELATED, "opened here"))
    verb = "given away" if landed.kind == "handed" else "written"
    trace.append(Step(landed.span, Role.WRITTEN, f"{verb} by {writer}"))
    trace += [Step(span, Role.WRITTEN, "or written here") for span in landed.instead]
    trace += [
        Step(span, Role.RELATED, "files from there are given back here") for span in landed.served[:SHOWN_SOURCES]
    ]
    trace += way_in(chain)
    more = {"sources": max(0, len(landed.origins) - SHOWN_SOURCES), "callers": max(0, landed.callers - 1)}
    return Hit(
        subject=Subject("call", f"{scope.full_name}#{landed.via}@{landed.number}", landed.span),
        words=MappingProxyType(words),
        trace=tuple(trace),
        verdict=Verdict.ARGUABLE if landed.kind in ARGUABLE else Verdict.DEFINITE,
        confidence=Confidence.MEDIUM if chain is not None and chain.confidence is Confidence.LOW else None,
        more=MappingProxyType({k: v for k, v in more.items() if v}),
    )


def _setting(shelved: Shelved) -> Hit:
    words = {"object": shelved.name, "what": shelved.what, "since": shelved.what}
    trace = [Step(shelved.span, Role.DEFINED, "this selects where files go")]
    trace += [Step(span, Role.RELATED, note) for span, note in shelved.related]
    arguable = shelved.arguable
    return Hit(
        subject=Subject("setting", f"{shelved.owner}:{shelved.name}", shelved.span),
        words=MappingProxyType(words),
        trace=tuple(trace),
        verdict=Verdict.ARGUABLE if arguable else Verdict.DEFINITE,
        confidence=Confidence.LOW if arguable else None,
    )
