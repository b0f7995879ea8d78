"""The services of a repository, from `[[service]]`: what belongs to which, how often it runs, with which settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pathspec import GitIgnoreSpec

from statelint.config import Config, ConfigError, Service
from statelint.project.deployed.deployments import Copies

ASSIGNED = re.compile(rb"^([A-Z][A-Z0-9_]+)\s*(?::[^=\n]*)?=", re.MULTILINE)
IMPORTED = re.compile(rb"^\s*(?:from\s+([\w.]+)\s+import\s+([\w, ]+|\*|\()|import\s+([\w.]+))", re.MULTILINE)


def service_at(config: Config, path: str) -> Service | None:
    """The service that a path belongs to: the one that names it as deployment, else the one with the nearest root."""
    for service in config.service:
        if service.deploy and GitIgnoreSpec.from_lines(service.deploy).match_file(path):
            return service
    around = [s for s in config.service if _is_below(path, s)]
    return max(around, key=lambda s: len(_root(s)), default=None)


def copies_of(config: Config, path: str, found: Iterable[Copies]) -> tuple[Copies, ...]:
    """The copies that are deployed of the service at a path; without services, all."""
    service = service_at(config, path)
    if service is None:
        return tuple(found)
    if service.replicas == "one":
        return ()
    own = [c for c in found if service_at(config, c.span.path) is service]
    return tuple(own)


def _root(service: Service) -> str:
    root = service.root.strip("/").removeprefix("./")
    return "" if root == "." else root


def _is_below(path: str, service: Service) -> bool:
    root = _root(service)
    return not root or path.startswith(root + "/")


def other_settings(config: Config, texts: Mapping[str, bytes]) -> dict[str, str]:
    """Settings that no service runs with, where one says which it runs with → the file that it runs with.

    They are modules of the same folder that set one of the same names and that the settings do not import. `texts` are
    the sources by path. Raises ConfigError where there is no such file.
    """
    apart: dict[str, str] = {}
    for service in config.service:
        if service.settings:
            path = _settings_file(service, texts)
            apart.update((other, path) for other in _beside(path, texts))
    return {path: by for path, by in apart.items() if path not in apart.values()}


def _settings_file(service: Service, texts: Mapping[str, bytes]) -> str:
    name = service.settings
    wanted = name if name.endswith(".py") else name.replace(".", "/") + ".py"
    root = _root(service)
    near = [path for path in texts if path == wanted or path.endswith("/" + wanted)]
    if not near:
        raise ConfigError(f"service `{service.name}`: there is no {wanted} for `settings`")
    return min(near, key=lambda path: (not path.startswith(root), path.count("/"), path))


def _beside(path: str, texts: Mapping[str, bytes]) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    beside = {p.rpartition("/")[2].removesuffix(".py"): p for p in texts if _in_folder(p, folder)}
    used, todo = {path}, [path]
    while todo:
        for name in _imported(texts[todo.pop()]):
            if name in beside and beside[name] not in used:
                used.add(beside[name])
                todo.append(beside[name])
    names = {name for p in used for name in ASSIGNED.findall(texts[p])}
    for other in sorted(set(beside.values()) - used):
        if names.intersection(ASSIGNED.findall(texts[other])):
            yield other


def _in_folder(path: str, folder: str) -> bool:
    return path.endswith(".py") and path.rpartition("/")[0] == folder


def _imported(text: bytes) -> Iterator[str]:
    """The last names of what a module imports: each may be a module beside it."""
    for source, given, whole in IMPORTED.findall(text):
        yield from (source or whole).decode(errors="replace").split(".")
        yield from re.findall(r"\w+", given.decode(errors="replace"))
