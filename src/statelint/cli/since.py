"""`--new-since REV`: what REV did not have, told by ids; a known object with a new write or way in is `changed`.

REV is read through git into a folder outside the project and analysed there, with the cache: files that did not change
are not extracted again.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from statelint.config import Config, ConfigError
from statelint.findings import Finding, Report, Role, Severity, Step, Suppression
from statelint.run import Way, run


def new_since(report: Report, revision: str, root: Path, config: Config, way: Way, anchor: str) -> Report:
    """The report without what `revision` had. Raises ConfigError for a revision that git does not know."""
    with tempfile.TemporaryDirectory(prefix="statelint-") as folder:
        old_root = _check_out(root, revision, Path(folder))
        old_config = msgspec.structs.replace(config, baseline="", min_severity=Severity.NOTE, pedantic=True)
        old = run(old_root, old_config, Way(way.jobs, way.use_cache), comments=False)
    before = {finding.id: _ways(finding) for finding in old.findings}
    entries = {finding.id: finding.more.get("entries", 0) for finding in old.findings}
    shown, known = [], []
    for finding in report.findings:
        if finding.id not in before:
            shown.append(finding)
        elif more := [way_ for way_ in _all_ways(finding) if not _told(way_) <= before[finding.id]]:
            shown.append(_changed(finding, more[0], anchor))
        elif finding.more.get("entries", 0) > entries[finding.id]:
            shown.append(replace(finding, baseline="changed"))
        else:
            known.append(replace(finding, baseline="known", suppressed=Suppression("known", f"{revision} has it")))
    hidden = {**report.hidden, **({"known": len(known)} if known else {})}
    return replace(report, findings=tuple(shown), silenced=(*report.silenced, *known), hidden=MappingProxyType(hidden))


def _changed(finding: Finding, way: tuple[Step, ...], anchor: str) -> Finding:
    """The finding with its new way in on show; anchored there when that is asked for."""
    before = tuple(step for step in finding.trace if step not in _all_ways(finding)[0])
    trace = (*[s for s in before if s.role is Role.DEFINED], *way, *[s for s in before if s.role is not Role.DEFINED])
    subject = finding.subject
    if anchor == "changed" and way:
        subject = replace(subject, span=way[0].span)
    return replace(finding, baseline="changed", trace=trace, subject=subject)


def _all_ways(finding: Finding) -> tuple[tuple[Step, ...], ...]:
    if finding.ways:
        return finding.ways
    return (tuple(s for s in finding.trace if s.role in (Role.WRITTEN, Role.CALLED, Role.ENTRY)),)


def _told(way: tuple[Step, ...]) -> frozenset[str]:
    """What a way says, without lines, so that moved code is no change."""
    return frozenset(step.note for step in way if step.role in (Role.WRITTEN, Role.ENTRY))


def _ways(finding: Finding) -> frozenset[str]:
    return frozenset(note for way in _all_ways(finding) for note in _told(way))


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise ConfigError(f"--new-since needs git: {error.strerror}") from error
    if done.returncode:
        raise ConfigError((done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"])[-1])
    return done.stdout


def _check_out(root: Path, revision: str, folder: Path) -> Path:
    """Write the files of a revision below `folder`; where the root lies in it."""
    top = Path(_git(root, "rev-parse", "--show-toplevel").decode().strip())
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except ConfigError as error:
        if _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
            raise ConfigError(
                f"this clone is shallow and does not have `{revision}`; fetch it first (git fetch --unshallow, or "
                "fetch-depth: 0 in CI)"
            ) from error
        raise ConfigError(f"git knows no revision `{revision}`") from error
    archive = _git(top, "archive", "--format=tar", commit.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            target = (folder / member.name).resolve()
            if member.isfile() and target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                target.write_bytes(content.read() if content else b"")
    inside = root.resolve().relative_to(top.resolve())
    (folder / inside).mkdir(parents=True, exist_ok=True)
    return folder / inside
