"""The upload cases that stand beside the checkout in `../shared/cases/uploads`, each with its exact findings.

A case says in its header what must be found: `# expect: LINE kind` or `# expect: none`. All rules run; those of other
families may speak as well, those of uploads must say exactly what the header says.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from analysing import analyse
from conftest import ROOT

CASES = ROOT.parent / "shared" / "cases" / "uploads"
KINDS = {
    "upload-local-write": "SL301",
    "upload-derived-write": "SL302",
    "upload-temp-leak": "SL303",
    "upload-shared-temp": "SL304",
    "upload-chunk-assembly": "SL305",
    "upload-path-handoff": "SL306",
    "local-storage-config": "SL307",
    "ignored-storage-setting": "SL308",
    "configurable-local-backend": "SL309",
}
HEADER = re.compile(r"^# expect: (\d+) (\S+)$", re.MULTILINE)
cases = sorted([*CASES.glob("*.py"), *CASES.glob("multi/*/")]) if CASES.is_dir() else []


def wanted(root: Path) -> list[tuple[str, int, str]]:
    """What the headers of all files below a folder ask for."""
    return sorted(
        (path.relative_to(root).as_posix(), int(line), KINDS[kind])
        for path in root.rglob("*.py")
        for line, kind in HEADER.findall(path.read_text())
    )


@pytest.mark.skipif(not cases, reason=f"no cases in {CASES}: the shared upload cases were NOT checked")
@pytest.mark.parametrize("case", cases, ids=lambda case: case.name)
def test_shared_case(case: Path, tmp_path: Path) -> None:
    # a neutral folder: the number in front of a case's name is no module name
    root = tmp_path / "case"
    if case.is_dir():
        shutil.copytree(case, root)
    else:
        root.mkdir()
        shutil.copy(case, root / case.name)
    found = analyse(root).findings
    ours = [(x.span.path, x.span.line, x.rule.code) for x in found if x.rule.code in KINDS.values()]
    assert sorted(ours) == wanted(root)
