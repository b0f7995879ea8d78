"""The JSON schema of the `json` format, `statelint/1`."""

from __future__ import annotations

from typing import Any

from statelint.findings import CATEGORIES, Confidence, Role, Severity, Verdict

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
COUNTS = {"type": "object", "additionalProperties": COUNT}
POINT = {"type": "integer", "minimum": 1}


def table(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object with these keys and no other."""
    required = [key for key in properties if key not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


POSITION = table({"line": POINT, "column": POINT})
LOCATION = table({"path": TEXT, "start": POSITION, "end": POSITION})
FINDING = table(
    {
        "id": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "rule": {"type": "string"},
        "name": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "category": {"enum": [*CATEGORIES, "statelint"]},
        "verdict": {"enum": [v.value for v in Verdict]},
        "severity": {"enum": [s.value for s in Severity]},
        "confidence": {"enum": [c.value for c in Confidence]},
        "message": TEXT,
        "why": TEXT,
        "help": TEXT,
        "url": {"type": "string", "format": "uri"},
        "object": table({"kind": TEXT, "name": TEXT}),
        "location": LOCATION,
        "trace": {
            "type": "array",
            "items": table({"role": {"enum": [r.value for r in Role]}, "message": TEXT, "location": LOCATION}),
        },
        "more": COUNTS,
        "suppressed": _maybe(table({"kind": TEXT, "reason": TEXT, "where": TEXT})),
        "baseline": {"enum": ["new", "known", "changed"]},
        "fix": _maybe(
            table(
                {
                    "name": TEXT,
                    "safety": {"enum": ["safe", "unsafe"]},
                    "note": TEXT,
                    "edits": {"type": "array", "items": table({"location": LOCATION, "text": TEXT})},
                }
            )
        ),
        "replacement": _maybe(table({"kind": TEXT, "title": TEXT, "snippet": TEXT})),
    }
)
TOOL = table({"name": {"const": "statelint"}, "version": TEXT})
PROBLEM = table({"path": TEXT, "line": POINT, "kind": TEXT, "message": TEXT})
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "statelint/1",
    "description": "Lines and columns count from 1, ends are exclusive, paths are relative to the project's root.",
    **table(
        {
            "schema": {"const": "statelint/1"},
            "tool": TOOL,
            "coverage": table({"files": COUNT, "failed": {"type": "array", "items": PROBLEM}, "entries": COUNTS}),
            "summary": table({"findings": COUNT, "error": COUNT, "warning": COUNT, "note": COUNT, "hidden": COUNTS}),
            "findings": {"type": "array", "items": FINDING},
            "suppressed": {"type": "array", "items": FINDING},
        },
        "suppressed",
    ),
}
