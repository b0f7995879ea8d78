"""Volume claims that one node alone can write, and the replicated workloads that share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from statelint.facts import Document, Setting
from statelint.spans import Span

WORKLOADS = frozenset({"Deployment", "ReplicaSet", "Rollout", "DeploymentConfig"})
SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
SCALERS = {
    "HorizontalPodAutoscaler": ("scaleTargetRef", "maxReplicas"),
    "ScaledObject": ("scaleTargetRef", "maxReplicaCount"),
}


class Shared(NamedTuple):
    """A workload of several copies mounts a claim with one writer."""

    path: str
    workload: Document
    claim: Setting
    modes: Span
    copies: Span


def shared_claims(documents: Mapping[str, tuple[Document, ...]]) -> Iterator[Shared]:
    """Every such mount, by path; a claim that no file describes is passed over, and so is one mounted read-only."""
    everything = [(path, d) for path, found in sorted(documents.items()) for d in found if d.format == "kubernetes"]
    claims = {
        (d.namespace, d.name): modes
        for path, d in everything
        if d.kind == "PersistentVolumeClaim" and (modes := _single(path, d))
    }
    scaled = {target: span for path, d in everything if d.kind in SCALERS for target, span in _scaled(path, d)}
    for path, d in everything:
        if d.kind not in WORKLOADS:
            continue
        copies = _replicas(path, d) or scaled.get((d.namespace, d.kind, d.name))
        for setting in d.settings if copies else ():
            modes = claims.get((d.namespace, setting.value))
            mounts = setting.path[-2:] == ("persistentVolumeClaim", "claimName")
            if modes and copies and mounts and not _read_only(d, setting):
                yield Shared(path, d, setting, modes, copies)


def _single(path: str, claim: Document) -> Span | None:
    modes = [s for s in claim.settings if s.path[:2] == ("spec", "accessModes") and len(s.path) == 3]
    return Span.at(path, modes[0].at) if modes and all(s.value in SINGLE for s in modes) else None


def _replicas(path: str, workload: Document) -> Span | None:
    return next(
        (Span.at(path, s.key_at) for s in workload.settings if s.path == ("spec", "replicas") and _many(s)), None
    )


def _many(setting: Setting) -> bool:
    return setting.value.isascii() and setting.value.isdigit() and int(setting.value[:9]) > 1


def _scaled(path: str, scaler: Document) -> Iterator[tuple[tuple[str, str, str], Span]]:
    reference, most = SCALERS[scaler.kind]
    named = {s.path[2]: s.value for s in scaler.settings if s.path[:2] == ("spec", reference) and len(s.path) == 3}
    limit = next((s for s in scaler.settings if s.path == ("spec", most)), None)
    if limit is not None and _many(limit) and "name" in named:
        yield (scaler.namespace, named.get("kind", "Deployment"), named["name"]), Span.at(path, limit.key_at)


def _read_only(workload: Document, claim: Setting) -> bool:
    """Whether the volume, or each of its mounts, is read-only."""
    volume = claim.path[:-2]
    values = {s.path: s.value for s in workload.settings}
    if values.get((*claim.path[:-1], "readOnly")) == "true":
        return True
    name = values.get((*volume, "name"))
    mounts = [p[:-1] for p, v in values.items() if p[-3:-2] == ("volumeMounts",) and p[-1] == "name" and v == name]
    return bool(mounts) and all(values.get((*mount, "readOnly")) == "true" for mount in mounts)
