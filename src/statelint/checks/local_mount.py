"""Volumes of one machine or of one copy, mounted where a service keeps files. Words: product, mount, resource, fix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from statelint.findings import Hit, Role, Step, Subject, Verdict
from statelint.project import Project
from statelint.project.deployed.mounts import Mount, mounts
from statelint.spans import Span


class MountRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Volumes of some kinds that count: at which path of the host, at which path of the container, for which copies.

    `alone` is what a workload of one copy gives: none, or an arguable hit.
    """

    product: str
    sources: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    host: str = ""
    target: str = ""
    alone: Literal["none", "arguable"] = "none"
    grade: Literal["definite", "arguable"] = "definite"
    hand_over: bool = True
    """Whether a volume that several containers of one copy share counts too."""
    fix: str = "remove the volume"

    def counts(self, mount: Mount) -> bool:
        """Whether the row is about a mount."""
        return (
            mount.source in self.sources
            and (not self.kinds or mount.document.kind in self.kinds)
            and (not self.host or re.search(self.host, mount.host) is not None)
            and (not self.target or re.search(self.target, mount.target) is not None)
            and (self.hand_over or not mount.shared)
        )


def check(project: Project, parameters: Mapping[str, object]) -> Iterator[Hit]:
    """Yield a hit for each volume that a row counts, unless the container is a data store."""
    rows = msgspec.convert(parameters["mounts"], tuple[MountRow, ...])
    stores = re.compile(str(parameters["stores"]))
    for mount in mounts(project.documents):
        row = next((row for row in rows if row.counts(mount)), None)
        if row is None or stores.search(mount.image.rpartition("/")[2]) or stores.search(mount.owner):
            continue
        if mount.copies is not None or row.alone == "arguable":
            yield _hit(mount, row, project.spoken.folder(mount.target))


def _hit(mount: Mount, row: MountRow, written: Span | None) -> Hit:
    span = Span.at(mount.path, mount.setting.at if mount.document.format == "compose" else mount.setting.key_at)
    named = f"{mount.document.kind or 'service'} {mount.owner}"
    shown = f"{mount.host}:{mount.target}" if mount.host else mount.target
    trace = [Step(span, Role.DEFINED, f"{row.product} at `{mount.target}`" if mount.target else row.product)]
    if written is not None:
        trace.append(Step(written, Role.RELATED, "the code names this folder"))
    if mount.copies is not None:
        trace.append(Step(mount.copies, Role.DEPLOYED, "several copies are deployed"))
    words = {"product": row.product, "setting": shown, "resource": named, "fix": row.fix}
    return Hit(
        subject=Subject("setting", f"{named}#{'.'.join(mount.setting.path)}", span),
        words=MappingProxyType(words),
        trace=tuple(trace),
        verdict=Verdict(row.grade) if mount.copies is not None else Verdict.ARGUABLE,
    )
