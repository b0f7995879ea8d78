"""Bytes → which sources could matter. Only what cannot change a finding is left out.

Reports of ours that stand in the project are no part of it, so that writing one does not change the next. Tests,
migrations and documents hold no state of the service, and are read only where the service imports them. Which
modules are imported is over-estimated: any word of an import statement may name one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from statelint.discover import Source
from statelint.file_names import APART

REPORT: Final = re.compile(rb'\s*\{\s*"schema": "statelint(?:-audit)?/')
IMPORT: Final = re.compile(
    rb"^[ \t]*(?:from[ \t]+([^\n#]*?)[ \t]*import[ \t]*(\([^)]*\)|(?:[^\n\\]|\\\r?\n)*)"
    rb"|import[ \t]+((?:[^\n\\]|\\\r?\n)*))",
    re.MULTILINE,
)
BY_NAME: Final = re.compile(rb"(?:import_module|__import__|import_string|include)\s*\(\s*[rf]?['\"]([\w.]+)['\"]")
WORD: Final = re.compile(rb"\w+")


class Left(NamedTuple):
    """The paths of what cannot matter, and of what is set apart, the last names of modules that each file imports."""

    paths: frozenset[str]
    imported: Mapping[str, frozenset[bytes]]


def left_out(files: Sequence[tuple[Source, bytes]], *, sift: bool = True) -> Left:
    """Which of the files, each given with its content, cannot matter; only our own reports without `sift`."""
    apart = [file for file in files if sift and is_apart(file[0])]
    names = names_apart([source for source, _ in apart])
    left = {source.path for source, _ in apart}
    reports = {source.path for source, content in files if REPORT.match(content)}
    imported: dict[str, frozenset[bytes]] = {}
    words: set[bytes] = set()
    fresh = [file for file in files if file[0].kind == "python" and file[0].path not in left] if left else []
    while fresh:
        imported.update((source.path, imported_of(content, names)) for source, content in fresh)
        words.update(*(imported[source.path] for source, _ in fresh))
        fresh = [file for file in apart if file[0].path in left and _module_name(file[0].path) in words]
        left.difference_update(source.path for source, _ in fresh)
    return Left(frozenset(left | reports), imported)


def is_apart(source: Source) -> bool:
    """Whether a source is Python that is read only where the service imports it."""
    return source.kind == "python" and source.part in APART


def names_apart(sources: Iterable[Source]) -> frozenset[bytes]:
    """The last names of all modules among some sources that are set apart."""
    return frozenset(_module_name(source.path) for source in sources if is_apart(source))


def imported_of(content: bytes, names: frozenset[bytes]) -> frozenset[bytes]:
    """Which of some modules a file may import, by their last names."""
    return names.intersection(_words(content))


def _words(content: bytes) -> Iterator[bytes]:
    for groups in IMPORT.findall(content):
        for text in groups:
            yield from WORD.findall(text)
    for text in BY_NAME.findall(content):
        yield from WORD.findall(text)


def _module_name(path: str) -> bytes:
    """The last name of the module; that of the package for its `__init__`."""
    names = path.removesuffix(".py").split("/")
    return (names[-2] if names[-1] == "__init__" and len(names) > 1 else names[-1]).encode("utf-8", "surrogateescape")
