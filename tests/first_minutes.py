"""The page `docs/first-ten-minutes.md`: a stranger's first steps, run on a copy of the example shop as they are shown.

`python tests/first_minutes.py` writes it; a test fails when it is out of date.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from commands import statelint

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "first-ten-minutes.md"
NEW = (
    "\n\nLAST_SEEN = {}\n\n\n@blueprint.get('/seen/<user>')\ndef seen(user):\n    LAST_SEEN[user] = 1\n    return ''\n"
)


class Step(NamedTuple):
    """A few sentences, the command, the exit code that it must have, and how many lines of its output are shown."""

    text: str
    command: str
    code: int
    shown: int = 60


STEPS = (
    Step(
        "Go into the repository and ask what keeps state. Nothing has to be configured, and nothing of the project is "
        "imported, run or installed. On a terminal each finding is drawn in its source; in a pipe it is one line.",
        "check",
        1,
    ),
    Step(
        "Each line names the object, what it holds, where a request writes it, and by which route that request comes. "
        "Take one of them and ask for its whole story. An id, a name or `FILE:LINE` will do; a line that keeps nothing "
        "is explained as well.",
        "explain CARTS",
        0,
    ),
    Step("What may I keep, and what else could I use? The rule's page says it.", "rule process-local-session", 0, 40),
    Step(
        "For a review there is the readiness report: the verdict, a plan ordered by what each change removes, what is "
        "outside already, and what was looked at and found harmless. `-o audit.html` makes a page of it.",
        "audit",
        0,
        50,
    ),
    Step(
        "Tests, migrations, scripts and documents are no part of a service. What counts as what, and why, is listed.",
        "files --why deploy",
        0,
    ),
    Step(
        "A first configuration is written from what is found. It is worth saying which services there are and how "
        "often each runs: with `replicas = \"one\"` all findings of a service become notes.",
        "config init",
        0,
    ),
    Step("", "cat statelint.toml", 0),
    Step(
        "Nobody mends ten things on the first day. A baseline accepts what is there, so that only what is new counts. "
        "Commit `statelint-baseline.json`; it only ever shrinks.",
        "baseline create",
        0,
    ),
    Step("", "check", 0),
    Step(
        "Now somebody adds a dict and a route that writes it. It is the one thing that is reported, also without a "
        "baseline, beside any revision:",
        "check --new-since HEAD",
        1,
    ),
)  # fmt: skip


def page() -> str:
    """The text of the page."""
    parts = [
        "# The first ten minutes",
        "On a repository that you do not know, from nothing to a hook. All of this is run by the tests on the "
        "example shop, and the output is real; long output is cut where it says `…`.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(shutil.copytree(ROOT / "examples" / "shop", Path(folder) / "shop"))
        project = shop / "pyproject.toml"
        project.write_text(project.read_text().partition("[tool.statelint]")[0])  # a stranger has no configuration
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "The shop"]):
            subprocess.run(
                ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *command], cwd=shop, check=True
            )
        for number, step in enumerate(STEPS, 1):
            if step.command.startswith("check --new-since"):
                carts = shop / "shop" / "carts.py"
                carts.write_text(carts.read_text() + NEW)
            parts += [*([step.text] if step.text else []), _run(step, shop, number)]
    parts.append(
        "The same in pre-commit, where the hook is given the changed files, looks at the whole project, and reports "
        "what has a step in those files:\n\n```yaml\nrepos:\n  - repo: https://github.com/statelint/statelint\n"
        "    rev: v0.1.0\n    hooks:\n      - id: statelint\n```"
    )
    parts.append(
        "And then: mend from the top of the plan, run `statelint baseline prune`, and watch the file shrink. What is a "
        "decision goes into `[declare]`, with a word that says which; what is only put off gets a comment with a "
        "reason and a date."
    )
    return "\n\n".join(parts) + "\n"


def _run(step: Step, shop: Path, number: int) -> str:
    if step.command.startswith("cat "):
        return f"```toml\n# $ {step.command}\n{(shop / step.command[4:]).read_text().rstrip()}\n```"
    outcome = statelint(*step.command.split(), cwd=shop, XDG_CACHE_HOME=str(shop.parent / "cache"), COLUMNS="100")
    if outcome.code != step.code:
        raise RuntimeError(f"step {number}: exit code {outcome.code}: {outcome.err.decode()}")
    lines = [*outcome.out.decode().rstrip().splitlines(), *outcome.err.decode().rstrip().splitlines()]
    if len(lines) > step.shown:
        lines = [*lines[: step.shown], "…"]
    said = f"\n\nExit code {outcome.code}." if step.command.startswith("check") else ""
    return f"```text\n$ statelint {step.command}\n" + "\n".join(lines).rstrip() + f"\n```{said}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
