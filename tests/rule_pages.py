"""The pages below `docs/`, generated: one for each rule, and a list of them.

`python tests/rule_pages.py` writes them; a test fails when they are out of date.
"""

from __future__ import annotations

from pathlib import Path

from statelint.pages import markdown
from statelint.rules import load_rules

DOCS = Path(__file__).parents[1] / "docs"


def pages() -> dict[str, str]:
    """The text of each page by its path below `docs/`."""
    rules = load_rules()
    made = {f"rules/{rule.name}.md": markdown(rule) for rule in rules}
    rows = [f"| {r.code} | [{r.name}]({r.name}.md) | {r.category} | {r.severity.value} | {r.summary} |" for r in rules]
    head = "# Rules\n\n| code | name | category | severity | finds |\n|---|---|---|---|---|\n"
    made["rules/README.md"] = head + "\n".join(rows) + "\n"
    return made


def main() -> None:
    """Write all pages, and remove those of rules that are gone."""
    made = pages()
    for file in DOCS.glob("rules/*.md"):
        if file.relative_to(DOCS).as_posix() not in made:
            file.unlink()
    for name, text in made.items():
        file = DOCS / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
