"""The readiness report: what it says is outside already, which service is blocked, what it leaves to `--all`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import statelint

from statelint.audit import Edge, Map, spoken
from statelint.audit_map import in_order

WEB = """import os
import boto3
import redis
from flask import Flask
from sqlalchemy import create_engine

app = Flask(__name__)
CARTS = {}
TABLE = {}
TABLE["a"] = 1
cache = redis.Redis.from_url(os.environ["REDIS_URL"])
main = create_engine("postgresql://db/shop")
local = create_engine("sqlite:///local.db")
files = boto3.client("s3")
mails = boto3.client("ses")

@app.post("/cart/<user>")
def add(user):
    CARTS[user] = 1
"""
SETTINGS = """SECRET_KEY = "x"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://cache"}}
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
"""
TESTING = 'DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {"web/app.py": WEB, "site/settings.py": SETTINGS, "site/test_settings.py": TESTING, "site/urls.py":
             "from django.urls import path\nurlpatterns = []\n"}  # fmt: skip
    files["statelint.toml"] = (
        '[[service]]\nname = "web"\nroot = "web"\n[[service]]\nname = "site"\nroot = "site"\nreplicas = "many"\n'
    )
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def audit(root: Path, *arguments: str) -> str:
    outcome = statelint("audit", "--no-cache", *arguments, cwd=root)
    assert outcome.code == 0, outcome.err
    return outcome.out.decode()


def test_what_is_outside_already_is_listed_and_nothing_else(project: Path) -> None:
    made = json.loads(audit(project, "--output-format", "json"))
    assert [(e["what"], e["name"], e["path"], e["line"]) for e in made["external"]] == [
        ("Redis", "redis.Redis.from_url", "web/app.py", 11),
        ("a SQL server", "DATABASES.default.ENGINE", "site/settings.py", 3),
        ("a SQL server", "sqlalchemy.create_engine", "web/app.py", 12),
        ("a shared cache", "CACHES.default.BACKEND", "site/settings.py", 2),
        ("object storage", "boto3.client", "web/app.py", 14),
    ]
    for kind in ("text", "markdown", "html"):
        told = audit(project, "--output-format", kind)
        assert "Outside already" in told and "redis.Redis.from" in told and "sqlite" not in told.split("Inventory")[0]


def test_services_are_told_apart(project: Path) -> None:
    made = json.loads(audit(project, "--output-format", "json"))
    rows = {part["name"]: (part["replicas"], part["blocking"]) for part in made["services"]}
    assert rows == {"web": ("auto", 2), "site": ("many", 0)}
    assert "service web (web, as the deployment files say): 2 objects in the way" in audit(project)


def test_what_is_benign_is_counted_by_its_reason(project: Path) -> None:
    short, whole = audit(project), audit(project, "--all")
    assert "benign    1 object (--all lists them):" in short and "1 only start-up code writes it" in short
    assert "TABLE" not in short and "TABLE" in whole and "--all" not in whole


def test_few_arrows_of_the_map_cross() -> None:
    pairs = [("a", "z"), ("b", "y"), ("c", "x"), ("d", "w")]
    state = Map(
        tuple(f"GET /{n}" for n, _ in pairs),
        tuple(sorted(f"{n}()" for n, _ in pairs)),
        tuple((o, "store") for _, o in sorted(pairs, key=lambda p: p[1])),
        tuple(Edge(f"GET /{n}", f"{n}()") for n, _ in pairs),
        tuple(Edge(f"{n}()", o) for n, o in pairs),
    )
    entries, writers, objects = in_order(state)
    for left, right, edges in ((entries, writers, state.reaches), (writers, objects, state.writes)):
        places = [(left.index(e.source), right.index(e.target)) for e in edges]
        assert not [1 for a in places for b in places if a[0] < b[0] and a[1] > b[1]]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shop.cart:CARTS", "CARTS"),
        ("shop.files:keep#os.File.save@1", "save() in keep()"),
        ("Ingress/shop/web#metadata.annotations.nginx.ingress.kubernetes.io/affinity", "affinity of Ingress web"),
        ("Service//web#spec.sessionAffinity", "sessionAffinity of Service web"),
    ],
)
def test_names_as_people_say_them(name: str, said: str) -> None:
    assert spoken(name) == said
