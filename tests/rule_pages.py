"""The pages below `docs/`, generated: each rule with its example and what `check` says of it, and a list of them.

`python tests/rule_pages.py` writes them; a test fails when they are out of date.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from statelint.advise import instead
from statelint.config import Config
from statelint.findings import Example, Report, Rule
from statelint.pages import markdown
from statelint.report import Look, render
from statelint.rules import load_rules
from statelint.run import Way, run

DOCS = Path(__file__).parents[1] / "docs"


def analysed(example: Example, text: str) -> Report:
    """The report on an example, as a project of one file, arguable findings included."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / example.file).write_text(text, encoding="utf-8")
        return run(Path(folder), Config(pedantic=True), Way(use_cache=False))


def page(rule: Rule) -> str:
    """The page of one rule, with the real output of its example."""
    output = render("concise", analysed(rule.example, rule.example.bad), Look()) if rule.example else ""
    return markdown(rule, instead(rule.replace), output)


def pages() -> dict[str, str]:
    """The text of each page by its path below `docs/`."""
    rules = load_rules()
    made = {f"rules/{rule.name}.md": page(rule) for rule in rules}
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
