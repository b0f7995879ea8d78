"""How many copies of the service are deployed, as the deployment files say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint.facts import Document, Setting
from statelint.findings import Role, Step
from statelint.spans import Span

SCALED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Rollout", "DeploymentConfig"})
WORKERS = re.compile(r"(?:\s-w[ =]?|--workers[ =]|--processes[ =]|\s-p[ =])(\d+)|WEB_CONCURRENCY[ =]+[\"']?(\d+)")
WORD = re.compile(r"[a-z]+")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
APART = frozenset({"test", "docs", "example", "vendored"})
"""Parts of a project of which nothing is deployed with the service: what tests it in load, other projects."""


class Copies(NamedTuple):
    """`number` copies run, as a setting at `span` says; `what` is replicas or workers."""

    number: int
    what: str
    span: Span
    resource: str


def copies(
    documents: Mapping[str, tuple[Document, ...]], parts: Mapping[str, str], servers: AbstractSet[str]
) -> tuple[Copies, ...]:
    """Every place that asks for more than one copy of the service: replicas before workers, then by place.

    `parts` are the parts of the project by path, `servers` the programs whose command lines can ask for workers.
    """
    deployed = ((path, d) for path, docs in documents.items() if parts.get(path) not in APART for d in docs)
    found = [c for path, d in deployed for c in _of(path, d, servers) if c.number > 1]
    return tuple(sorted(found, key=lambda c: (c.what != "replicas", c.span)))


def deployed_step(found: tuple[Copies, ...], path: str) -> Step | None:
    """The step that ends a trace: the copies whose file stands nearest to `path`."""
    if not found:
        return None
    best = min(found, key=lambda c: (c.what != "replicas", -_common(c.span.path, path), c.span))
    word = NUMBERS[best.number] if best.number < len(NUMBERS) else str(best.number)
    what = "copies of this process are deployed" if best.what == "replicas" else "worker processes share nothing"
    return Step(best.span, Role.DEPLOYED, f"{word} {what}")


def _common(a: str, b: str) -> int:
    count = 0
    for x, y in zip(a.split("/")[:-1], b.split("/")[:-1], strict=False):
        if x != y:
            break
        count += 1
    return count


def _of(path: str, document: Document, servers: AbstractSet[str]) -> Iterator[Copies]:
    for setting in document.settings:
        count, what = _count(document, setting, servers)
        if count:
            place = setting.key_at._replace(end_line=setting.at.end_line, end_column=setting.at.end_column)
            yield Copies(count, what, Span.at(path, place), document.name)


def _count(document: Document, setting: Setting, servers: AbstractSet[str]) -> tuple[int, str]:
    keys = setting.path
    if document.format == "kubernetes":
        if document.kind in SCALED and keys == ("spec", "replicas"):
            return _int(setting.value), "replicas"
        if document.kind == "HorizontalPodAutoscaler" and keys in (("spec", "maxReplicas"), ("spec", "minReplicas")):
            return _int(setting.value), "replicas"
    elif document.format == "compose" and len(keys) >= 3 and keys[0] == "services":
        if keys[2:] in (("deploy", "replicas"), ("scale",)):
            return _int(setting.value), "replicas"
    elif document.format == "yaml" and keys in (("replicaCount",), ("replicas",)):
        return _int(setting.value), "replicas"
    if setting.form in ("plain", "quoted") and (
        "worker" in setting.value or " -w" in setting.value or "WEB_" in setting.value
    ):
        match = WORKERS.search(setting.value)
        if match and (match.group(2) or servers & set(WORD.findall(setting.value[: match.start()]))):
            return int(match.group(1) or match.group(2)), "workers"
    if keys and keys[-1] == "WEB_CONCURRENCY":
        return _int(setting.value), "workers"
    return 0, ""


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
