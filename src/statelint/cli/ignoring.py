"""`--add-ignore`: a suppression comment for each finding, written where it changes nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from statelint.findings import Finding

COMMENTED = (".py", ".pyi", ".yaml", ".yml", ".toml", ".tf", ".conf", ".cfg")


def add_ignores(findings: Iterable[Finding], root: Path, reason: str) -> tuple[int, list[str]]:
    """Write the comments; how many, and what could not be silenced in its file."""
    wanted: dict[str, dict[int, list[str]]] = {}
    for finding in findings:
        if finding.rule.check:
            wanted.setdefault(finding.span.path, {}).setdefault(finding.span.line, []).append(finding.rule.code)
    done, left = 0, []
    for path, lines in sorted(wanted.items()):
        file = root / path
        new = commented(path, file.read_bytes(), lines, reason)
        if new is None:
            left += [f"{path}:{line}" for line in lines]
            continue
        file.write_bytes(new)
        done += sum(map(len, lines.values()))
    return done, left


def commented(path: str, old: bytes, lines: dict[int, list[str]], reason: str) -> bytes | None:
    """The text with its comments; None where a comment would change what the text means."""
    if not path.endswith(COMMENTED):
        return None
    try:
        rows = old.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None
    for line, codes in sorted(lines.items(), reverse=True):
        text = rows[line - 1]
        body = text.rstrip("\r\n")
        end = text[len(body) :] or "\n"
        comment = f"# statelint: ignore[{','.join(sorted(set(codes)))}] -- {reason}"
        trailing = [*rows[: line - 1], f"{body.rstrip()}  {comment}{end}", *rows[line:]]
        indent = body[: len(body) - len(body.lstrip())]
        above = [*rows[: line - 1], f"{indent}{comment}{end}", *rows[line - 1 :]]
        fitting = next((new for new in (trailing, above) if _same(path, rows, new)), None)
        if fitting is None or ("#" in body and fitting is trailing):
            fitting = above if _same(path, rows, above) else None
        if fitting is None:
            return None
        rows = fitting
    return "".join(rows).encode()


def _same(path: str, old: list[str], new: list[str]) -> bool:
    """Whether a Python file means the same; of the others, whether the lines are no text of several lines."""
    if not path.endswith((".py", ".pyi")):
        return True
    try:
        return ast.dump(ast.parse("".join(old))) == ast.dump(ast.parse("".join(new)))
    except (SyntaxError, ValueError, RecursionError):
        return False
