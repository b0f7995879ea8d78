"""Volumes of workloads and where their containers mount them, with the copies that the workload is meant to have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from statelint.facts import Document, Setting
from statelint.project.configured.stages import stage_of_words
from statelint.project.deployed.claims import replicated, workload_key
from statelint.spans import Span

SPECS = {"Pod": ("spec",)}
"""Where the specification of the pods stands in an object; below `spec.template` unless named here."""
ONCE = frozenset({"DaemonSet", "Job", "CronJob"})
SHORT = re.compile(r"^(?P<source>[^:]+):(?P<target>/[^:]*)(?::(?P<mode>[^:]*))?$")
READ_ONLY = re.compile(r"(?:^|,)ro(?:,|$)")
COUNTS = (("deploy", "replicas"), ("scale",))
OVERLAID = re.compile(r"^(?:docker-)?(?:compose|stack)(?:[.-][\w.-]+)?\.ya?ml$")
"""Names of the compose files of one project: a base, and what is laid over it."""
LOCAL = frozenset({"", "local"})
NETWORK = re.compile(r"^(?:nfs\d?|cifs|smb3?)$")


class Mount(NamedTuple):
    """One volume as one container sees it. `source` is the kind of volume, `host` its place on the machine, if any."""

    path: str
    document: Document
    setting: Setting
    source: str
    host: str
    target: str
    image: str
    owner: str
    shared: bool
    """Whether several containers of one copy mount it: then they hand something to each other."""
    copies: Span | None


def mounts(documents: Mapping[str, tuple[Document, ...]]) -> Iterator[Mount]:
    """Every writable mount of every workload, by path."""
    copies = replicated(documents)
    scaled = dict(_scaled(documents))
    for path, found in sorted(documents.items()):
        for document in found:
            if document.format == "kubernetes" and document.kind not in ONCE:
                yield from _pods(path, document, copies.get(workload_key(path, document)))
            elif document.format == "compose":
                yield from _services(path, document, scaled)


def _pods(path: str, document: Document, copies: Span | None) -> Iterator[Mount]:
    home = SPECS.get(document.kind, ("spec", "template", "spec"))
    values = {s.path: s.value for s in document.settings}
    volumes = dict(_volumes(document, home))
    if not volumes:
        return
    used: dict[str, list[tuple[str, str]]] = {}
    for where, name in values.items():
        if where[-3:-2] == ("volumeMounts",) and where[-1] == "name" and name in volumes:
            container = where[: where.index("volumeMounts")]
            if values.get((*where[:-1], "readOnly")) != "true":
                target = values.get((*where[:-1], "mountPath"), "")
                used.setdefault(name, []).append((target, values.get((*container, "image"), "")))
    for name, places in used.items():
        setting, source, host = volumes[name]
        for target, image in places[:1]:
            yield Mount(
                path, document, setting, source, host, target, image, document.name, len(places) > 1, copies
            )  # fmt: skip


def _volumes(document: Document, home: tuple[str, ...]) -> Iterator[tuple[str, tuple[Setting, str, str]]]:
    """Volume name → the setting that says what it is, the kind, and the path on the host."""
    depth = len(home)
    found: dict[str, list[Setting]] = {}
    for s in document.settings:
        if s.path[: depth + 1] == (*home, "volumes") and len(s.path) > depth + 2:
            found.setdefault(s.path[depth + 1], []).append(s)
        elif s.path[:2] == ("spec", "volumeClaimTemplates") and s.path[3:] == ("metadata", "name"):
            yield s.value, (s, "volumeClaimTemplate", "")
    for settings in found.values():
        name = next((s.value for s in settings if s.path[depth + 2 :] == ("name",)), "")
        kind = next((s for s in settings if s.path[depth + 2] != "name"), None)
        inner = {s.path[depth + 3 :]: s for s in settings}
        if name and kind is not None and ("readOnly",) not in inner:
            host = inner.get(("path",))
            yield name, (host or kind, kind.path[depth + 2], host.value if host else "")


def _scaled(documents: Mapping[str, tuple[Document, ...]]) -> Iterator[tuple[tuple[str, str], Span]]:
    """(folder, service) → where a compose file of that folder asks for several copies of it.

    Files of one folder are laid over each other, unless their names speak of development or tests.
    """
    for path, found in sorted(documents.items()):
        folder, _, name = path.rpartition("/")
        told = ".override." in name or stage_of_words(name) in ("base", "production")
        if not OVERLAID.match(name) or not told:
            continue
        for s in (s for d in found if d.format == "compose" for s in d.settings):
            if s.path[:1] == ("services",) and s.path[2:] in COUNTS and _many(s.value):
                yield (folder, s.path[1]), Span.at(path, s.key_at)


def _services(path: str, document: Document, scaled: Mapping[tuple[str, str], Span]) -> Iterator[Mount]:
    """The volumes of the services of a compose file, in the short and in the long form."""
    folder, _, file = path.rpartition("/")
    values = {s.path: s for s in document.settings}
    for s in document.settings:
        if len(s.path) < 4 or s.path[0] != "services" or s.path[2] != "volumes":
            continue
        owner = s.path[1]
        if len(s.path) == 4 and s.form != "map":
            match = SHORT.match(s.value)
            if match is None or READ_ONLY.search(match["mode"] or ""):
                continue
            source, target = match["source"], match["target"]
        elif len(s.path) == 5 and s.path[4] == "target":
            long = {k: values.get((*s.path[:4], k)) for k in ("type", "source", "read_only")}
            read_only = long["read_only"]
            if (read_only is not None and read_only.value == "true") or long["source"] is None:
                continue
            if long["type"] is not None and long["type"].value not in ("bind", "volume"):
                continue
            source, target = long["source"].value, s.value
        else:
            continue
        bind = source[:1] in ("/", ".", "~", "$")
        if not bind and not _local(values, source):
            continue
        image = values.get(("services", owner, "image"))
        counts = [values.get(("services", owner, *tail)) for tail in COUNTS]
        many = next((c for c in counts if c is not None and _many(c.value)), None)
        laid_over = scaled.get((folder, owner)) if OVERLAID.match(file) else None
        yield Mount(
            path, document, s, "bind" if bind else "named", source if bind else "", target,
            image.value if image is not None and ("services", owner, "build") not in values else "",
            owner, False, Span.at(path, many.key_at) if many is not None else laid_over,
        )  # fmt: skip


def _local(values: Mapping[tuple[str, ...], Setting], volume: str) -> bool:
    """Whether a named volume lives on the machine: no other driver, no network file system, nothing external."""
    options = {path[2:]: s.value for path, s in values.items() if path[:2] == ("volumes", volume)}
    kind = options.get(("driver_opts", "type"), "")
    external = options.get(("external",), "false") == "true" or any(path[:1] == ("external",) for path in options)
    return options.get(("driver",), "") in LOCAL and not NETWORK.match(kind) and not external


def _many(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value[:9]) > 1
