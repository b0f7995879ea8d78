"""At which line of a TOML file each key stands, for telling where a value comes from."""

from __future__ import annotations

import re

TABLE = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?")
KEY = re.compile(r"\s*([\w-]+|\"[^\"]*\")\s*(?:\.|=)")


def lines_of(text: str, table: str) -> dict[str, int]:
    """The first line of each key of a table (dotted; empty for the top), sub-tables under their first word."""
    found: dict[str, int] = {}
    prefix = f"{table}." if table else ""
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := TABLE.match(line):
            current = header[1].replace('"', "").replace(" ", "")
            if current.startswith(prefix) and current != table:
                found.setdefault(current[len(prefix) :].partition(".")[0], number)
        elif current == table and (key := KEY.match(line)):
            found.setdefault(key[1].strip('"'), number)
    return found
