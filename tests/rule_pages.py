"""The pages of the rules in `docs/rules/`, made of each rule's data, its fixtures and its replacements.

`python tests/rule_pages.py` writes them; a test fails when they are out of date. The examples are fixtures, so
`tests/test_fixtures.py` executes them.
"""

from __future__ import annotations

import re
from pathlib import Path

from statelint.advise import template
from statelint.findings import Rule
from statelint.pages import markdown
from statelint.rules import load_rules

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
FOLDER = ROOT / "docs" / "rules"
LANGUAGES = {
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".tf": "hcl",
    ".json": "json",
    ".ini": "ini",
}
EXPECTATION = re.compile(r"\s*(?:#|//)\s*expect(?P<kind>-arguable|-problem|-below)?:\s*(?P<names>[\w, -]+?)\s*$")
PYTHON = re.compile(r"^\s*(?:import|from|def|async|class|@)\b|^\w+ = |\w\(", re.MULTILINE)
LARGEST = 60
"""Lines of an example that a reader still takes in."""


def example(rule: Rule, kind: str) -> tuple[str, str] | None:
    """The shortest fixture of a rule that is one file: its language and its text, with the expectations as remarks."""
    found = [p for word in (rule.name, rule.code) for p in sorted((FIXTURES / word / kind).glob("*")) if p.is_file()]
    found = [p for p in found if p.suffix in LANGUAGES and p.read_text().count("\n") <= LARGEST]
    if kind == "bad":
        found = [p for p in found if f"expect: {rule.code}" in p.read_text()]
    if not found:
        return None
    path = min(found, key=lambda p: (len(p.read_text()), p.name))
    rows = [EXPECTATION.sub(_remark, row) for row in path.read_text().rstrip().split("\n")]
    return LANGUAGES[path.suffix], "\n".join(rows)


def _remark(match: re.Match[str]) -> str:
    return f"  # {match['names']}" if match["kind"] is None else ""


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def page(rule: Rule) -> str:
    """The whole page of one rule."""
    parts = [markdown(rule).rstrip()]
    for kind, title in (("bad", "Example"), ("good", "Fine as it is")):
        if shown := example(rule, kind):
            parts.append(f"## {title}\n\n{fenced(*shown)}")
    for name in rule.replace:
        made = template(name)
        parts.append(f"## Replacement: {made.title}\n\nIt costs {made.cost}." if made.cost else f"## {made.title}")
        for variant in made.variants:
            libraries = (*variant.when.imports, *variant.when.any)
            words = f"With {', '.join(f'`{library}`' for library in libraries)}:" if libraries else "Everywhere else:"
            parts.append(
                f"{words}\n\n{fenced('python' if PYTHON.search(variant.snippet) else 'yaml', variant.snippet)}"
            )
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The list of all rules."""
    rows = [f"| {r.code} | [{r.name}]({r.name}.md) | {r.category} | {r.summary.strip()} |" for r in load_rules()]
    return "\n".join(["# Rules", "", "| code | name | category | finds |", "|---|---|---|---|", *rows]) + "\n"


def pages() -> dict[str, str]:
    """All pages by file name."""
    return {"README.md": index(), **{f"{rule.name}.md": page(rule) for rule in load_rules()}}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for stale in FOLDER.glob("*.md"):
        if stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
