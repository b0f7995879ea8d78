"""The JSON schema of the report on a fleet, `statelint-fleet/1`."""

from __future__ import annotations

from statelint.findings import CATEGORIES
from statelint.fleet import ORDERS
from statelint.report.json_schema import COUNT, COUNTS, FINDING, PROBLEM, TEXT, TOOL, table

LEVELS = table({"error": COUNT, "warning": COUNT, "note": COUNT})
CATEGORY = {"enum": list(CATEGORIES)}
KIND = {"category": CATEGORY, "findings": COUNT, "repositories": COUNT}
REPOSITORY = table(
    {
        "name": TEXT,
        "path": TEXT,
        "weight": COUNT,
        "density": {"type": "number", "minimum": 0},
        "definite": LEVELS,
        "arguable": COUNT,
        "categories": COUNTS,
        "coverage": table(
            {"files": COUNT, "lines": COUNT, "failed": {"type": "array", "items": PROBLEM}, "entries": COUNTS}
        ),
        "hidden": COUNTS,
        "findings": {"type": "array", "items": FINDING},
    }
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "statelint-fleet/1",
    "description": "Repositories in their order; paths of findings are relative to the root of their repository.",
    **table(
        {
            "schema": {"const": "statelint-fleet/1"},
            "tool": TOOL,
            "summary": table(
                {
                    "repositories": COUNT,
                    "failed": COUNT,
                    "with_state": COUNT,
                    "files": COUNT,
                    "lines": COUNT,
                    "definite": LEVELS,
                    "arguable": COUNT,
                }
            ),
            "order": {"enum": list(ORDERS)},
            "repositories": {"type": "array", "items": REPOSITORY},
            "rules": {"type": "array", "items": table({"code": TEXT, "name": TEXT, **KIND})},
            "categories": {"type": "array", "items": table(KIND)},
            "failed": {"type": "array", "items": table({"name": TEXT, "reason": TEXT})},
        }
    ),
}
