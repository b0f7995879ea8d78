"""The sieve leaves out nothing that could be found, and nothing that is broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from analysing import analyse
from test_configuration_cases import Case, cases

import statelint.sieve
from statelint.contents import Content
from statelint.discover import Source
from statelint.findings import Report
from statelint.rules import load_rules
from statelint.sieve import Sieve, sifted

BROKEN = {
    "broken.yaml": "a: [1\nb: 2\n",
    "twice.yaml": "a: &x 1\nb: &x 2\n",
    "nowhere.yaml": "a: *nothing\n",
    "two.yaml": "a: 1\n...\n%YAML 1.1\n---\nb: 1\n...\nc: 1\n",
    "tab.yaml": "a:\n\t- b\n",
    "deep.yaml": "a: " + "[" * 300 + "]" * 300 + "\n",
    "latin.yaml": "a: \udcff\n",
    "cut.json": '{"name": "shop", "list": [1, 2',
    "open.json": '{"name": "sh',
    "sound.json": '{"name": "shop"}',
    "sound.yaml": "name: shop\n",
    "comments.json": '{"name": "shop", // why\n}',
    "chart.yaml": "{{- if .Values.a }}\na: [1\n{{- end }}\n",
}


def reports(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Report, Report]:
    """The report on a folder with the sieve and without it."""
    with_it = analyse(root)
    with monkeypatch.context() as patch:
        patch.setattr(statelint.sieve, "sifted", lambda contents, rules: contents)
        return with_it, analyse(root)


def written(root: Path, file: str, text: str) -> Path:
    first, *others = re.split(r"^=== (\S+)\n", text, flags=re.MULTILINE)
    for name, body in [(file, first), *zip(others[::2], others[1::2], strict=True)]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode("utf-8", "surrogateescape"))
    return root


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.name}")
def test_what_is_found_is_the_same(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it, without = reports(written(tmp_path, case.file, case.on), monkeypatch)
    assert with_it == without


IN_STRINGS = {
    "json.json": '{"apiVersion": "v1", "kind": "ConfigMap", "data": {"a.conf": "upstream a {\\n\\tip_hash;\\n}"}}',
    "yaml.yaml": 'kind: ConfigMap\napiVersion: v1\ndata:\n  a.conf: "upstream a {\\n\\tip_hash;\\n}"\n',
    "path.yaml": "kind: ConfigMap\napiVersion: v1\ndata:\n  a.conf: |\n    upstream a {\n    # \\nx\n    ip_hash; }\n",
}


@pytest.mark.parametrize("name", IN_STRINGS)
def test_a_word_after_an_escape_is_a_word(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_sieve, without = reports(written(tmp_path, name, IN_STRINGS[name]), monkeypatch)
    assert with_sieve == without and without.findings


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_reported(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it, without = reports(written(tmp_path, name, BROKEN[name]), monkeypatch)
    assert with_it == without
    assert bool(with_it.problems) is not name.startswith(("sound", "comments", "chart"))


def test_most_of_a_project_is_left_out() -> None:
    sieve = Sieve(load_rules())
    text = b"apiVersion: v1\nkind: Secret\nmetadata: {name: shop, labels: {app: shop}}\nstringData: {user: shop}\n"
    assert not sieve.keeps(Content(Source("a.yaml", "yaml", "service", ""), b"", text))
    assert sieve.keeps(Content(Source("a.yaml", "yaml", "service", ""), b"", text + b"# statelint: ignore[SL501]\n"))
    assert sieve.keeps(Content(Source("a.yaml", "yaml", "service", ""), b"", b"spec: {sessionAffinity: ClientIP}\n"))


def test_other_languages_are_read_for_their_own_words_alone(tmp_path: Path) -> None:
    sieve = Sieve(load_rules())
    for text, kept in (
        (b"const sessionAffinity = 'ClientIP' // \\u0041", False),
        (b"stickiness_cookie_duration(5)", True),
    ):
        assert sieve.keeps(Content(Source("a.js", "code", "service", ""), b"", text)) is kept
    own = Content(Source("a.py", "python", "service", ""), b"", b"A = 1")
    code, data = (Content(Source(f"a.{kind}", kind, "service", ""), b"", b"a: 1") for kind in ("code", "yaml"))
    assert [bool(c.unreadable) for c in sifted([own, code, data], load_rules())] == [False, True, False]
    assert [bool(c.unreadable) for c in sifted([code, data], load_rules())] == [True, True]
