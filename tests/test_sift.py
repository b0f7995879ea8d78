"""Leaving files out changes no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint import run as pipeline
from statelint.config import load
from statelint.sift import left_out

FILES = {
    "shop/__init__.py": "",
    "shop/app.py": """
from flask import Flask, request
from tests import (
    baskets as kept,  # an odd place for it
)
import importlib

app = Flask(__name__)
importlib.import_module("docs.seeds")


@app.post("/cart")
def add():
    kept.STORE[request.form["user"]] = 1
    return ""
""",
    "tests/__init__.py": "",
    "tests/baskets.py": "from tests.deeper import STORE\n",
    "tests/deeper.py": "from shop.state import STORE\n",
    "shop/state.py": "STORE = {}\n",
    "tests/test_cart.py": "SEEN = {}\n\n\ndef test_cart():\n    SEEN['a'] = 1\n",
    "tests/test_broken.py": "def (:\n",
    "docs/seeds.py": "A = 1\n",
    "docs/conf.py": "B = 2\n",
    "shop/migrations/0001_first.py": "C = 3\n",
    "scripts/load.py": "D = 4\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_what_the_service_does_not_import_is_left_out(project: Path) -> None:
    _, contents = pipeline.look(project, pipeline.Config())
    assert left_out([(c.source, c.content) for c in contents]).paths == {
        "tests/test_cart.py",
        "tests/test_broken.py",
        "docs/conf.py",
        "shop/migrations/0001_first.py",
    }


def test_the_report_is_the_same_without(project: Path) -> None:
    config = load(project, {"pedantic": True, "preview": True}).config
    sifted = pipeline.run(project, config, pipeline.Way(use_cache=False))
    whole = pipeline.run(project, config, pipeline.Way(use_cache=False, sift=False))
    assert [finding.subject.name for finding in sifted.findings] == ["shop.state:STORE"]
    assert sifted == whole


def test_a_test_that_only_has_the_name_of_a_module_of_the_service_says_nothing(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "shop/state.py": "SEEN = {}\n\n\ndef remember():\n    SEEN['a'] = 1\n    return ''\n",
        "shop/main.py": "from shop.app import app\nimport shop.state\n",
        "tests/app.py": "from shop.app import app\nfrom shop.state import remember\n\n"
        "app.add_url_rule('/test', view_func=remember)\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    config = load(tmp_path, {"pedantic": True}).config
    for sift in (True, False):
        report = pipeline.run(tmp_path, config, pipeline.Way(use_cache=False, sift=sift))
        assert not report.findings and not report.entries
    (tmp_path / "shop/main.py").write_text("from shop.app import app\nimport tests.app\n")
    report = pipeline.run(tmp_path, config, pipeline.Way(use_cache=False))
    assert [finding.subject.name for finding in report.findings] == ["shop.state:SEEN"]
