"""Every fixture project gives exactly the findings that its comments name; every rule has its fixtures.

`tests/fixtures/<rule name, rule code or library>/{bad,good,fixed}/<project>`: a project is a folder, or one bare file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from analysing import analyse
from conftest import EXAMPLES, FIXTURES, ROOT
from expectations import difference, expected

from statelint.knowledge import available
from statelint.rules import load_rules
from statelint.shipped import rules_folder

KINDS = ("bad", "good", "fixed")


def projects(kind: str) -> Iterator[Path]:
    """All fixture projects of a kind, sorted."""
    return (
        path for folder in sorted(FIXTURES.glob(f"*/{kind}")) for path in sorted(folder.iterdir()) if _is_project(path)
    )


def _is_project(path: Path) -> bool:
    return path.suffix != ".expect" and not path.name.startswith((".", "__"))


def name(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def codes_of(folder: str) -> set[str]:
    """The codes of the rules that a fixture folder is about; none for a library's folder."""
    return {rule.code for rule in load_rules() if folder in (rule.code, rule.name)}


def as_folder(project: Path, spare: Path) -> Path:
    """A project as a folder: itself, or a copy of the bare file in a folder of its own."""
    if project.is_dir():
        return project
    for path in (project, project.with_name(project.name + ".expect")):
        if path.exists():
            shutil.copy(path, spare / path.name)
    return spare


@pytest.mark.parametrize("project", [p for kind in KINDS for p in projects(kind)], ids=name)
def test_fixture(project: Path, tmp_path: Path) -> None:
    root = as_folder(project, tmp_path)
    assert not (message := difference(root, analyse(root))), f"{name(project)}\n{message}"


@pytest.mark.parametrize("project", list(projects("bad")), ids=name)
def test_bad_fixture_expects_its_rule(project: Path, tmp_path: Path) -> None:
    names = {row.name for row in expected(as_folder(project, tmp_path))}
    wanted = codes_of(project.relative_to(FIXTURES).parts[0])
    assert names & wanted if wanted else names


@pytest.mark.parametrize("project", [*projects("good"), *projects("fixed")], ids=name)
def test_good_fixture_does_not_expect_its_rule(project: Path, tmp_path: Path) -> None:
    definite = {row.name for row in expected(as_folder(project, tmp_path)) if row.verdict == "definite"}
    assert not definite & codes_of(project.relative_to(FIXTURES).parts[0])


@pytest.mark.parametrize("project", list(projects("fixed")), ids=name)
def test_fixed_fixture_has_its_bad_one(project: Path) -> None:
    assert (project.parents[1] / "bad" / project.name).exists()


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: f"{rule.code}-{rule.name}")
@pytest.mark.parametrize("kind", ["bad", "good"])
def test_rule_has_fixtures(rule, kind: str) -> None:
    own = [p for p in projects(kind) if p.relative_to(FIXTURES).parts[0] in (rule.code, rule.name)]
    if rule.code.startswith("SL9"):
        pytest.skip("statelint's own rules are tested with the suppressions")
    assert own, f"no {kind} fixture in tests/fixtures/{rule.name}/{kind}"


def test_fixture_folders_are_named_for_a_rule_or_a_library() -> None:
    known = {word for rule in load_rules() for word in (rule.code, rule.name)} | set(
        available(rules_folder() / "knowledge")
    )
    folders = {folder.parent.name for kind in KINDS for folder in FIXTURES.glob(f"*/{kind}")}
    assert folders <= known, f"neither a rule nor a library: {sorted(folders - known)}"


@pytest.mark.parametrize("example", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_example(example: Path) -> None:
    assert not (message := difference(example, analyse(example))), f"{example.relative_to(ROOT)}\n{message}"
