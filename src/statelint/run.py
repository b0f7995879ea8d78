"""The pipeline on one screen: paths → sources → facts → project → hits → report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from statelint.cache import Cache, default_folder
from statelint.config import Config
from statelint.discover import Discovery, Scope, discover
from statelint.findings import Hit, Report, Rule
from statelint.gather import Progress, gather, parts
from statelint.project import Options, Project, link
from statelint.rules import load_rules
from statelint.triage import triage


def sources(root: Path, config: Config) -> Discovery:
    """What the configuration lets be analysed below the root."""
    scope = Scope(
        include=config.include,
        exclude=(*config.exclude, *config.extend_exclude),
        respect_gitignore=config.respect_gitignore,
        tracked_only=config.tracked_only,
    )
    return discover(root, scope)


def analyse(
    root: Path, config: Config, *, jobs: int | None = None, use_cache: bool = True, progress: Progress | None = None
) -> tuple[Project, Discovery]:
    """The linked project below a root."""
    found = sources(root, config)
    cache = Cache(Path(config.cache_dir) if config.cache_dir else default_folder()) if use_cache else Cache(None)
    try:
        facts = gather(root, found.sources, cache, jobs, progress)
    finally:
        cache.close()
    return link(facts, parts(found.sources), Options(declared=config.declare)), found


def hits(project: Project, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Hit]]:
    """What the checks of the rules find, each with its rule."""
    for rule in rules:
        if rule.check:
            for hit in import_module(f"statelint.checks.{rule.check}").check(project, rule.parameters):
                yield rule, hit


def run(
    root: Path,
    config: Config,
    *,
    paths: Sequence[str] = (),
    jobs: int | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Analyse the project below `root` and report what is at or below `paths` (relative; all of it when empty)."""
    rules = load_rules()
    project, found = analyse(root, config, jobs=jobs, use_cache=use_cache, progress=progress)
    entries = Counter(entry.library for entry in project.entries.all)
    return triage(
        tuple(hits(project, rules)),
        facts=project.facts,
        rules=rules,
        config=config,
        paths=paths,
        problems=found.problems,
        entries=entries,
        root=root,
    )
