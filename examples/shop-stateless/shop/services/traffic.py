"""How often each page is asked for, counted over all replicas."""

from flask import request

from shop.external import server


def count_visit() -> None:
    server.zincrby("hits", 1, request.path)


def busiest(count: int) -> list[tuple[str, int]]:
    rows = server.zrevrange("hits", 0, count - 1, withscores=True)
    return [(path.decode(), int(hits)) for path, hits in rows]
