"""What git leaves out: the ignore files that are met on the way down a tree."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FILE = ".gitignore"


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns of an ignore file. Like git, a line that is no pattern is passed over."""
    from pathspec import GitIgnoreSpec

    lines = list(lines)
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


class Ignores:
    """The ignore files met on the way down; each holds for its own folder."""

    def __init__(self, root: Path, use: bool) -> None:
        self._root = root
        self._use = use
        self._specs: list[tuple[str, GitIgnoreSpec]] = []
        if use:
            self._add("", root / ".git" / "info" / "exclude")

    def leave(self, count: int) -> None:
        """Forget what was met below; `count` is how many there were before."""
        del self._specs[count:]

    @property
    def count(self) -> int:
        return len(self._specs)

    def enter(self, folder: str) -> None:
        if self._use:
            self._add(folder, self._root / folder / FILE)

    def _add(self, folder: str, file: Path) -> None:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return
        self._specs.append((folder + "/" if folder else "", _spec(lines)))

    def covers(self, path: str) -> bool:
        covered = False
        for prefix, spec in self._specs:
            if path.startswith(prefix):
                result = spec.check_file(path[len(prefix) :])
                if result.include is not None:
                    covered = result.include
        return covered
