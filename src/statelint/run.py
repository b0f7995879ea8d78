"""The pipeline on one screen: paths → sources → facts → project → hits → report.

A report that is kept already needs no project, so what makes one is imported where it is made.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from statelint import collector
from statelint.cache import Cache, default_folder
from statelint.clock import Clock
from statelint.config import Config, ConfigError
from statelint.contents import Content, Named, read, read_one
from statelint.discover import Discovery, Scope, Source, discover
from statelint.file_names import kind_of, part_of
from statelint.findings import Hit, Judged, Problem, Report, Rule
from statelint.runs import Before, Outcome, Runs, run_key
from statelint.stamps import Stamps
from statelint.terms import Terms
from statelint.triage_baseline import load as load_baseline
from statelint.within import within

if TYPE_CHECKING:
    from statelint.executors import Cluster
    from statelint.gather import Progress
    from statelint.project import Project


class Way(NamedTuple):
    """How the work is done; none of it changes the result. `texts` stand in for files on disk, by path.

    Without `sift`, files that cannot matter are read all the same; the `clock` is told where the time goes. A `cluster`
    extracts in the place of this machine.
    """

    jobs: int | None = None
    use_cache: bool = True
    progress: Progress | None = None
    texts: Mapping[str, bytes] = MappingProxyType({})
    sift: bool = True
    clock: Clock | None = None
    cluster: Cluster | None = None


USUAL = Way()


def sources(root: Path, config: Config, paths: Sequence[str] = ()) -> Discovery:
    """What the configuration lets be analysed below the root; `paths` are those that the user named."""
    scope = Scope(
        include=config.include,
        exclude=(*config.exclude, *config.extend_exclude),
        respect_gitignore=config.respect_gitignore,
        tracked_only=config.tracked_only,
        asked=() if config.force_exclude else tuple(paths),
    )
    return discover(root, scope)


def known_rules(root: Path, config: Config) -> tuple[Rule, ...]:
    """Our own rules, and those of the house from the folders that the configuration names. Raises ConfigError."""
    from statelint.rules import RuleError, load_rules

    try:
        return load_rules(house=tuple(root / folder for folder in config.rules))
    except RuleError as error:
        raise ConfigError(str(error)) from error


def look(
    root: Path, config: Config, way: Way = USUAL, paths: Sequence[str] = ()
) -> tuple[Discovery, tuple[Content, ...]]:
    """What is below a root, and what it holds."""
    found = sources(root, config, paths)
    return found, _contents(root, config, way, found)


def _contents(
    root: Path, config: Config, way: Way, found: Discovery, stamps: Stamps | None = None
) -> tuple[Content, ...]:
    """What was found holds, and the texts that stand in for files."""
    if stamps is not None:
        return stamps.read_all(root, found.sources)
    listed = {source.path for source in found.sources}
    unsaved = {path: kind for path in way.texts if (kind := kind_of(path))}
    new = [Source(path, kind, *part_of(path)) for path, kind in unsaved.items() if path not in listed]
    contents = read(root, sorted([*found.sources, *new]), way.texts)
    return _staged(contents, config) if any(s.settings for s in config.service) else contents


def _staged(contents: tuple[Content, ...], config: Config) -> tuple[Content, ...]:
    """The contents, with the settings of other stages no part of the service."""
    from statelint.services import other_settings

    apart = other_settings(config, {c.source.path: c.content for c in contents})
    reasons = {path: f"production runs with {by}" for path, by in apart.items()}
    return tuple(
        c._replace(source=c.source._replace(part="settings", reason=reasons[c.source.path]))
        if c.source.path in reasons
        else c
        for c in contents
    )


def mattering(contents: Sequence[Content], *, sift: bool = True) -> tuple[Content, ...]:
    """Those of the contents that could matter; without `sift`, all but reports of our own."""
    from statelint.sift import left_out

    left = left_out([(c.source, c.content) for c in contents], sift=sift).paths
    return tuple(c for c in contents if c.source.path not in left)


def linked(contents: Sequence[Content], config: Config, way: Way = USUAL) -> Project:
    """The project that some contents make."""
    from statelint.gather import gather, parts
    from statelint.project import Options, link

    clock = way.clock or Clock()
    cache = Cache(store(config, way))
    try:
        with clock.phase("extract facts"):
            facts = gather(contents, cache, way.jobs, way.progress, way.cluster)
    finally:
        cache.close()
    clock.count("extracted", cache.added)
    clock.count("from the cache", cache.found)
    return link(facts, parts([content.source for content in contents]), Options(config.models))


def analyse(root: Path, config: Config, way: Way = USUAL) -> tuple[Project, Discovery]:
    """The linked project below a root."""
    from statelint.sieve import sifted

    found, contents = look(root, config, way)
    kept = mattering(sifted(contents, known_rules(root, config))) if way.sift else mattering(contents, sift=False)
    return linked(kept, config, way), found


def store(config: Config, way: Way = USUAL) -> Path | None:
    """The folder that results are kept in, if any."""
    if not way.use_cache:
        return None
    return Path(config.cache_dir) if config.cache_dir else default_folder()


def hits(project: Project, rule: Rule) -> Iterator[Hit]:
    """What the check of a rule finds in the service's own files."""
    if rule.check:
        for hit in import_module(f"statelint.checks.{rule.check}").check(project, rule.parameters):
            if project.serves(hit.subject.span.path):
                yield hit


