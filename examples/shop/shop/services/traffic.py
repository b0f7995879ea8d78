"""How often each page is asked for."""

from collections import Counter

from flask import request

HITS: Counter[str] = Counter()  # expect: SL103


def count_visit() -> None:
    HITS[request.path] += 1


def busiest(count: int) -> list[tuple[str, int]]:
    return HITS.most_common(count)
