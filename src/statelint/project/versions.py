"""Versions of distributions, as lock and requirements files of the repository say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from statelint.facts import Document

NUMBER = re.compile(r"\d+")
CLAUSE = re.compile(r"(==|~=|>=|<=|<|>)([^,]+)")
Version = tuple[int, ...]


def version(text: str) -> Version:
    """The release numbers of a version: `5.1rc1` is (5, 1)."""
    return tuple(int(n) for part in text.split(".")[:4] if (n := (NUMBER.match(part) or [""])[0]))


class Versions:
    """The range of each distribution: from (inclusive) and below (exclusive), where known. Locks go before bounds."""

    def __init__(self, documents: Mapping[str, tuple[Document, ...]]) -> None:
        self._ranges: dict[str, tuple[Version | None, Version | None]] = {}
        for _, documents_of in sorted(documents.items()):
            for document in documents_of:
                if document.format == "requirements":
                    for s in document.settings:
                        self._ranges.setdefault(s.path[-1], _range(s.value))
        for _, documents_of in sorted(documents.items()):
            for document in documents_of:
                for name, text in _locked(document):
                    self._ranges[name] = (version(text), (*version(text)[:-1], version(text)[-1] + 1))

    def fits(self, distribution: str, wanted: str) -> bool:
        """Whether a distribution is known to be in a range such as `<3` or `>=5.1`; what is not known does not fit."""
        low, high = self._ranges.get(distribution, (None, None))
        bound = version(wanted.lstrip("<>="))
        if wanted.startswith("<"):
            return high is not None and high <= bound
        return low is not None and low >= bound


def _range(spec: str) -> tuple[Version | None, Version | None]:
    low: Version | None = None
    high: Version | None = None
    for sign, text in CLAUSE.findall(spec):
        number = version(text)
        if not number:
            continue
        if sign in ("==", ">=", "~=", ">"):
            low = number
        if sign in ("==", "~=", "<="):
            high = (*number[:-1], number[-1] + 1)
        if sign == "<":
            high = number
    return low, high


def _locked(document: Document) -> Iterator[tuple[str, str]]:
    name = ""
    for s in document.settings if document.format == "toml" else ():
        if s.path == ("package", "name"):
            name = s.value.lower().replace("_", "-")
        elif s.path == ("package", "version") and name and version(s.value):
            yield name, s.value
