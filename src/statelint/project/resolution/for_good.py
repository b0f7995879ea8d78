"""Answers of one kind, each found out once where that is for good, and anew for who asks where it is not."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from statelint.project.resolution.resolver import Resolver

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class ForGood(Generic[K, T]):
    """What is known for good, by what was asked."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._known: dict[K, T] = {}

    def to(self, asked: K, find: Callable[[], T]) -> T:
        """The answer to what is asked, which `find` finds out."""
        known = self._known.get(asked)
        if known is not None:
            return known
        found, stays = self._names.for_good(find)
        if stays:
            self._known[asked] = found
        return found
