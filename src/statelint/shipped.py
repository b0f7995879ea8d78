"""Where the data lies that is shipped with the program."""

from __future__ import annotations

from pathlib import Path


def rules_folder() -> Path:
    """The folder of rules: inside the installed package, or beside `src/` in a checkout."""
    inside = Path(__file__).parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "rules"
