"""Volume claims that one node alone can write, and the replicated workloads that share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from statelint.facts import Document, Setting
from statelint.spans import Span

WORKLOADS = frozenset({"Deployment", "ReplicaSet", "Rollout", "DeploymentConfig"})
ONE_POD = "ReadWriteOncePod"
SINGLE = frozenset({"ReadWriteOnce", ONE_POD})
OVERLAY = "Kustomization"
SCALERS = {
    "HorizontalPodAutoscaler": ("scaleTargetRef", "maxReplicas"),
    "ScaledObject": ("scaleTargetRef", "maxReplicaCount"),
}
UNLIMITED = frozenset({"ScaledObject"})
"""Those that go beyond one copy unless they name a limit."""


class Key(NamedTuple):
    """A workload of a chart, or of all other files when `chart` is empty."""

    chart: str
    namespace: str
    kind: str
    name: str


class Shared(NamedTuple):
    """A workload of several copies mounts a claim with one writer."""

    path: str
    workload: Document
    claim: Setting
    modes: Span
    copies: Span | None
    """Where several copies are asked for; without it, only an update makes a second one."""
    alone: bool
    """Whether one pod alone, not one node, can mount it."""


def replicated(documents: Mapping[str, tuple[Document, ...]]) -> dict[Key, Span]:
    """Each workload that is meant to have several copies → where that is said.

    An object, a patch of it in another folder, an autoscaler and the counts of an overlay can say it.
    """
    found: dict[Key, Span] = {}
    for path, d in _objects(documents):
        if d.kind in SCALERS:
            found.update(_scaled(path, d))
        elif d.kind == OVERLAY:
            found.update(_counted(path, d))
    for path, d in _objects(documents):
        if copies := _replicas(path, d):
            found[workload_key(path, d)] = copies
    for key, copies in list(found.items()):
        if key.namespace:
            found.setdefault(key._replace(namespace=""), copies)
    return {key: copies for key, copies in found.items() if key.name}


def workload_key(path: str, document: Document) -> Key:
    """What tells a workload from all others."""
    return Key(_chart(path), document.namespace, document.kind, document.name)


def _chart(path: str) -> str:
    """The chart that a template belongs to: the rest of its names is only known there. Empty for other files."""
    before, templates, _ = path.rpartition("/templates/")
    return before if templates else ""


def shared_claims(documents: Mapping[str, tuple[Document, ...]]) -> Iterator[Shared]:
    """Every such mount, by path; a claim that no file describes is passed over, and so is one mounted read-only."""
    claims = {
        (_chart(path), d.namespace, d.name): (modes, alone)
        for path, d in _objects(documents)
        if d.kind == "PersistentVolumeClaim" and (modes := _single(path, d))
        for alone in [any(s.value == ONE_POD for s in d.settings if s.path[:2] == ("spec", "accessModes"))]
    }
    many = replicated(documents)
    for path, d in _objects(documents):
        if d.kind not in WORKLOADS:
            continue
        copies = many.get(workload_key(path, d))
        for setting in d.settings:
            modes, alone = claims.get((_chart(path), d.namespace, setting.value), (None, False))
            mounts = setting.path[-2:] == ("persistentVolumeClaim", "claimName") and setting.value != ""
            if modes and mounts and not _read_only(d, setting) and (copies or alone or _rolls(d)):
                yield Shared(path, d, setting, modes, copies, alone)


def _objects(documents: Mapping[str, tuple[Document, ...]]) -> list[tuple[str, Document]]:
    return [(path, d) for path, found in sorted(documents.items()) for d in found if d.format == "kubernetes"]


def _rolls(workload: Document) -> bool:
    """Whether an update starts the new copy before the old one is gone."""
    values = {s.path[1:]: s.value for s in workload.settings if s.path[:2] == ("spec", "strategy")}
    return values.get(("strategy", "type"), "RollingUpdate") == "RollingUpdate" and (
        values.get(("strategy", "rollingUpdate", "maxSurge")) not in ("0", "0%")
    )


def _counted(path: str, overlay: Document) -> Iterator[tuple[Key, Span]]:
    """The counts of copies that an overlay gives to workloads by name."""
    values = {s.path: s for s in overlay.settings}
    for place, setting in values.items():
        name = values.get((*place[:-1], "name"))
        if place[:1] == ("replicas",) and place[-1] == "count" and name is not None and _many(setting):
            for kind in WORKLOADS:
                yield Key("", overlay.namespace, kind, name.value), Span.at(path, setting.key_at)


def _single(path: str, claim: Document) -> Span | None:
    modes = [s for s in claim.settings if s.path[:2] == ("spec", "accessModes") and len(s.path) == 3]
    return Span.at(path, modes[0].at) if modes and all(s.value in SINGLE for s in modes) else None


def _replicas(path: str, workload: Document) -> Span | None:
    return next(
        (Span.at(path, s.key_at) for s in workload.settings if s.path == ("spec", "replicas") and _many(s)), None
    )


def _many(setting: Setting) -> bool:
    return setting.value.isascii() and setting.value.isdigit() and int(setting.value[:9]) > 1


def _scaled(path: str, scaler: Document) -> Iterator[tuple[Key, Span]]:
    reference, most = SCALERS[scaler.kind]
    named = {s.path[2]: s.value for s in scaler.settings if s.path[:2] == ("spec", reference) and len(s.path) == 3}
    limit = next((s for s in scaler.settings if s.path == ("spec", most)), None)
    if limit is None and scaler.kind in UNLIMITED:
        limit = next((s for s in scaler.settings if s.path == ("spec", reference)), None)
    elif limit is not None and not _many(limit):
        limit = None
    if limit is not None and "name" in named:
        key = Key(_chart(path), scaler.namespace, named.get("kind", "Deployment"), named["name"])
        yield key, Span.at(path, limit.key_at)


def _read_only(workload: Document, claim: Setting) -> bool:
    """Whether the volume, or each of its mounts, is read-only."""
    volume = claim.path[:-2]
    values = {s.path: s.value for s in workload.settings}
    if values.get((*claim.path[:-1], "readOnly")) == "true":
        return True
    name = values.get((*volume, "name"))
    mounts = [p[:-1] for p, v in values.items() if p[-3:-2] == ("volumeMounts",) and p[-1] == "name" and v == name]
    return bool(mounts) and all(values.get((*mount, "readOnly")) == "true" for mount in mounts)
