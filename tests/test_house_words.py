"""`models` of the configuration reach the analysis: each word changes what is found, in the way that it says."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from analysing import analyse

WEB = """
    from flask import Flask
    app = Flask(__name__)

    @app.get("/")
    def index(): ...
    """
CASES = {
    "a decorator of the house lets requests in": (
        """
        HANDLERS = {}
        SEEN = {}
        def expose(function):
            HANDLERS[function.__name__] = function
            return function

        @expose
        def look(user):
            SEEN[user] = True
        """,
        'entrypoints = ["shop.own:expose"]',
        [],
        ["SL101 shop.own:SEEN"],
    ),
    "a class of the house whose methods are called from outside": (
        """
        SEEN = {}
        class Handlers:
            def look(self, user):
                SEEN[user] = True
        """,
        'entrypoints = ["shop.own.Handlers.*"]',
        [],
        ["SL101 shop.own:SEEN"],
    ),
    "a decorator of a library that has no table": (
        """
        from acme.rpc import expose
        SEEN = {}
        @expose("look")
        def look(user):
            SEEN[user] = True
        """,
        'entrypoints = ["acme.rpc.expose"]',
        [],
        ["SL101 shop.own:SEEN"],
    ),
    "an object that all replicas share": (
        """
        from shop.web import app
        class Grid:
            def __init__(self):
                self.rows = {}
            def put(self, key, value):
                self.rows[key] = value
        GRID = Grid()
        OTHER = {}
        @app.post("/<key>")
        def keep(key):
            GRID.put(key, 1)
            OTHER[key] = 1
        """,
        'external = ["shop.own:Grid"]',
        ["SL101 shop.own:Grid.rows", "SL101 shop.own:OTHER"],
        ["SL101 shop.own:OTHER"],
    ),
    "a memo of a shared result": (
        """
        from functools import cache
        import requests
        from shop.web import app
        @cache
        def rates():
            return requests.get("https://rates").json()
        @app.get("/rates")
        def show():
            return rates()
        """,
        'external = ["shop.own.rates"]',
        ["SL109 shop.own:rates"],
        [],
    ),
    "a function of a library that changes what it is given": (
        """
        from acme import put
        from shop.web import app
        SEEN = {}
        @app.post("/<key>")
        def keep(key):
            put(SEEN, key)
        """,
        'writers = ["acme.put"]',
        [],
        ["SL101 shop.own:SEEN"],
    ),
    "a class of a library with a method that writes": (
        """
        from acme import Shelf
        from shop.web import app
        SEEN = Shelf()
        @app.post("/<key>")
        def keep(key):
            SEEN.place(key)
        """,
        'writers = ["acme.Shelf.place"]',
        [],
        ["SL101 shop.own:SEEN"],
    ),
    "a function that only runs at start-up": (
        """
        from shop.web import app
        SEEN = {}
        def warm():
            SEEN["rates"] = 1
        @app.post("/<key>")
        def keep(key):
            warm()
        """,
        'startup = ["shop.own:warm"]',
        ["SL101 shop.own:SEEN"],
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_word_of_the_house(name: str, tmp_path: Path) -> None:
    text, models, before, after = CASES[name]
    (tmp_path / "shop").mkdir()
    for file, content in (("web.py", WEB), ("own.py", text)):
        (tmp_path / "shop" / file).write_text(textwrap.dedent(content))
    assert found(tmp_path) == before
    (tmp_path / "statelint.toml").write_text(f"[models]\n{models}\n")
    assert found(tmp_path) == after


def found(root: Path) -> list[str]:
    return sorted(f"{f.rule.code} {f.subject.name}" for f in analyse(root).findings)
