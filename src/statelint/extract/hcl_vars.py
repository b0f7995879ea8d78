"""Bytes of a JSON file of variables for infrastructure code → the document that the same file in HCL gives."""

from __future__ import annotations

from statelint.extract.hcl_json import extract as read
from statelint.facts import Document, Facts


def extract(source: bytes) -> Facts:
    """The facts of one source. Never raises for any bytes."""
    facts = read(source)
    return Facts(
        documents=tuple(Document("terraform", "", "", "", "", d.settings, d.at) for d in facts.documents),
        comments=facts.comments,
        troubles=facts.troubles,
        lines=facts.lines,
    )
