"""Which variable decides about a local value: each way of reading one, with the value that it falls back to."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from analysing import analyse

SERVED = """
from fastapi import FastAPI

app = FastAPI()


@app.post("/orders")
def place():
    with engine.begin() as connection:
        connection.execute("insert into orders values (1)")
"""
ENGINE = "from sqlalchemy import create_engine\n" + SERVED
DJANGO = 'INSTALLED_APPS = ["shop"]\nROOT_URLCONF = "urls"\n'
SQLITE = 'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}\n'
NESTED = "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\n\n"
COMPOSE = "services:\n  web:\n    build: .\n    environment:\n      %s: postgres://shop@db/shop\n"

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "an entry of a table is updated with what a URL says": (
        {
            "settings.py": "import dj_database_url\n" + DJANGO + SQLITE
            + 'DATABASES["default"].update(dj_database_url.config(env="STORE_URL", conn_max_age=60))\n'
        },
        ["STORE_URL"],
    ),
    "the same by a name of its own, with the usual variable": (
        {
            "settings.py": "import dj_database_url\n" + DJANGO + SQLITE
            + "told = dj_database_url.config()\nDATABASES['default'].update(told)\n"
        },
        ["DATABASE_URL"],
    ),
    "an entry is replaced where the variable is there": (
        {
            "settings.py": "import os\nimport dj_database_url\n" + DJANGO + SQLITE
            + 'if "STORE_URL" in os.environ:\n'
            + '    DATABASES["default"] = dj_database_url.parse(os.environ["STORE_URL"])\n'
        },
        ["STORE_URL"],
    ),
    "an entry is replaced for good": (
        {
            "settings.py": "import os\nimport dj_database_url\n" + DJANGO + SQLITE
            + 'DATABASES["default"] = dj_database_url.parse(os.environ["STORE_URL"])\n'
        },
        [],
    ),
    "a deployment sets what updates the entry": (
        {
            "settings.py": "import dj_database_url\n" + DJANGO + SQLITE
            + 'DATABASES["default"].update(dj_database_url.config(env="STORE_URL"))\n',
            "compose.yaml": COMPOSE % "STORE_URL",
        },
        [],
    ),
    "a variable is tried first": (
        {
            "app.py": 'import os\n\ntry:\n    url = os.environ["STORE_URL"]\nexcept KeyError:\n'
            + '    url = "sqlite:///shop.db"\nengine = create_engine(url)\n' + ENGINE
        },
        ["STORE_URL"],
    ),
    "a reader is tried first": (
        {
            "settings.py": "from environs import Env, EnvError\n\nenv = Env()\n" + DJANGO
            + 'try:\n    CELERY_BROKER_URL = env("BROKER")\nexcept EnvError:\n'
            + '    CELERY_BROKER_URL = "sqla+sqlite:///jobs.db"\n'
        },
        ["BROKER"],
    ),
    "a test asks whether the variable is there": (
        {
            "app.py": 'import os\n\nengine = create_engine(os.environ["STORE_URL"] if "STORE_URL" in os.environ'
            + ' else "sqlite:///shop.db")\n' + ENGINE
        },
        ["STORE_URL"],
    ),
    "a helper with a prefix": (
        {
            "app.py": 'import os\n\n\nclass Env:\n    prefix = "SHOP_"\n\n    def get(self, name, default=None):\n'
            + "        value = os.environ.get(self.prefix + name)\n"
            + "        return value if value is not None else default\n\n\n"
            + 'engine = create_engine(Env().get("STORE", "sqlite:///shop.db"))\n' + ENGINE
        },
        ["SHOP_STORE"],
    ),
    "a block that puts a prefix before": (
        {
            "app.py": "from environs import Env\n\nenv = Env()\n"
            + 'with env.prefixed("SHOP_"):\n    url = env.str("STORE", "sqlite:///shop.db")\n'
            + "engine = create_engine(url)\n" + ENGINE
        },
        ["SHOP_STORE"],
    ),
    "URLs that a reader takes apart": (
        {
            "settings.py": "from environs import FileAwareEnv\n\nenv = FileAwareEnv()\n" + DJANGO
            + 'DATABASES = {"default": env.dj_db_url("STORE", default="sqlite:///shop.db")}\n'
            + 'CACHES = {"default": env.dj_cache_url("CACHE", default="locmem://")}\n'
        },
        ["STORE", "CACHE"],
    ),
    "a reader that was made with a prefix": (
        {
            "app.py": "from starlette.config import Config\n\nconfig = Config(env_prefix='SHOP_')\n"
            + 'engine = create_engine(config("STORE", default="sqlite:///shop.db"))\n' + ENGINE
        },
        ["SHOP_STORE"],
    ),
    "a settings class inside a settings class": (
        {
            "app.py": NESTED + 'class Store(BaseModel):\n    url: str = "sqlite:///shop.db"\n\n\n'
            + "class Settings(BaseSettings):\n"
            + '    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")\n'
            + "    store: Store = Store()\n\n\nengine = create_engine(Settings().store.url)\n" + ENGINE
        },
        ["SHOP_STORE__URL"],
    ),
    "the same, set by a deployment": (
        {
            "app.py": NESTED + 'class Store(BaseModel):\n    url: str = "sqlite:///shop.db"\n\n\n'
            + "class Settings(BaseSettings):\n"
            + '    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")\n'
            + "    store: Store = Store()\n\n\nengine = create_engine(Settings().store.url)\n" + ENGINE,
            "compose.yaml": COMPOSE % "SHOP_STORE__URL",
        },
        [],
    ),
    "a data class made from variables": (
        {
            "app.py": "import os\nfrom dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Config:\n"
            + "    url: str\n\n    @classmethod\n    def read(cls):\n"
            + '        return cls(url=os.getenv("STORE", "sqlite:///shop.db"))\n\n\n'
            + "engine = create_engine(Config.read().url)\n" + ENGINE
        },
        ["STORE"],
    ),
    "a default that a function makes": (
        {
            "app.py": "import os\nfrom dataclasses import dataclass, field\n\n\n@dataclass\nclass Config:\n"
            + '    url: str = field(default_factory=lambda: os.getenv("STORE", "sqlite:///shop.db"))\n\n\n'
            + "engine = create_engine(Config().url)\n" + ENGINE
        },
        ["STORE"],
    ),
    "a deployment sets what is tried first": (
        {
            "settings.py": "from environs import Env, EnvError\n\nenv = Env()\n" + DJANGO
            + 'try:\n    CELERY_BROKER_URL = env("BROKER")\nexcept EnvError:\n'
            + '    CELERY_BROKER_URL = "memory://"\n',
            "compose.yaml": COMPOSE % "BROKER",
        },
        [],
    ),
    "a deployment sets what a test asks for, so that the other branch is taken": (
        {
            "settings.py": "import os\n\n" + DJANGO + 'STORE = os.environ.get("STORE")\nif STORE:\n'
            + '    CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": STORE}}\n'
            + 'else:\n    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}\n',
            "compose.yaml": COMPOSE % "STORE",
        },
        [],
    ),
    "nothing sets it": (
        {
            "settings.py": "import os\n\n" + DJANGO + 'STORE = os.environ.get("STORE")\nif STORE:\n'
            + '    CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": STORE}}\n'
            + 'else:\n    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}\n',
            "compose.yaml": COMPOSE % "OTHER",
        },
        ["STORE"],
    ),
    "a deployment switches the local branch on": (
        {
            "settings.py": "import os\n\n" + DJANGO + 'if os.environ.get("CACHE_KIND", "memory") == "redis":\n'
            + '    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}\n'
            + 'else:\n    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}\n',
            "compose.yaml": "services:\n  web:\n    build: .\n    environment:\n      CACHE_KIND: memory\n",
        },
        ["CACHE_KIND"],
    ),
    "a deployment switches it off": (
        {
            "app.py": "import os\nfrom cachelib import FileSystemCache, RedisCache\n\n"
            + 'if os.environ.get("CACHE_KIND", "files") == "redis":\n    cache = RedisCache()\n'
            + 'else:\n    cache = FileSystemCache("cache")\nengine = None\n' + SERVED,
            "compose.yaml": "services:\n  web:\n    build: .\n    environment:\n      CACHE_KIND: redis\n",
        },
        [],
    ),
    "a store that only the scheme of the URL asks for": (
        {
            "settings.py": "import os\nfrom urllib.parse import urlparse\n\n" + DJANGO
            + 'store = urlparse(os.environ["STORE"])\nif store.scheme.startswith("postgres"):\n'
            + '    engine = "django.db.backends.postgresql"\nelif store.scheme == "sqlite":\n'
            + '    engine = "django.db.backends.sqlite3"\nelse:\n    raise ValueError(store.scheme)\n'
            + 'DATABASES = {"default": {"ENGINE": engine, "NAME": store.path}}\n'
        },
        [],
    ),
    "a store that is asked for by default": (
        {
            "settings.py": "import os\n\n" + DJANGO + 'kind = os.environ.get("STORE", "sqlite")\nif kind == "sqlite":\n'
            + '    engine = "django.db.backends.sqlite3"\nelse:\n    engine = "django.db.backends.postgresql"\n'
            + 'DATABASES = {"default": {"ENGINE": engine, "NAME": "shop"}}\n'
        },
        ["STORE"],
    ),
    "a kind that is compared with constants, beside a URL that must be there": (
        {
            "app.py": ENGINE
            + 'SQL, FILES = "SQL", "FILES"\nKIND = FILES\nif settings.store_url:\n    KIND = SQL\n\n\nclass Store:\n'
            + "    def __init__(self):\n        self.kind = KIND\n        if self.kind == SQL and settings.store_url:\n"
            + "            url = settings.store_url.replace('postgres:', 'postgresql:')\n        else:\n"
            + "            url = 'sqlite:///shop.sqlite3'\n        self.sql = create_engine(url)\n\n\nstore = Store()\n"
        },
        ["store_url"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_variable_that_decides_is_named(name: str, tmp_path: Path) -> None:
    files, expected = CASES[name]
    for path, text in files.items():
        (tmp_path / path).write_text(textwrap.dedent(text), encoding="utf-8")
    messages = [finding.message for finding in analyse(tmp_path).findings]
    assert [m.group(1) if (m := re.search(r"unless `(\w+)` is set", text)) else "" for text in messages] == expected


@pytest.mark.parametrize(
    ("test", "ending"),
    [
        ("USE_FILES", "unless `USE_FILES` is off"),
        ("not STORE_URL", "unless `STORE_URL` is set"),
        ("STORE_KIND == 'files'", "unless `STORE_KIND` is set"),
    ],
)
def test_whether_the_switch_has_to_be_on_or_off(test: str, ending: str, tmp_path: Path) -> None:
    """A store that a switch turns on is not there unless the switch is; telling the opposite would mislead."""
    begin = f"from cachelib import FileSystemCache\nfrom settings import *\n\nif {test}:\n"
    made = '    cache = FileSystemCache("cache")\nengine = None\n'
    (tmp_path / "app.py").write_text(begin + made + SERVED, encoding="utf-8")
    assert [finding.message.rpartition(", ")[2] for finding in analyse(tmp_path).findings] == [ending]


@pytest.mark.parametrize(
    ("url", "where"), [("sqlite://", "in one process's memory"), ("sqlite:///a.db", "on local disk")]
)
def test_a_database_in_memory_is_told_as_such(url: str, where: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f'{ENGINE}\nengine = create_engine("{url}")\n', encoding="utf-8")
    (finding,) = analyse(tmp_path).findings
    assert finding.message.endswith(where)
