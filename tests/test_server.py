"""The language server, spoken to over its stdin and stdout as an editor does."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

WEB = """from flask import Flask

app = Flask(__name__)
CARTS = {}


@app.post("/cart/<user>")
def add(user):
    "\U0001f6d2"; CARTS[user] = 1
    return "ok"
"""
PATIENCE = 30


SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: "\U0001f6d2"}
spec: {a: "\U0001f6d2", sessionAffinity: ClientIP}  # since the uploads
"""


class Editor:
    """A client with no idea of the server's library: messages with a length before them."""

    def __init__(self, root: Path, cache: Path, name: str = "web.py", text: str = WEB) -> None:
        self.root, self.name, self.text = root, name, text
        environment = {**os.environ, "STATELINT_CACHE_DIR": str(cache)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "statelint", "server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root, env=environment,
        )  # fmt: skip
        self._inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream
        while header := stream.readline():
            length = int(header.split(b":")[1]) if header.lower().startswith(b"content-length") else 0
            while stream.readline().strip():
                pass
            self._inbox.put(json.loads(stream.read(length)))

    def tell(self, method: str, params: Any, **more: Any) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self.tell(method, params, id=self._number)
        while True:
            message = self._inbox.get(timeout=PATIENCE)
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def diagnostics(self) -> list[dict[str, Any]]:
        """The next diagnostics that are published for the document."""
        while True:
            message = self._inbox.get(timeout=PATIENCE)
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == self.uri:
                found = message["params"]["diagnostics"]
                assert isinstance(found, list)
                return found

    def falls_silent(self) -> bool:
        """Whether, after what is still under way, no diagnostic is left."""
        while self.diagnostics():
            pass
        return True

    @property
    def uri(self) -> str:
        return (self.root / self.name).as_uri()

    def open(self) -> list[dict[str, Any]]:
        """Shake hands, open the document, and see its diagnostics."""
        root = self.root.as_uri()
        done = self.ask("initialize", {"processId": None, "rootUri": root, "capabilities": {}})
        assert done["capabilities"]["hoverProvider"] and done["serverInfo"]["name"] == "statelint"
        self.tell("initialized", {})
        document = {"uri": self.uri, "languageId": "python", "version": 1, "text": self.text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return self.diagnostics()

    def close(self) -> int:
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self._process.wait(PATIENCE)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    root = tmp_path / "project"
    root.mkdir()
    (root / "web.py").write_text(WEB)
    (root / "pyproject.toml").write_text("[tool.statelint]\n")
    editor = Editor(root, tmp_path / "cache")
    yield editor
    editor.kill()


def test_diagnostics_have_places_levels_and_related_places(editor: Editor) -> None:
    (found,) = editor.open()
    assert (found["code"], found["severity"], found["source"]) == ("SL101", 1, "statelint")
    assert found["range"] == {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 5}}
    written, entry = found["relatedInformation"]
    assert written["message"] == "written by add()" and entry["message"] == "runs on POST /cart/<user>"
    assert written["location"]["range"]["start"] == {"line": 8, "character": 10}, "UTF-16 units, so the cart counts two"
    assert editor.close() == 0


def test_unsaved_text_counts(editor: Editor) -> None:
    assert editor.open()
    text = WEB.replace("CARTS[user] = 1", "pass")
    document = {"uri": editor.uri, "version": 2}
    editor.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
    assert editor.falls_silent()
    assert (editor.root / "web.py").read_text() == WEB


def test_hover_tells_who_writes_and_reaches_the_state(editor: Editor) -> None:
    editor.open()
    asked = {"textDocument": {"uri": editor.uri}, "position": {"line": 3, "character": 2}}
    text = editor.ask("textDocument/hover", asked)["contents"]["value"]
    assert "**SL101**" in text and "written by add()" in text and "runs on POST /cart/<user>" in text
    asked["position"]["line"] = 1
    assert editor.ask("textDocument/hover", asked) is None


def actions(editor: Editor, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    asked = {"textDocument": {"uri": editor.uri}, "range": found["range"], "context": {"diagnostics": [found]}}
    return {action["title"]: action for action in editor.ask("textDocument/codeAction", asked)}


def test_a_quick_fix_suppresses_with_a_reason(editor: Editor) -> None:
    (found,) = editor.open()
    (edit,) = actions(editor, found)["Suppress SL101 with a reason"]["edit"]["changes"][editor.uri]
    lines = WEB.splitlines(keepends=True)
    lines[edit["range"]["start"]["line"] : edit["range"]["end"]["line"]] = [edit["newText"]]
    text = "".join(lines)
    assert text == WEB.replace("CARTS = {}", "CARTS = {}  # statelint: ignore[SL101] -- why this is fine")
    document = {"uri": editor.uri, "version": 2}
    editor.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
    assert editor.falls_silent()


def test_a_quick_fix_adds_to_the_baseline(editor: Editor) -> None:
    (found,) = editor.open()
    command = actions(editor, found)["Add SL101 to the baseline"]["command"]
    asked = {"command": command["command"], "arguments": command["arguments"]}
    editor.tell("workspace/executeCommand", asked, id="accept")
    assert editor.falls_silent()
    (row,) = json.loads((editor.root / "statelint-baseline.json").read_text())
    assert row == {"id": found["data"]["id"], "rule": "SL101", "object": "web:CARTS"}


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """A text with edits in it, whose columns count UTF-16 units."""
    lines = text.splitlines(keepends=True)
    for edit in sorted(
        edits, key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]), reverse=True
    ):
        start, end = edit["range"]["start"], edit["range"]["end"]
        first, last = (lines[place["line"]].encode("utf-16-le") for place in (start, end))
        kept = first[: 2 * start["character"]] + edit["newText"].encode("utf-16-le") + last[2 * end["character"] :]
        lines[start["line"] : end["line"] + 1] = [kept.decode("utf-16-le")]
    return "".join(lines)


def test_a_quick_fix_mends_a_setting(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("[tool.statelint]\n")
    (root / "service.yaml").write_text(SERVICE)
    editor = Editor(root, tmp_path / "cache", "service.yaml", SERVICE)
    try:
        (found,) = editor.open()
        action = actions(editor, found)["Fix SL501 by taking the stickiness out"]
        assert action["isPreferred"] and action["kind"] == "quickfix"
        text = applied(SERVICE, action["edit"]["changes"][editor.uri])
        assert text == SERVICE.replace("ClientIP", "None")
        document = {"uri": editor.uri, "version": 2}
        editor.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        assert editor.falls_silent()
        assert (root / "service.yaml").read_text() == SERVICE, "the editor writes, not the server"
    finally:
        editor.kill()
