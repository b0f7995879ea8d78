"""What the trace of an upload tells besides the write itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysing import analyse

from statelint.project.flow import results, ways
from statelint.project.flow.kept import Kept
from statelint.project.flow.values import Loc, Taint

SERVED = """
import os
from fastapi import FastAPI, UploadFile
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

FOLDER = "media/docs"
app = FastAPI()
app.mount("/docs", StaticFiles(directory=FOLDER))


@app.post("/docs")
async def add(file: UploadFile):
    with open(os.path.join(FOLDER, file.filename), "wb") as copy:
        copy.write(await file.read())


@app.get("/docs/{name}")
async def get(name: str):
    return FileResponse(f"media/docs/{name}")


@app.get("/help")
async def manual():
    return FileResponse("pages/help.html")
"""
SETTINGS = """
INSTALLED_APPS = ["docs"]
ROOT_URLCONF = "site_files.urls"
MEDIA_ROOT = "/srv/media"
"""
URLS = """
from django.conf import settings
from django.conf.urls.static import static

urlpatterns = static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
"""
MODELS = """
from django.db import models


class Doc(models.Model):
    file = models.FileField()
"""
HELPED = """
import os
from flask import Flask, request

app = Flask(__name__)


def put(name):
    path = os.path.join("/srv/seals", name)
    request.files["seal"].save(path)
    return path


def stamp(name):
    path = os.path.join("/srv/stamps", name)
    with open(path, "w") as out:
        out.write(name)
    return path


@app.post("/weigh")
def weigh():
    seal = put("weighed")
    try:
        stamped = stamp("weighed")
        try:
            return {"size": os.path.getsize(seal) + os.path.getsize(stamped)}
        finally:
            os.remove(stamped)
    finally:
        os.remove(seal)


@app.post("/keep")
def keep():
    return lay_by("kept")


def lay_by(name):
    return {"seal": put(name), "stamp": stamp(name)}
"""


def steps(root: Path, code: str) -> list[tuple[str, int, str]]:
    (finding,) = [x for x in analyse(root).findings if x.rule.code == code]
    return [(step.span.path, step.span.line, step.note) for step in finding.trace]


def test_giving_an_upload_back_is_part_of_its_story(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SERVED)
    back = [line for _, line, note in steps(tmp_path, "SL301") if "given back" in note]
    assert back == [9, 20]


def test_the_way_in_is_one_that_keeps_the_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(HELPED)
    for code in ("SL301", "SL310"):
        notes = [note for _, _, note in steps(tmp_path, code)]
        assert notes[-2:] == ["lay_by() called by keep()", "runs on POST /keep"]


def test_media_urls_are_part_of_the_story_of_the_media_folder(tmp_path: Path) -> None:
    for name, text in {"settings.py": SETTINGS, "urls.py": URLS, "__init__.py": ""}.items():
        (tmp_path / "site_files").mkdir(exist_ok=True)
        (tmp_path / "site_files" / name).write_text(text)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "__init__.py").write_text("")
    (tmp_path / "docs" / "models.py").write_text(MODELS)
    told = steps(tmp_path, "SL307")
    assert ("docs/models.py", 6, "a field that stores uploads there") in told
    assert ("site_files/urls.py", 5, "uploads are given back here") in told


def test_what_is_shared_is_followed_for_each_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that is run once for like arguments, with routes that are run again since others left something."""
    monkeypatch.setattr(results, "ALLOWANCE", 0)
    (tmp_path / "store.py").write_text(
        "import os\n\n\nclass Store:\n    def save(self, data, name):\n"
        '        path = os.path.join("/srv", name)\n        with open(path, "wb") as out:\n'
        "            out.write(data)\n"
        "        self.last = data\n        return path\n\n    def copy(self):\n"
        '        open("/srv/last", "wb").write(self.last)\n\n\ndef drop(path):\n    os.remove(path)\n'
    )
    (tmp_path / "app.py").write_text(
        "import tempfile\n\nfrom fastapi import FastAPI, UploadFile\n\nfrom store import Store, drop\n\n"
        "app = FastAPI()\nstore = Store()\n\n\n"
        '@app.get("/last")\ndef last():\n    store.copy()\n\n\n'
        '@app.post("/a")\ndef a(file: UploadFile):\n    store.save(file.file.read(), file.filename)\n    last()\n\n\n'
        '@app.post("/b")\ndef b(file: UploadFile):\n    store.save(file.file.read(), file.filename)\n    last()\n\n\n'
        '@app.post("/c")\ndef c(file: UploadFile):\n    path = tempfile.mkstemp()[1]\n    try:\n'
        '        open(path, "wb").write(file.file.read())\n    finally:\n        drop(path)\n\n\n'
        '@app.post("/d")\ndef d(file: UploadFile):\n    path = tempfile.mkstemp()[1]\n    try:\n'
        '        open(path, "wb").write(file.file.read())\n    finally:\n        drop(path)\n'
    )
    found = [(x.span.path, x.span.line) for x in analyse(tmp_path).findings if x.rule.code == "SL301"]
    assert found == [("store.py", 8), ("store.py", 13)]


def test_what_was_not_evaluated_is_not_taken_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = "\n".join("    name = name.strip() + name.lower()" for _ in range(20))
    (tmp_path / "app.py").write_text(
        "import io\n\nimport pandas as pd\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
        f'@app.get("/x")\ndef x(name):\n{calls}\n    output = io.BytesIO()\n'
        "    with pd.ExcelWriter(output) as writer:\n        pd.DataFrame().to_excel(writer)\n"
        "    return output.getvalue()\n"
    )
    for budget in range(100, 120):
        monkeypatch.setattr(ways, "OWN_BUDGET", budget)
        assert not [x for x in analyse(tmp_path).findings if x.rule.code.startswith("SL3")]


def test_one_large_way_in_leaves_the_others_their_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = "\n".join(f"    value = value[{number}:] + value.strip()" for number in range(100))
    (tmp_path / "app.py").write_text(
        "from fastapi import FastAPI, UploadFile\n\napp = FastAPI()\n\n\n"
        f'@app.post("/a")\ndef large(file: UploadFile):\n    value = file.file.read()\n{large}\n'
        '    open("a", "wb").write(value)\n\n\n'
        '@app.post("/b")\ndef small(file: UploadFile):\n    open("b", "wb").write(file.file.read())\n'
    )
    monkeypatch.setattr(ways, "BUDGET", 150)
    monkeypatch.setattr(ways, "SHARE", 40)
    report = analyse(tmp_path)
    assert [x.span.line for x in report.findings if x.rule.code == "SL301"] == [114]
    assert any(problem.kind == "limit" for problem in report.problems)


def test_only_who_read_a_place_before_it_grew_has_missed_something() -> None:
    kept, place = Kept(lambda cls: "", ()), ("path", "library.Store.file")
    kept.attribute(place)
    before, kept.read = kept.read, set()
    kept.remember(place, frozenset({Taint("content")}))
    kept.attribute(place)
    assert before & kept.changed
    assert not kept.read & kept.changed


def test_the_folder_of_a_file_is_another_place_than_the_file() -> None:
    kept = Kept(lambda cls: "", ())
    kept.held(frozenset({Loc("here#path", exact=False)}))
    kept.wrote([Loc("here#path")], Taint("content"))
    assert not kept.read & kept.changed
    kept.held(frozenset({Loc("here#other")}))
    kept.wrote([Loc("here#other")], Taint("content"))
    assert kept.read & kept.changed
