"""The replacement snippets for files, executed against the real libraries and a stand-in for object storage.

They need what the extra `snippets` names; what is not installed is skipped. Each snippet runs as it is printed, in a
process of its own, with a real request of its framework; afterwards the bucket must hold exactly what was sent.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statelint.advise import template

BODY = b"first line\n\x00\xff" * 1000
HEAD = """
import asyncio, io, json, os, sys
BODY = b"first line\\n\\x00\\xff" * 1000
"""
DRIVERS = {
    "ninja": """
        import django
        from django.conf import settings
        settings_part, _, view_part = open(sys.argv[1]).read().partition("# in the view")
        exec(settings_part)
        settings.configure(STORAGES=STORAGES, SECRET_KEY="k", ROOT_URLCONF=[], ALLOWED_HOSTS=["*"])
        django.setup()
        exec(view_part.partition("\\n")[2], globals())
        from django.core.files.uploadedfile import SimpleUploadedFile
        from ninja.testing import TestClient
        answer = TestClient(api).post("/files", FILES={"file": SimpleUploadedFile("a.bin", BODY)})
        assert answer.status_code == 200, answer.content
    """,
    "dash": """
        import base64
        exec(open(sys.argv[1]).read())
        contents = "data:application/octet-stream;base64," + base64.b64encode(BODY).decode()
        answer = app.server.test_client().post("/_dash-update-component", json={
            "output": "done.children", "outputs": {"id": "done", "property": "children"},
            "changedPropIds": ["upload.contents"],
            "inputs": [{"id": "upload", "property": "contents", "value": contents}], "state": []})
        assert answer.status_code == 200, answer.text
    """,
    "django": """
        import django
        from django.conf import settings
        settings_part, _, view_part = open(sys.argv[1]).read().partition("# in the view")
        exec(settings_part)
        settings.configure(STORAGES=STORAGES, SECRET_KEY="k", ROOT_URLCONF=[], ALLOWED_HOSTS=["*"])
        django.setup()
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.test import RequestFactory
        request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.bin", BODY)})
        exec(view_part.partition("\\n")[2], {"request": request})
    """,
    "fastapi": """
        exec(open(sys.argv[1]).read())
        from fastapi.testclient import TestClient
        print(TestClient(app).post("/files", files={"file": ("a.bin", BODY)}).json())
    """,
    "starlette": """
        exec(open(sys.argv[1]).read())
        from starlette.applications import Starlette
        from starlette.routing import Route
        from starlette.testclient import TestClient
        client = TestClient(Starlette(routes=[Route("/files", add, methods=["POST"])]))
        print(client.post("/files", files={"file": ("a.bin", BODY)}).json())
    """,
    "quart": """
        from quart import Quart
        from quart.datastructures import FileStorage
        app = Quart("app")
        exec(open(sys.argv[1]).read())
        async def send():
            file = FileStorage(io.BytesIO(BODY), filename="a.bin")
            return await (await app.test_client().post("/files", files={"file": file})).get_json()
        print(asyncio.run(send()))
    """,
    "flask": """
        from flask import Flask
        app = Flask("app")
        exec(open(sys.argv[1]).read())
        print(app.test_client().post("/files", data={"file": (io.BytesIO(BODY), "a.bin")}).get_json())
    """,
    "aiohttp": """
        exec(open(sys.argv[1]).read())
        from aiohttp import FormData
        from aiohttp.test_utils import TestClient, TestServer
        async def send():
            app = web.Application()
            app.router.add_post("/files", add)
            form = FormData()
            form.add_field("file", io.BytesIO(BODY), filename="a.bin")
            async with TestClient(TestServer(app)) as client:
                return await (await client.post("/files", data=form)).json()
        print(asyncio.run(send()))
    """,
    "tornado": """
        exec(open(sys.argv[1]).read())
        import urllib.request
        from tornado.web import Application
        from tornado.httpserver import HTTPServer
        from tornado.testing import bind_unused_port
        async def send():
            sock, port = bind_unused_port()
            HTTPServer(Application([("/files", Files)])).add_sockets([sock])
            head = b'--b\\r\\nContent-Disposition: form-data; name="file"; filename="a.bin"\\r\\n\\r\\n'
            part = head + BODY + b"\\r\\n--b--\\r\\n"
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/files", part, {"Content-Type": "multipart/form-data; boundary=b"})
            return await asyncio.to_thread(lambda: urllib.request.urlopen(request).read())
        print(asyncio.run(send()))
    """,
    "sanic": """
        from sanic import Sanic
        app = Sanic("app")
        exec(open(sys.argv[1]).read())
        async def send():
            return (await app.asgi_client.post("/files", files={"file": ("a.bin", BODY)}))[1].json
        print(asyncio.run(send()))
    """,
    "litestar": """
        exec(open(sys.argv[1]).read())
        from litestar.testing import create_test_client
        with create_test_client([add]) as client:
            print(client.post("/files", files={"file": ("a.bin", BODY)}).json())
    """,
    "falcon": """
        exec(open(sys.argv[1]).read())
        import httpx
        app = falcon.App()
        app.add_route("/files", Files())
        client = httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://x")
        print(client.post("/files", files={"file": ("a.bin", BODY)}).json())
    """,
    "pyramid": """
        sys.path.insert(0, os.path.dirname(sys.argv[1]))
        sys.dont_write_bytecode = True
        from snippet import add  # the decorator looks for the source of its module
        import httpx
        from pyramid.config import Configurator
        with Configurator() as config:
            config.add_route("files", "/files")
            config.add_view(add, route_name="files", renderer="json")
            app = config.make_wsgi_app()
        client = httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://x")
        print(client.post("/files", files={"file": ("a.bin", BODY)}).json())
    """,
    "bottle": """
        exec(open(sys.argv[1]).read())
        import bottle, httpx
        client = httpx.Client(transport=httpx.WSGITransport(app=bottle.default_app()), base_url="http://x")
        print(client.post("/files", files={"file": ("a.bin", BODY)}).json())
    """,
    "cherrypy": """
        exec(open(sys.argv[1]).read())
        import httpx
        app = cherrypy.tree.mount(Files(), "/")
        client = httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://x")
        print(client.post("/add", files={"file": ("a.bin", BODY)}).json())
    """,
    "blacksheep": """
        from blacksheep import Application
        exec(open(sys.argv[1]).read())
        from blacksheep.contents import FormPart, MultiPartFormData
        from blacksheep.testing import TestClient
        async def send():
            app = Application()
            await app.start()  # with the routes of the decorators
            form = MultiPartFormData([FormPart(b"file", BODY, b"application/octet-stream", b"a.bin")])
            return await (await TestClient(app).post("/files", content=form)).json()
        print(asyncio.run(send()))
    """,
    "streamlit": """
        from streamlit.testing.v1 import AppTest
        page = AppTest.from_file(sys.argv[1], default_timeout=60).run()
        page.file_uploader[0].upload("a.bin", BODY, "application/octet-stream").run()
        assert not page.exception, page.exception
        page.run()  # the same file once more: it must still be readable
        assert not page.exception, page.exception
    """,
    "": """
        exec(open(sys.argv[1]).read())
        print(keep(io.BytesIO(BODY)))
        import httpx
        there = address_for_upload()
        answer = httpx.post(there["url"], data=there["fields"], files={"file": BODY})
        assert answer.status_code == 204, answer.text
    """,
}


def variants(name: str) -> dict[str, str]:
    """The snippets of a template by the framework that they are for; "" is for all others."""
    return {next(iter((*v.when.imports, *v.when.any)), ""): v.snippet for v in template(name).variants}


def test_every_variant_is_executed() -> None:
    assert set(DRIVERS) == set(variants("object-storage"))


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """The address of a stand-in for object storage."""
    pytest.importorskip("boto3")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(storage: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, named by `BUCKET`."""
    import boto3

    for name, value in {
        "AWS_ENDPOINT_URL": storage, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1", "BUCKET": "files",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    made = boto3.resource("s3").Bucket("files")
    made.create()
    yield made
    made.objects.all().delete()
    made.delete()


def run(driver: str, snippet: str, folder: Path) -> str:
    file = folder / "snippet.py"
    file.write_text(snippet)
    code = HEAD + textwrap.dedent(driver)
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, cwd=folder, env=os.environ,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def kept(bucket: Any) -> list[bytes]:
    return [summary.get()["Body"].read() for summary in bucket.objects.all()]


@pytest.mark.parametrize("framework", sorted(DRIVERS))
def test_upload(framework: str, bucket: Any, tmp_path: Path) -> None:
    if framework and importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    run(DRIVERS[framework], variants("object-storage")[framework], tmp_path)
    found = kept(bucket)
    assert found, "nothing was stored"
    assert set(found) == {BODY}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["snippet.py"], "a file was left on local disk"


def test_generated_file(bucket: Any, tmp_path: Path) -> None:
    driver = """
        exec(open(sys.argv[1]).read())
        import urllib.request
        key = keep_report("a report")
        assert urllib.request.urlopen(address(key)).read() == b"a report"
    """
    run(driver, variants("generated-object")[""], tmp_path)
    assert kept(bucket) == [b"a report"]


def test_generated_file_by_the_storage_of_the_framework(bucket: Any, tmp_path: Path) -> None:
    pytest.importorskip("storages")
    driver = """
        import django
        from django.conf import settings
        default = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": os.environ["BUCKET"]}}
        settings.configure(STORAGES={"default": default, "staticfiles": default})
        django.setup()
        exec(open(sys.argv[1]).read())
        assert default_storage.open(keep_report("a report")).read() == b"a report"
    """
    run(driver, variants("generated-object")["django"], tmp_path)
    assert kept(bucket) == [b"a report"]


def test_parts_from_several_replicas(bucket: Any, tmp_path: Path) -> None:
    driver = """
        code = open(sys.argv[1]).read()
        replicas = [{}, {}, {}]
        for replica in replicas:
            exec(code, replica)
        part = b"x" * (5 << 20)
        begun = replicas[0]["begin"]()
        replicas[1]["add_part"](**begun, number=2, body=b"end")
        replicas[2]["add_part"](**begun, number=1, body=part)
        replicas[1]["finish"](**begun)
    """
    run(driver, variants("multipart-upload")[""], tmp_path)
    assert kept(bucket) == [b"x" * (5 << 20) + b"end"]


def test_worker_gets_the_key(bucket: Any, tmp_path: Path) -> None:
    driver = """
        exec(open(sys.argv[1]).read())
        queue = []
        accept(io.BytesIO(BODY), queue.append)
        assert work(queue[0]) == len(BODY)
    """
    run(driver, variants("object-key-handed-on")[""], tmp_path)
    assert kept(bucket) == [BODY]


def test_temporary_file_goes_after_an_exception(tmp_path: Path) -> None:
    driver = """
        import tempfile
        tempfile.tempdir = os.getcwd()
        exec(open(sys.argv[1]).read())
        assert measure(io.BytesIO(BODY)) == len(BODY)
        class Broken(io.BytesIO):
            def read(self, size=-1):
                raise OSError("gone")
        try:
            measure(Broken(BODY))
        except OSError:
            pass
        print(json.dumps(sorted(os.listdir("."))))
    """
    out = run(driver, variants("scoped-temporary-file")[""], tmp_path)
    assert json.loads(out) == ["snippet.py"]


def test_traps_are_as_the_snippets_say(bucket: Any) -> None:
    """`upload_fileobj` closes what it is given, and stores nothing of what was read before."""
    import io

    import boto3

    s3 = boto3.client("s3")
    stream = io.BytesIO(BODY)
    s3.upload_fileobj(stream, "files", "closed")
    assert stream.closed
    read = io.BytesIO(BODY)
    read.read()
    s3.upload_fileobj(read, "files", "empty")
    assert s3.get_object(Bucket="files", Key="empty")["Body"].read() == b""
