"""Paths → sources: what is analysed, as what, and why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statelint.discover import Scope, discover, why
from statelint.file_names import COMMANDS, KINDS, PARTS, kind_of, part_of


def tree(root: Path, *files: str, **texts: str) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(texts.get(name, "A = 1\n"))
    return root


def paths(root: Path, scope: Scope | None = None) -> list[str]:
    return [source.path for source in discover(root, scope).sources]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("shop/cart.py", "service"),
        ("tests/test_cart.py", "test"),
        ("shop/tests/factories.py", "test"),
        ("shop/test_cart.py", "test"),
        ("shop/cart_test.py", "test"),
        ("conftest.py", "test"),
        ("shop/contest.py", "service"),
        ("shop/latest.py", "service"),
        ("shop/testament/web.py", "service"),
        ("shop/migrations/0001_initial.py", "migration"),
        ("alembic/env.py", "migration"),
        ("scripts/load.py", "script"),
        ("shop/management/commands/load.py", "script"),
        ("setup.py", "script"),
        ("noxfile.py", "script"),
        ("docs/conf.py", "docs"),
        ("examples/shop.py", "example"),
        ("shop/_vendor/lib.py", "vendored"),
    ],
)
def test_parts(path: str, part: str) -> None:
    assert part_of(path)[0] == part


def test_sorted_and_without_what_is_nobodys_own(tmp_path: Path) -> None:
    tree(
        tmp_path, "b.py", "a/z.py", "a.py", "deploy/web.yaml", "README.txt", ".venv/lib/x.py", "node_modules/x.py",
        "__pycache__/x.py", "lib/site-packages/x.py", "wheel-1.0.dist-info/x.py", "build/lib/a.py", "build/tools.py",
    )  # fmt: skip
    assert paths(tmp_path) == ["a.py", "a/z.py", "b.py", "build/tools.py", "deploy/web.yaml"]


def test_virtual_environments_of_any_name(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "env/pyvenv.cfg", "env/lib/x.py", ".sessions/lint/pyvenv.cfg", ".sessions/lint/x.py")
    assert paths(tmp_path) == ["a.py"]


def test_libraries_that_were_installed_into_a_folder(tmp_path: Path) -> None:
    tree(tmp_path, "shop/a.py", "shop/dist/web/x.py", "shop/dist/web-1.0.dist-info/METADATA",
         "shop/dist/forms-2.0.dist-info/METADATA", "own-1.0.dist-info/METADATA", "lib/own.py",
         "lib/own-1.0.dist-info/METADATA")  # fmt: skip
    assert paths(tmp_path) == ["lib/own.py", "shop/a.py"]
    assert ("shop/dist/", "libraries that were installed here") in discover(tmp_path).skipped


@pytest.mark.parametrize("name", ["tests", "node_modules", "site-packages", "docs"])
def test_the_root_may_have_any_name(tmp_path: Path, name: str) -> None:
    tree(tmp_path / name / "inner", "app.py")
    for root in (tmp_path / name, tmp_path / name / "inner"):
        assert [s.part for s in discover(root).sources] == ["service"]


def test_python_among_templates(tmp_path: Path) -> None:
    """What new projects begin with is no code of this service; a package of that name is, and so are manifests."""
    tree(tmp_path, "app.py", "shop/templates/new.py", "shop/templates/web/main.py", "shop/templates/web.yaml",
         "views/templates/__init__.py", "views/templates/cart.py")  # fmt: skip
    parts = {s.path: s.part for s in discover(tmp_path).sources}
    assert {path for path, part in parts.items() if part == "example"} == {
        "shop/templates/new.py",
        "shop/templates/web/main.py",
    }
    assert parts["shop/templates/web.yaml"] == parts["views/templates/cart.py"] == "service"


def test_ignore_files(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "secret.py", "kept/secret.py", "out/x.py", "sub/local.py", "sub/a.py", "other/local.py")
    (tmp_path / ".gitignore").write_text("secret.py\nout/\n!kept/secret.py\n!\n")
    (tmp_path / "sub" / ".gitignore").write_text("/local.py\n")
    assert paths(tmp_path) == ["a.py", "kept/secret.py", "other/local.py", "sub/a.py"]
    assert len(paths(tmp_path, Scope(respect_gitignore=False))) == 7
    reasons = {path: reason for path, _, reason in why(discover(tmp_path))}
    assert reasons["secret.py"] == "ignored by git" and reasons["out/"] == "ignored by git"


def test_include_and_exclude(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.py", "gen/a.py", "gen/b.py")
    assert paths(tmp_path, Scope(exclude=("/gen/",))) == ["a.py", "b.py"]
    assert paths(tmp_path, Scope(exclude=("a.py",))) == ["b.py", "gen/b.py"]
    assert paths(tmp_path, Scope(include=("gen/**",), exclude=("b.py",))) == ["gen/a.py"]


def test_links_and_pipes(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", "a.py", "pkg/b.py")
    tree(tmp_path / "outside", "c.py")
    (root / "round").symlink_to(root, target_is_directory=True)
    (root / "self.py").symlink_to(root / "self.py")
    (root / "gone.py").symlink_to(root / "nowhere.py")
    (root / "out.py").symlink_to(tmp_path / "outside" / "c.py")
    (root / "again.py").symlink_to(root / "a.py")
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe.py")
    assert paths(root) == ["a.py", "pkg/b.py"]


def test_folders_without_end(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "a.py").write_text("A = 1\n")
    tree(tmp_path, "a.py")
    found = discover(tmp_path)
    assert [s.path for s in found.sources] == ["a.py"] and [p.kind for p in found.problems] == ["depth"]


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
def test_tracked_only(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "new.py", "sub/b.py")
    outside = discover(tmp_path, Scope(tracked_only=True))
    assert outside.sources == () and len(outside.problems) == 1
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "a.py", "sub/b.py"], cwd=tmp_path, check=True)
    assert paths(tmp_path, Scope(tracked_only=True)) == ["a.py", "sub/b.py"]
    assert paths(tmp_path / "sub", Scope(tracked_only=True)) == ["b.py"]


GLOBS = [*(glob for glob, _ in KINDS), *(glob for _, glob, _ in PARTS)]
PIECES = st.sampled_from([*(glob.replace("*", "") for glob in GLOBS), *(glob.replace("*", "x") for glob in GLOBS), "."])
NAMES = st.lists(PIECES, min_size=1, max_size=3).map("".join)


@given(st.lists(NAMES, min_size=1, max_size=3))
def test_names_are_looked_up_as_the_tables_say(names: list[str]) -> None:
    """The first row whose glob fits wins."""
    path = "/".join(["src", *names])
    fitting = [kind for glob, kind in KINDS if fnmatchcase(names[-1], glob)]
    assert not fitting or not fitting[0] or kind_of(path) == fitting[0]
    places = {True: names[-1:], False: ["src", *names[:-1]]}
    rows = [(part, why) for part, glob, why in PARTS if any(fnmatchcase(n, glob) for n in places[glob.endswith(".py")])]
    assert COMMANDS.search(path) or part_of(path) == [*rows, ("service", "the service's own code")][0]


def test_a_folder_of_libraries_that_are_carried_along(tmp_path: Path) -> None:
    known = ("click", "requests", "tornado/__init__", "jwt/__init__", "dogpile/cache")
    tree(tmp_path, "shop/cart.py", *(f"ext/{name}.py" for name in (*known, "own")), *(f"web/{n}.py" for n in known[:4]),
         *(f"flat/{name}.py" for name in ("commands", "channels", "schedule", "requests", "redis", "clients")),
         *(f"pack/{name}.py" for name in (*known, "__init__")))  # fmt: skip
    parts = {source.path: source.part for source in discover(tmp_path).sources}
    assert {path for path, part in parts.items() if part == "vendored"} == {
        f"ext/{name}.py" for name in (*known, "own")
    }
