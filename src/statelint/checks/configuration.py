"""Settings of deployment files that a rule's rows switch on. Words: key, value, product, resource, how, fix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from statelint.facts import Document, Setting
from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.deployed.backends import Behind, backends
from statelint.project.deployed.objects import ObjectRow, matches, rows_of
from statelint.project.deployed.plain_defaults import Defaults
from statelint.spans import Span


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each setting that a row matches; a setting reached by several aliases counts once.

    With a parameter `proxies`, an object whose name or label it matches stands in front of a proxy: that is arguable.
    With `behind`, the trace names what the object sends requests to.
    """
    rows = rows_of(parameters["rows"])
    proxies = re.compile(str(parameters["proxies"])) if "proxies" in parameters else None
    behind = msgspec.convert(parameters["behind"], Behind) if "behind" in parameters else None
    defaults = Defaults(project.documents)
    seen: set[Span] = set()
    handed: list[tuple[Span, Hit]] = []
    for path, documents in project.documents.items():
        values = defaults.values(path)
        for whole in documents:
            document = defaults.shown(path, whole)
            named = {s.key_at: values[s.value][1] for s in document.settings if s.value in values} if values else {}
            for row, setting, key in matches(rows, document, values):
                hit = _hit(path, document, row, setting, key)
                if proxies and any(proxies.search(name) for name in _names(document, setting)):
                    hit = replace(hit, verdict=Verdict.ARGUABLE)  # what stands behind a proxy is spread by the proxy
                if hit.subject.span in seen:
                    continue
                seen.add(hit.subject.span)
                hit = replace(hit, trace=(*hit.trace, *_behind(path, document, behind)))
                source = named.get(setting.key_at)
                if source is None:
                    yield hit
                else:
                    given = Step(source, Role.RELATED, "the value that the chart gives unless somebody sets another")
                    handed.append((source, replace(hit, trace=(*hit.trace, given))))
    yield from (hit for source, hit in handed if source not in seen)


def _behind(path: str, document: Document, behind: Behind | None) -> Iterator[Step]:
    """What an object sends requests to."""
    for name, setting in backends(document, behind) if behind else ():
        yield Step(Span.at(path, setting.key_at), Role.RELATED, f"`{name}` is behind it")


def _names(document: Document, setting: Setting) -> Iterator[str]:
    """What an object calls itself, or where in a file of values a setting stands."""
    yield document.name
    if not document.kind:
        yield ".".join(setting.path[:-1])
    for other in document.settings:
        if other.path[:2] == ("metadata", "labels") and len(other.path) == 3:
            yield other.value


def _hit(path: str, document: Document, row: ObjectRow, setting: Setting, key: str) -> Hit:
    span = Span.at(path, setting.key_at)
    resource = f"{document.kind} {document.name}".strip() or path
    place = "/".join(p for p in (document.kind, document.namespace, document.name) if p) or path.rpartition("/")[2]
    words = {
        "key": key,
        "value": setting.value,
        "product": row.product,
        "resource": resource,
        "how": row.how,
        "fix": row.fix or f"remove `{key}`",
    }
    value = setting.value if len(setting.value) <= 40 else setting.value[:39] + "…"
    return Hit(
        subject=Subject("yaml-key", f"{place}#{'.'.join(setting.path)}", span),
        words=MappingProxyType(words),
        trace=(Step(span, Role.DEFINED, f"`{key}: {value}`" if value else f"`{key}` is set"),),
        verdict=Verdict(row.grade),
        confidence=Confidence.MEDIUM if setting.guarded else None,
        edit=None if setting.guarded else row.edit,
        preview=row.preview,
    )
