"""The parts of README.md that are generated: real output of the example shop, and the table of rules.

`python tests/readme.py` writes them and all generated pages below `docs/`; tests fail when one is out of date.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from commands import statelint

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SHOWN_IN_FULL = "CARTS"


def check(output_format: str) -> str:
    """What `statelint check examples/shop` prints in a format."""
    arguments = ["check", "--no-cache", "--output-format", output_format, "examples/shop"]
    outcome = statelint(*arguments, cwd=ROOT)
    if outcome.code != 1 or not outcome.out:
        raise RuntimeError(f"exit code {outcome.code}: {outcome.err.decode()}")
    return outcome.out.decode().rstrip("\n")


def one_in_full() -> str:
    """The block of one finding out of the full output."""
    blocks = re.split(r"\n(?=(?:error|warning|note)\[)", check("full"))
    return next(block for block in blocks if f"`{SHOWN_IN_FULL}`" in block.splitlines()[0]).rstrip("\n")


def rules() -> str:
    """The table of rules, by code."""
    rows = [yaml.safe_load(path.read_bytes()) for path in (ROOT / "rules").glob("*/*.yaml")]
    rows = sorted((row for row in rows if row and "code" in row), key=lambda row: str(row["code"]))
    lines = ["| code | name | finds |", "|---|---|---|"]
    lines += [f"| {row['code']} | `{row['name']}` | {row['summary'].strip().rstrip('.')} |" for row in rows]
    return "\n".join(lines)


def rendered(text: str) -> str:
    """The README with its generated parts renewed."""
    parts = {"check": f"```\n{check('concise')}\n```", "full": f"```\n{one_in_full()}\n```", "rules": rules()}
    for name, content in parts.items():
        pattern = rf"(<!-- begin {name}:.*?-->\n).*?(<!-- end {name} -->)"
        text, count = re.subn(pattern, lambda m, c=content: f"{m[1]}{c}\n{m[2]}", text, flags=re.DOTALL)
        if count != 1:
            raise RuntimeError(f"README.md has {count} places for `{name}`")
    return text


if __name__ == "__main__":
    import feature_page
    import first_minutes
    import rule_pages

    README.write_text(rendered(README.read_text()))
    rule_pages.main()
    first_minutes.PAGE.write_text(first_minutes.page(), encoding="utf-8")
    feature_page.PAGE.write_text(feature_page.page(), encoding="utf-8")
