"""Readers of configuration say what they cannot read, for any bytes, and never fail."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from statelint.extract import hcl_json
from statelint.rules import load_rules

KINDS = ("yaml", "conf", "hcl", "hcl_json", "toml", "commands")
HOSTILE = (
    b"",
    b"\xff\xfe\x00",
    b"{" * 5000,
    b"[" * 5000,
    b"a: &a [*a]",
    b'{"resource": ',
    b"upstream a {" * 3000,
    b"\r\n\t",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_any_bytes_are_read(kind: str, content: bytes) -> None:
    assert import_module(f"statelint.extract.{kind}").extract(content) is not None


@pytest.mark.parametrize("kind", ["yaml", "conf", "hcl", "hcl_json"])
def test_binary_files_are_a_problem(kind: str) -> None:
    facts = import_module(f"statelint.extract.{kind}").extract(b'"resource" a\0b')
    assert [trouble.kind for trouble in facts.troubles] == ["binary"]


@pytest.mark.parametrize("kind", ["yaml", "conf", "hcl", "hcl_json"])
def test_files_that_are_too_large_are_a_problem(kind: str) -> None:
    facts = import_module(f"statelint.extract.{kind}").extract(b'"resource": 1\n' * 400_000)
    assert [trouble.kind for trouble in facts.troubles] == ["size"]


def test_a_list_of_services_is_read_where_it_says_how_they_are_deployed() -> None:
    """Of all files with such a key, most translate an interface: they are data, whatever tells of services is not."""
    texts = b'{"services": {"turn_on": {"name": "Turn on", "fields": {"command": {"name": "Command"}}}}}'
    assert not hcl_json.extract(texts).documents
    for own in (b'"image": "a"', b'"environment": ["A=b"]', b'"env_file": ".env"', b'"command": "serve --workers 4"'):
        assert hcl_json.extract(b'{"services": {"web": {%s}}}' % own).documents
    assert not hcl_json.extract(b'{"Image": {"Environment": "a"}}').documents


def test_what_is_told_to_people_does_not_make_a_file_one_of_a_deployment() -> None:
    """Texts to translate speak of policies and balances, in sentences; a file within a string has lines."""
    assert not hcl_json.extract(
        b'{"Terms": "Our privacy policy. Data persists.", "Pay": "The balance is {sum}"}'
    ).documents
    for own in (b'"policy": 1', b'"a": "ip_hash"', b'"a.conf": "upstream a {\\n  ip_hash;\\n}"'):
        assert hcl_json.extract(b"{%s}" % own).documents, own


def test_words_of_rows_about_services_are_enough_for_a_file_to_be_read() -> None:
    rows = [row for rule in load_rules() for row in rule.parameters.get("rows", ()) if rule.check == "switch"]
    named = [
        f"{row['path']} {' '.join(row.get('when', ()))}"
        for row in rows
        if row["format"] == "data" and row["path"].startswith("services.")
    ]
    assert len(named) > 10
    for words in named:
        quoted = "".join(f'"{word}": 0, ' for word in re.split(r"[.|~ ]", words))
        assert hcl_json.matters(f'{{"services": {{{quoted}}}}}'.encode()), words