def _all_hits(project: Project, rules: Sequence[Rule], way: Way) -> tuple[list[tuple[Rule, Hit]], tuple[Problem, ...]]:
    """The hits of all rules, in the order of the rules, and what the analysis had to leave out."""
    from statelint import beside

    if beside.pays(project, way.jobs):
        found = beside.judge(project, rules, hits)
        return [(rule, hit) for rule in rules for hit in found.hits[rule.code]], found.limits
    every = [(rule, hit) for rule in rules for hit in hits(project, rule)]
    return every, project.limits()


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
    known = load_baseline(root / config.baseline) if config.baseline else None
    terms = Terms(config, (), today or date.today(), comments, known or {})
    clock = way.clock or Clock()
    runs = Runs(store(config, way) if way.sift else None, terms.today)
    stamps = None if way.texts or any(s.settings for s in config.service) else runs.stamps(root)
    try:
        with clock.phase("find and read files"):
            found = sources(root, config, paths)
            named = stamps.named(root, found.sources) if stamps else None
            contents = None if named else [*_contents(root, config, way, found, stamps)]
            held = named or [Named(c.source, c.name, c.unreadable) for c in contents or ()]
        clock.count("files", len(found.sources))
        stakes = run_key(_stakes(root, terms, found))
        name, place = run_key(map(_held, held), stakes), run_key([os.fsencode(root)], stakes)
        report = runs.get(name)
        if report is None:
            with collector.set_aside():
                outcome = _renewed(root, terms, held, contents, way, runs.last(place))
                if outcome is None:
                    contents = contents or [*_contents(root, config, way, found, stamps)]
                    name = run_key(map(_held, contents), stakes)
                    outcome = _anew(root, terms, found, contents, way)
            report = outcome.report
            runs.put(name, place, outcome)
        if stamps:
            runs.keep_stamps(root, stamps, found.sources)
    finally:
        runs.close()
    return within(report, paths)


def _stakes(root: Path, terms: Terms, found: Discovery) -> Iterator[bytes]:
    """All that a report depends on, beside the program itself with its rules, the sources and, perhaps, the day."""
    yield repr((terms.config, terms.comments, sorted(terms.baseline.items()))).encode()
    for folder in terms.config.rules:
        for file in sorted((root / folder).rglob("*.yaml")):
            yield file.read_bytes()
    yield repr(found.problems).encode()


def _held(content: Named | Content) -> bytes:
    """What a report depends on of one source."""
    source = content.source
    text = f"{source.path}\0{source.kind}\0{source.part}\0{content.unreadable}"
    return text.encode("utf-8", "surrogateescape") + content.name


