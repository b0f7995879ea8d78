"""The pipeline on one screen: paths → sources → facts → project → hits → report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from statelint.advise import advise
from statelint.cache import Cache, default_folder
from statelint.config import Config
from statelint.discover import Discovery, Scope, Source, discover, kind_of, part_of
from statelint.findings import Hit, Judged, Report, Rule
from statelint.gather import Progress, gather, parts
from statelint.project import Options, Project, link
from statelint.project.deployments import deployed_step
from statelint.rules import load_rules
from statelint.stories import tell
from statelint.triage import Terms, selected, triage
from statelint.triage_baseline import load as load_baseline


class Way(NamedTuple):
    """How the work is done; none of it changes the result. `texts` stand in for files on disk, by path."""

    jobs: int | None = None
    use_cache: bool = True
    progress: Progress | None = None
    texts: Mapping[str, bytes] = MappingProxyType({})


USUAL = Way()


def sources(root: Path, config: Config) -> Discovery:
    """What the configuration lets be analysed below the root."""
    scope = Scope(
        include=config.include,
        exclude=(*config.exclude, *config.extend_exclude),
        respect_gitignore=config.respect_gitignore,
        tracked_only=config.tracked_only,
    )
    return discover(root, scope)


def known_rules(root: Path, config: Config) -> tuple[Rule, ...]:
    """Our own rules, and those of the house from the folders that the configuration names."""
    return load_rules(house=tuple(root / folder for folder in config.rules))


def analyse(root: Path, config: Config, way: Way = USUAL) -> tuple[Project, Discovery]:
    """The linked project below a root."""
    found = sources(root, config)
    listed = {source.path for source in found.sources}
    unsaved = {path: kind for path in way.texts if (kind := kind_of(path.rpartition("/")[2]))}
    new = [Source(path, kind, *part_of(path)) for path, kind in unsaved.items() if path not in listed]
    read = tuple(sorted([*found.sources, *new]))
    cache = Cache(Path(config.cache_dir) if config.cache_dir else default_folder()) if way.use_cache else Cache(None)
    try:
        facts = gather(root, read, cache, way.jobs, way.progress, way.texts)
    finally:
        cache.close()
    return link(facts, parts(read), Options(declared=config.declare)), found


def hits(project: Project, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Hit]]:
    """What the checks of the rules find, each with its rule."""
    for rule in rules:
        if rule.check:
            for hit in import_module(f"statelint.checks.{rule.check}").check(project, rule.parameters):
                yield rule, hit


def judged(project: Project) -> tuple[Judged, ...]:
    """What the project's objects and memoised functions were judged to be, and why, by place."""
    found = [Judged(s.home.kind, s.home.name, s.home.span, s.category, s.verdict, s.reason) for s in project.states]
    for memo in project.memos:
        span = memo.scope.span(memo.decorator)
        found.append(Judged("memoised-function", memo.scope.full_name, span, "cache", memo.verdict, memo.reason))
    return tuple(sorted(found, key=lambda row: (row.span, row.name)))


def run(
    root: Path,
    config: Config,
    way: Way = USUAL,
    *,
    paths: Sequence[str] = (),
    comments: bool = True,
    today: date | None = None,
) -> Report:
    """Analyse the project below `root` and report what is at or below `paths` (relative; all of it when empty).

    Suppression comments count unless `comments` is false; `today` decides which of them have expired.
    """
    rules = known_rules(root, config)
    chosen = selected(rules, config)
    known = load_baseline(root / config.baseline) if config.baseline else None
    project, found = analyse(root, config, way)
    report = triage(
        tell(hits(project, chosen), lambda path: deployed_step(project.copies, path)),
        Terms(config, rules, tuple(paths), today or date.today(), comments, known or {}),
        facts=project.facts,
        problems=found.problems,
        entries=Counter(entry.library for entry in project.entries.all),
        judged=judged(project),
        root=root,
        texts=way.texts,
    )
    return advise(report, project.imports)
