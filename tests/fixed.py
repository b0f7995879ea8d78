"""The `fixed/` projects of rules with a fix: what the fixes make of the `bad/` ones, without expectations.

`python tests/fixed.py` renews them, and adds those of the bad projects that it is given; a test compares.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from analysing import analyse
from conftest import FIXTURES
from expectations import COMMENT

from statelint.fix import patched
from statelint.rules import load_rules

ASIDE = re.compile(rf"[ \t]*(?:{COMMENT.pattern})[^\n]*")
ALONE = re.compile(rf"^[ \t]*(?:{COMMENT.pattern.replace('?P<what>', '?:').replace('?P<names>', '?:')})[^\n]*\n", re.M)


def files(project: Path) -> dict[str, str]:
    """The text of each file of a project, which is a folder or one file, without expectations; by path."""
    paths = [project] if project.is_file() else sorted(path for path in project.rglob("*") if path.is_file())
    texts = {path.relative_to(project.parent).as_posix(): path.read_bytes().decode() for path in paths}
    return {path: plain(text) for path, text in texts.items() if not path.endswith(".expect")}


def plain(text: str) -> str:
    return ASIDE.sub("", ALONE.sub("", text))


def mended(project: Path) -> dict[str, str]:
    """The files of a project with every fix in them."""
    with TemporaryDirectory() as spare:
        root = Path(spare) / "project"
        copied = root / project.name
        if project.is_dir():
            shutil.copytree(project, copied)
        else:
            root.mkdir()
            shutil.copy(project, copied)
        base = copied if project.is_dir() else root
        findings = analyse(base).findings
        for path in sorted({finding.span.path for finding in findings if finding.fix}):
            file = base / path
            own = [finding for finding in findings if finding.span.path == path]
            file.write_bytes(patched(path, file.read_bytes().decode(), own)[0].encode())
        return files(copied)


def projects() -> list[Path]:
    """The fixed projects of the rules with a fix."""
    names = [rule.name for rule in load_rules() if rule.fix]
    return [path for name in names for path in sorted((FIXTURES / name / "fixed").glob("[!._]*"))]


def bad(project: Path) -> Path:
    """The bad project that a fixed one was made of."""
    return project.parents[1] / "bad" / project.name


if __name__ == "__main__":
    for source in [*map(bad, projects()), *(Path(name).resolve() for name in sys.argv[1:])]:
        for path, text in mended(source).items():
            file = source.parents[1] / "fixed" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
