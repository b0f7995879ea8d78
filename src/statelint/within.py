"""A report as far as it touches some paths: what is reported is limited, never what is analysed.

So the report of the whole project is what is kept, and whoever asks for other files next gets it without an analysis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from statelint.findings import Report


def within(report: Report, limits: Sequence[str]) -> Report:
    """The findings of which a place or a step lies at or below some paths relative to the root; all without any.

    Of those elsewhere, the ones that would be shown are counted as `outside-paths`.
    """
    if not limits:
        return report
    shown = tuple(finding for finding in report.findings if _touches(finding.paths, limits))
    silenced = tuple(finding for finding in report.silenced if _touches(finding.paths, limits))
    unshown = tuple(row for row in report.unshown if _touches(row.paths, limits))
    hidden = Counter(report.hidden)
    hidden.subtract([row.reason for row in report.unshown])
    hidden.update([row.reason for row in unshown])
    hidden["outside-paths"] += len(report.findings) - len(shown)
    told = {path for finding in (*shown, *silenced) for path in finding.paths}
    return replace(
        report,
        findings=shown,
        silenced=silenced,
        hidden=MappingProxyType({reason: count for reason, count in sorted(hidden.items()) if count}),
        unshown=unshown,
        sources=MappingProxyType({path: text for path, text in report.sources.items() if path in told}),
    )


def _touches(paths: Iterable[str], limits: Sequence[str]) -> bool:
    return any(path == limit or path.startswith(limit + "/") for path in paths for limit in limits)
