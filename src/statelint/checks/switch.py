"""Settings of infrastructure and proxy files that rows switch on. Words: setting, product, resource, how, fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from statelint.facts import Document
from statelint.findings import Confidence, Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.deployed.plain_defaults import Defaults
from statelint.project.deployed.switches import Folder, Found, Switches
from statelint.spans import Span

LONGEST = 40


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each setting that a row switches on; a setting reached in several ways counts once."""
    switches = Switches(parameters["rows"])
    defaults = Defaults(project.documents)
    folders = _folders(project.documents)
    for path, documents in project.documents.items():
        seen: set[Span] = set()
        for whole in documents:
            if not switches.speak_of(whole):
                continue
            document = defaults.shown(path, whole)
            for found in switches.of(document, defaults.of(path, document), folders[path.rpartition("/")[0]]):
                hit = _hit(path, document, found)
                if hit.subject.span not in seen:
                    seen.add(hit.subject.span)
                    yield hit


def _folders(documents: Mapping[str, tuple[Document, ...]]) -> dict[str, Folder]:
    """The documents of each folder, by its path."""
    found: dict[str, list[Document]] = {}
    for path, own in documents.items():
        found.setdefault(path.rpartition("/")[0], []).extend(own)
    return {path: Folder(own) for path, own in found.items()}


def _hit(path: str, document: Document, found: Found) -> Hit:
    row, setting = found.row, found.setting
    item = bool(setting.path) and setting.path[-1].isdigit() and setting.form != "map"
    span = Span.at(path, setting.at if item else setting.key_at)
    named = ".".join(part for part in (document.kind, document.name) if part)
    names = [part for part in setting.path if not part.isdigit()]
    key = names[-1] if names else document.kind or document.version
    value = found.value if len(found.value) <= LONGEST else found.value[: LONGEST - 1] + "…"
    shown = f"{key} {value}".strip()
    words = {
        "key": key,
        "value": value,
        "setting": shown,
        "product": row.product,
        "resource": named or path,
        "how": row.how,
        "fix": row.fix or f"remove `{key}`",
    }
    place = named or path.rpartition("/")[2]
    unsure = setting.guarded or setting.form == "template" or row.split()
    return Hit(
        subject=Subject("setting", f"{place}#{'.'.join(setting.path)}", span),
        words=MappingProxyType(words),
        trace=(Step(span, Role.DEFINED, f"`{shown}`: {row.product}"),),
        verdict=Verdict.ARGUABLE if setting.guarded and setting.form == "map" else Verdict(row.grade),
        confidence=Confidence.MEDIUM if unsure else None,
        edit=None if unsure else row.edit,
        preview=row.preview,
    )
