"""The documents agree with the code: generated parts are current, and what they point at exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import readme
from conftest import ROOT

DOCUMENTS = [
    "README.md",
    "docs/index.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "bench/README.md",
    "examples/shop/README.md",
]
PATH = re.compile(r"(?:src|tests|rules|examples|bench|\.ci)/[\w./-]*\w/?")


def test_generated_parts_of_the_readme_are_current() -> None:
    current = readme.README.read_text()
    assert readme.rendered(current) == current, "run `python tests/readme.py`"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_in_documents_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    quoted = {word for code in re.findall(r"`([^`\n<*]+)`", text) for word in PATH.findall(code)}
    made = {"bench/results/"}
    assert not {path for path in quoted - made if not (ROOT / path).exists()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text()):
        assert "://" in target or (ROOT / name).parent.joinpath(target).exists(), target


def test_the_map_names_every_part_of_the_source() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    parts = {
        path.name for path in (ROOT / "src" / "statelint").iterdir() if not path.name.startswith(("_", "py.", "."))
    }
    known = {re.sub(r"\.py$", "", part).split("_")[0] for part in parts}
    absent = {part for part in known if not re.search(rf"\b{part}", text)}
    assert not absent, f"ARCHITECTURE.md does not mention {sorted(absent)}"


def test_every_relation_is_explained() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    project = ROOT / "src" / "statelint" / "project"
    parts = [path.relative_to(project) for path in project.rglob("*.py") if path.stem[0] != "_"]
    relations = {path.stem if path.parts[0] != "flow" else "flow/" for path in parts}
    assert not {name for name in relations if f"`{name}`" not in text}


def test_this_test_reads_all_documents() -> None:
    assert {Path(name).name for name in DOCUMENTS} >= {path.name for path in ROOT.glob("*.md")} - {"CHANGELOG.md"}
