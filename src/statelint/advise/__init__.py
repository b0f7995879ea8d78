"""Finding → replacement: a snippet for the framework and the libraries that the project really uses.

Templates are data in `rules/replacements/`, one file a template: `kind`, `title` and `variants`, each with a `snippet`
and, in `when`, the imports that must all be there (`imports`) or of which one must be there (`any`). The first variant
that fits is taken; the last one of each template fits everywhere.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from statelint.findings import Finding, Replacement, Report
from statelint.pages import Instead
from statelint.safe_yaml import load
from statelint.shipped import rules_folder


class TemplateError(ValueError):
    """A template that cannot be used, or a name that no template has."""


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the project must import."""

    imports: tuple[str, ...] = ()
    any: tuple[str, ...] = ()

    def fits(self, imports: AbstractSet[str]) -> bool:
        """Whether a project with these imports is meant."""
        return all(name in imports for name in self.imports) and (
            not self.any or any(name in imports for name in self.any)
        )


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    snippet: str
    when: When = When()
    title: str = ""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    title: str
    variants: tuple[Variant, ...]
    cost: str = ""
    """What the change costs at run time, for the plan."""


@lru_cache(maxsize=64)
def template(name: str, folder: Path | None = None) -> Template:
    """A template by the name of its file. Raises TemplateError with the nearest name."""
    folder = folder or rules_folder() / "replacements"
    file = folder / f"{name}.yaml"
    if not file.is_file():
        near = difflib.get_close_matches(name, [path.stem for path in folder.glob("*.yaml")], n=1)
        raise TemplateError(f"no replacement `{name}`" + (f"; did you mean `{near[0]}`?" if near else ""))
    try:
        made = msgspec.convert(load(file.read_bytes()), Template)
    except msgspec.ValidationError as error:
        raise TemplateError(f"replacements/{file.name}: {error}") from error
    if not made.variants or made.variants[-1].when != When():
        raise TemplateError(f"replacements/{file.name}: the last variant must fit everywhere")
    return made


def replacement(names: Iterable[str], imports: AbstractSet[str]) -> Replacement | None:
    """The first of these templates, in the variant that fits a project with these imports; None without names."""
    for name in names:
        made = template(name)
        fitting = next(variant for variant in made.variants if variant.when.fits(imports))
        return Replacement(made.kind, fitting.title or made.title, fitting.snippet)
    return None


def instead(names: Iterable[str]) -> tuple[Instead, ...]:
    """Everything that these templates offer, by the libraries that each is for."""
    found = []
    for name in names:
        made = template(name)
        for variant in made.variants:
            libraries = (*variant.when.imports, *variant.when.any)
            found.append(Instead(variant.title or made.title, libraries, variant.snippet, made.cost))
    return tuple(found)


def advise(report: Report, imports: AbstractSet[str]) -> Report:
    """The report with a replacement for each finding that has one."""

    def advised(finding: Finding) -> Finding:
        found = replacement((*finding.replace, *finding.rule.replace), imports)
        return replace(finding, replacement=found) if found else finding

    return replace(report, findings=tuple(map(advised, report.findings)), silenced=tuple(map(advised, report.silenced)))


def costs() -> dict[str, str]:
    """What each change costs at run time, by its title."""
    found: dict[str, str] = {}
    for file in sorted((rules_folder() / "replacements").glob("*.yaml")):
        made = template(file.stem)
        for title in (made.title, *(variant.title for variant in made.variants if variant.title)):
            found.setdefault(title, made.cost)
    return found
