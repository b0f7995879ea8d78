"""The documentation as a site: built strictly, so that no link leads nowhere, with a page for every rule."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from statelint.rules import load_rules


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    for rule in load_rules():
        page = (tmp_path / "site" / "rules" / rule.name / "index.html").read_text()
        assert f"{rule.name} ({rule.code})" in page and "<pre><code" in page
    start = (tmp_path / "site" / "index.html").read_text()
    assert not re.search(r"""<(?:script|link|img)[^>]*["']https?://""", start), "nothing is loaded from afar"