def _renewed(
    root: Path, terms: Terms, held: Sequence[Named], contents: Sequence[Content] | None, way: Way,
    last: tuple[Before, Report] | None,
) -> Outcome | None:  # fmt: skip
    """The outcome of the last run, if what was edited since says the same."""
    if last is None:
        return None
    from statelint.unchanged import renewed

    clock = way.clock or Clock()
    cache = Cache(store(terms.config, way))
    known = {c.source: c for c in contents or ()}
    try:
        with clock.phase("compare with the last run"):
            outcome = renewed(
                last,
                held,
                lambda source: known.get(source) or read_one(str(root / source.path), source),
                cache,
                lambda: known_rules(root, terms.config),
            )
    finally:
        cache.close()
    clock.count("extracted", cache.added)
    if outcome is None:
        clock.count("from the cache", -cache.added)  # as which they will be counted now
    return outcome


def _anew(root: Path, terms: Terms, found: Discovery, contents: list[Content], way: Way) -> Outcome:
    """The outcome of an analysis of what was found, whose contents it uses up."""
    from statelint.heap import give_back
    from statelint.sieve import sifted
    from statelint.sift import left_out
    from statelint.unchanged import seen

    terms = terms._replace(rules=known_rules(root, terms.config))
    with (way.clock or Clock()).phase("sift"):
        passed = sifted(contents, terms.rules)
        left = left_out([(c.source, c.content) for c in passed])
        kept = [c for c in passed if c.source.path not in left.paths]
    sources = seen(contents, kept, left)
    mentioned, matter = _mentioned(contents), {c.source.path for c in kept}
    lines = sum(row.lines for row in sources.values())
    size = sum(len(c.content) for c in kept)
    project = linked(kept if way.sift else mattering(contents, sift=False), terms.config, way)
    for held in (contents, passed, kept):
        held.clear()  # the facts say all that they hold
    give_back(size)
    report = replace(_judge(root, terms, found, project, way, mentioned, matter), lines=lines)
    return Outcome(report, sources, _is_dated(project, terms))


def _is_dated(project: Project, terms: Terms) -> bool:
    """Whether the day may count for a report: some comment, or an entry of the configuration, holds until a day."""
    spoken = (comment.text for facts in project.facts.values() for comment in facts.comments)
    return any(entry.until for entry in terms.config.ignored_objects) or any("until" in text for text in spoken)


def _ways_in(project: Project, matter: AbstractSet[str]) -> Mapping[str, int]:
    """How many ways in each library has. One that several classes inherit is one."""
    found = {(entry.library, entry.kind, entry.span) for entry in project.entries.all if entry.scope.path in matter}
    return Counter(library for library, _, _ in found)


def _mentioned(contents: Sequence[Content]) -> Mapping[str, bytes]:
    """The sources of the service, or that it may import, which speak to statelint in comments or in strings."""
    spoken = [c for c in contents if b"statelint:" in c.content]
    return {c.source.path: c.content for c in spoken if c.source.part in ("service", "migration")}


def _judge(
    root: Path, terms: Terms, found: Discovery, project: Project, way: Way, mentioned: Mapping[str, bytes],
    matter: AbstractSet[str],
) -> Report:  # fmt: skip
    from statelint.advise import advise
    from statelint.fix import plan
    from statelint.project.deployed.deployments import deployed_step
    from statelint.services import copies_of
    from statelint.stories import tell
    from statelint.triage import selected, triage

    clock = way.clock or Clock()
    with clock.phase("build relations"):
        project.begin()
    with clock.phase("judge"):
        every, limits = _all_hits(project, selected(terms.rules, terms.config), way)
    found_hits = tell(
        every,
        lambda path: deployed_step(copies_of(terms.config, path, project.copies), path),
    )
    report = triage(
        found_hits,
        terms,
        facts={path: facts for path, facts in project.facts.items() if path in matter},
        problems=(*found.problems, *limits),
        entries=_ways_in(project, matter),
        judged=judged(project),
        external=project.external,
        root=root,
        texts={**way.texts, **mentioned},
        mentioned=mentioned,
        parts=project.parts,
    )
    return plan(advise(report, project.imports))
