"""Which variable a message names where functions, nested tests and switches choose the value."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from analysing import analyse

HEAD = """\
import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()


@app.post("/orders")
def place():
    with engine.begin() as connection:
        connection.execute("insert into orders values (1)")


"""

CASES = {
    "a function returns early": ("DB_HOST", """
        def url():
            host = os.environ.get("DB_HOST")
            if not host:
                return "sqlite:///x.db"
            return f"postgresql://{host}/shop"

        engine = create_engine(url())
        """),
    "a function returns what it tried": ("DB_URL", """
        def url():
            try:
                return os.environ["DB_URL"]
            except KeyError:
                return "sqlite:///x.db"

        engine = create_engine(url())
        """),
    "a function tries, and goes on": ("DB_URL", """
        def url():
            try:
                return os.environ["DB_URL"]
            except KeyError:
                pass
            return "sqlite:///x.db"

        engine = create_engine(url())
        """),
    "a loop over the names of variables": ("DB_URL", """
        def url():
            for name in ("DB_URL", "STORE_URL"):
                if os.environ.get(name):
                    return os.environ[name]
            return "sqlite:///x.db"

        engine = create_engine(url())
        """),
    "a function with stores of its own": ("DB_KIND", """
        def make():
            kind = os.getenv("DB_KIND", "sqlite")
            if kind == "postgres":
                return create_engine(os.environ["DB_URL"])
            return create_engine("sqlite:///x.db")

        engine = make()
        """),
    "two variables read at once": ("DB_HOST", """
        host, name = os.getenv("DB_HOST"), os.getenv("DB_NAME", "shop")
        engine = create_engine(f"postgresql://{host}/{name}" if host else f"sqlite:///{name}.db")
        """),
    "a name that the default is not": ("db.url", """
        def setting(key, default):
            return os.environ.get(key.upper().replace(".", "_"), default)

        engine = create_engine(setting("db.url", "sqlite:///x.db"))
        """),
    "a test that binds the name": ("DB_URL", """
        if (url := os.getenv("DB_URL")) is None:
            url = "sqlite:///x.db"
        engine = create_engine(url)
        """),
    "the nearest of two tests": ("DB_URL", """
        if os.environ.get("ENV") == "prod":
            if "DB_URL" in os.environ:
                url = os.environ["DB_URL"]
            else:
                url = "sqlite:///x.db"
        else:
            url = os.environ["OTHER"]
        engine = create_engine(url)
        """),
    "a switch of another name": ("USE_POSTGRES", """
        USE_PG = os.environ.get("USE_POSTGRES", "").lower() in ("1", "true")
        if USE_PG:
            url = "postgresql://db/shop"
        else:
            url = "sqlite:///x.db"
        engine = create_engine(url)
        """),
    "only where a switch asks for it": (None, """
        use_sqlite = os.getenv("USE_SQLITE", "0") == "1"
        engine = create_engine("sqlite:///x.db" if use_sqlite else "postgresql://db/shop")
        """),
    "only where the stage asks for it": (None, """
        def url():
            if os.getenv("ENV", "") == "local":
                return "sqlite:///x.db"
            return "postgresql://db/shop"

        engine = create_engine(url())
        """),
    "a table without the key": ("DB_KIND", """
        URLS = {"prod": "postgresql://db/shop"}
        engine = create_engine(URLS.get(os.getenv("DB_KIND"), "sqlite:///x.db"))
        """),
    "a property that tests a field": ("DB_HOST", """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            DB_HOST: str | None = None

            @property
            def url(self):
                if self.DB_HOST:
                    return f"postgresql://{self.DB_HOST}/shop"
                return "sqlite:///x.db"

        engine = create_engine(Settings().url)
        """),
    "a URL made text": ("SHOP_DB_URL", """
        from starlette.config import Config

        config = Config(".env", env_prefix="SHOP_")
        engine = create_engine(str(config("DB_URL", default="sqlite:///x.db")))
        """),
    "a file of its own in a table": ("url", """
        import tomllib

        with open("shop.toml", "rb") as file:
            config = tomllib.load(file)
        engine = create_engine(config.get("database", {}).get("url", "sqlite:///x.db"))
        """),
    "what must be there, not missing": ("+FILES_URL", """
        url = os.getenv("STORE_URL")
        if os.environ["FILES_URL"]:
            url = "sqlite:///x.db"
        engine = create_engine(url)
        """),
    "what a module cannot do without": ("", """
        if not os.environ.get("SHOP_KEY"):
            raise SystemExit("no key")
        engine = create_engine("sqlite:///x.db")
        """),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_variable_that_decides_is_named(name: str, tmp_path: Path) -> None:
    expected, text = CASES[name]
    (tmp_path / "app.py").write_text(HEAD + textwrap.dedent(text))
    messages = [finding.message for finding in analyse(tmp_path).findings]
    found = [re.search(r"unless `([\w.]+)` is (set|off)", text) for text in messages]
    named = [(m and ("+" if m[2] == "off" else "") + m[1]) or "" for m in found]
    assert named == ([] if expected is None else [expected])


def test_a_demonstration_sets_nothing(tmp_path: Path) -> None:
    code = 'engine = create_engine(os.environ["DB_URL"])\n'
    (tmp_path / "app.py").write_text(HEAD + code)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "Dockerfile").write_text("FROM python:3.12\nENV DB_URL=sqlite:///x.db\n")
    assert not analyse(tmp_path).findings
    (tmp_path / "Dockerfile").write_text("FROM python:3.12\nENV DB_URL=sqlite:///x.db\n")
    assert len(analyse(tmp_path).findings) == 1
