"""The whole path of a route: what its group was made with and where the group was put, in each framework's way."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from statelint.config import Config
from statelint.run import Way, analyse

PROGRAMS = {
    "a blueprint with a path of its own, registered in another file": (
        {
            "shop/items.py": """
                from flask import Blueprint
                items = Blueprint("items", __name__, url_prefix="/items")

                @items.get("/<int:number>")
                def one(number): ...
                """,
            "shop/app.py": """
                from flask import Flask
                from shop.items import items

                def create_app():
                    app = Flask(__name__)
                    app.register_blueprint(items)
                    return app
                """,
        },
        {"GET /items/<int:number>"},
    ),
    "a path on registration takes the place of the blueprint's own": (
        {
            "app.py": """
                from flask import Blueprint, Flask
                app = Flask(__name__)
                items = Blueprint("items", __name__, url_prefix="/items")
                inner = Blueprint("inner", __name__, url_prefix="/inner")

                @items.get("/all")
                def every(): ...

                @inner.post("/new")
                def new(): ...

                items.register_blueprint(inner)
                app.register_blueprint(items, url_prefix="/api")
                """,
        },
        {"GET /api/all", "POST /api/inner/new"},
    ),
    "routers inside routers, the path from a constant": (
        {
            "shop/carts.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/carts")

                @router.post("")
                def create(): ...

                @router.get("/{cart}")
                def one(cart: str): ...
                """,
            "shop/main.py": """
                from fastapi import APIRouter, FastAPI
                from shop import carts
                VERSION = "/v1"
                app = FastAPI()
                api = APIRouter(prefix=VERSION)
                api.include_router(carts.router, prefix="/shop")
                app.include_router(router=api, prefix="/api")

                @app.get("/health")
                def health(): ...
                """,
        },
        {"POST /api/v1/shop/carts", "GET /api/v1/shop/carts/{cart}", "GET /health"},
    ),
    "tables of other modules, and tables in tables": (
        {
            "shop/urls.py": """
                from django.urls import include, path
                from shop import views
                more = [path("late/", views.late)]
                urlpatterns = [
                    path("api/", include("shop.api.urls")),
                    path("a/", include([path("b/", views.both), path("c/", include(more))])),
                    path("plain/", views.plain),
                ]
                """,
            "shop/api/urls.py": """
                from django.urls import path, re_path
                from shop import views
                urlpatterns = [path("users/<int:pk>/", views.user), re_path("^odd$", views.odd)]
                """,
            "shop/views.py": "\n".join(
                f"def {name}(request, pk=0): ..." for name in ("late", "both", "plain", "user", "odd")
            ),
        },
        {"URL a/b/", "URL a/c/late/", "URL api/users/<int:pk>/", "URL api/odd$", "URL plain/"},
    ),
    "mounted applications and lists of routes": (
        {
            "app.py": """
                from starlette.applications import Starlette
                from starlette.routing import Mount, Route

                def one(request): ...
                def two(request): ...

                inner = [Route("/two", two)]
                app = Starlette(routes=[Mount("/in", routes=[Route("/one", one), Mount("/deep", routes=inner)])])
                """,
        },
        {"GET /in/one", "GET /in/deep/two"},
    ),
    "parts of an application": (
        {
            "app.py": """
                from aiohttp import web
                routes = web.RouteTableDef()

                @routes.get("/list")
                async def listing(request): ...

                async def named(request): ...

                admin = web.Application()
                admin.add_routes(routes)
                admin.add_routes([web.post("/named", named)])
                app = web.Application()
                app.add_subapp("/admin/", admin)
                """,
        },
        {"GET /admin/list", "POST /admin/named"},
    ),
    "a part of the path that is called as a mark of labels is stays as it is written": (
        {
            "app.py": """
                from fastapi import FastAPI
                app = FastAPI()

                @app.put("/rooms/{room}/{name}")
                def rename(room, name): ...
                """,
        },
        {"PUT /rooms/{room}/{name}"},
    ),
    "a call that tells neither the verb nor the path names the function once": (
        {
            "app.py": """
                from aiohttp import web

                async def listed(request): ...

                def application(rows):
                    app = web.Application()
                    for row in rows:
                        app.router.add_route(row.verb, row.path, listed)
                    return app
                """,
        },
        {"listed()"},
    ),
    "a group that leads back to itself ends": (
        {
            "app.py": """
                from fastapi import APIRouter
                router = APIRouter()
                router.include_router(router, prefix="/again")

                @router.get("/x")
                def x(): ...
                """,
        },
        {"GET " + "/again" * 8 + "/x"},
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_routes_have_their_whole_path(name: str, tmp_path: Path) -> None:
    files, labels = PROGRAMS[name]
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
    project, _ = analyse(tmp_path, Config(), Way(use_cache=False))
    assert {entry.label for entry in project.entries.all} == labels
