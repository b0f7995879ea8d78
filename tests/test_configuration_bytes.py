"""Readers of configuration say what they cannot read, for any bytes, and never fail."""

from __future__ import annotations

from importlib import import_module

import pytest

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
