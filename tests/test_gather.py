"""Contents → facts: the same with any number of processes and any cache; a process that dies costs one file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statelint import gather as gathering
from statelint.cache import Cache
from statelint.contents import LARGEST, read
from statelint.discover import discover
from statelint.facts import Facts, Trouble, encode
from statelint.gather import gather

FILES = {
    "a.py": b"CACHE = {}\n",
    "copy.py": b"CACHE = {}\n",
    "broken.py": b"def f(:\n",
    "binary.py": b"\0\1",
    "pkg/__init__.py": b"",
    "web.yaml": b"kind: Service\napiVersion: v1\nspec:\n  sessionAffinity: ClientIP\n",
} | {f"pkg/m{n}.py": f"TABLE_{n} = [{n}]\n".encode() for n in range(40)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def gathered(root: Path, folder: Path | None = None, jobs: int = 1) -> dict[str, Facts]:
    cache = Cache(folder)
    try:
        return gather(read(root, discover(root).sources), cache, jobs)
    finally:
        cache.close()


def test_equal_files_have_nodes_of_their_own(project: Path) -> None:
    facts = gathered(project)
    assert facts["a.py"] == facts["copy.py"] and facts["a.py"].body[0] is not facts["copy.py"].body[0]


def test_processes_and_cache_change_nothing(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = gathered(project)
    assert list(plain) == sorted(FILES)
    monkeypatch.setattr(gathering, "WORTH_A_POOL", 0)
    for jobs in (1, 2, 3):
        assert gathered(project, jobs=jobs) == plain
    assert gathered(project, tmp_path / "cache", jobs=2) == plain, "cold cache"
    assert gathered(project, tmp_path / "cache") == plain, "warm cache"


def test_known_bytes_are_not_extracted_again(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered(project, tmp_path / "cache")
    asked: list[bytes] = []
    original = gathering.extract
    monkeypatch.setattr(gathering, "extract", lambda kind, content: asked.append(content) or original(kind, content))
    (project / "a.py").rename(project / "moved.py")
    (project / "pkg" / "m1.py").write_bytes(b"NEW = 1\n")
    assert "moved.py" in gathered(project, tmp_path / "cache")
    assert asked == [b"NEW = 1\n"]


def test_damaged_entries_are_extracted_again(project: Path, tmp_path: Path) -> None:
    plain = gathered(project)
    contents = read(project, discover(project).sources)
    cache = Cache(tmp_path / "cache")
    cache.put({content.name: b"\xff nonsense" for content in contents})
    cache.close()
    assert gathered(project, tmp_path / "cache") == plain


def deadly(kind: str, content: bytes) -> bytes:
    if content.startswith(b"KILL"):
        os._exit(11)
    return encode(Facts(lines=len(content)))


def test_a_process_that_dies_costs_one_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "nt":
        pytest.skip("the killing extractor reaches the workers by fork")
    (project / "deadly.py").write_bytes(b"KILL\n")
    monkeypatch.setattr(gathering, "WORTH_A_POOL", 0)
    monkeypatch.setattr(gathering, "extract", deadly)
    found = gathered(project, jobs=2)
    assert found.pop("deadly.py").troubles == (Trouble("crash", 1, "the parser died of this file"),)
    assert all(not facts.troubles for facts in found.values()) and len(found) == len(FILES)


def test_a_bug_in_an_extractor_is_a_trouble_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModuleNotFoundError):
        gathering.extract("no-such-kind", b"")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert b"internal" in gathering.extract("no-such-kind", b"")


def test_unreadable_and_unsaved(project: Path) -> None:
    sources = discover(project).sources
    (project / "a.py").unlink()
    with (project / "copy.py").open("wb") as large:
        large.truncate(LARGEST + 1)
    found = gather(read(project, sources, {"broken.py": b"FINE = 1\n"}), Cache(None), 1)
    assert [t.kind for t in found["a.py"].troubles] == ["unreadable"]
    assert [t.kind for t in found["copy.py"].troubles] == ["size"]
    assert found["broken.py"].body and not found["broken.py"].troubles
