"""Bytes of a file whose name says little, such as `*.config` → facts where it is a cloud template, else none."""

from __future__ import annotations

from statelint.extract.yaml import extract as read
from statelint.facts import Facts

SIGNS = (b"option_settings", b"OptionSettings", b"AWSTemplateFormatVersion", b"Resources:", b'"Resources"')


def extract(source: bytes) -> Facts:
    """The facts of one source that may be YAML or JSON. Never raises for any bytes."""
    if not any(sign in source for sign in SIGNS):
        return Facts()
    facts = read(source)
    return Facts(documents=facts.documents, comments=facts.comments, lines=facts.lines)
