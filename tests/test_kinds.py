"""The category of a state object, by what its name says, how a request writes it and what it is given."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from analysing import analyse

PROGRAM = """
import asyncio
import threading
import time
import uuid
from collections import Counter, defaultdict, deque
import requests
from fastapi import BackgroundTasks, FastAPI, Request, WebSocket

app = FastAPI()
{definition}

@app.post("/in")
async def write(request: Request, body: dict, name: str, user_id: int):
    global {names}
{writes}
    return {{}}
"""
SOCKET = """
from collections import defaultdict
from fastapi import FastAPI, WebSocket

app = FastAPI()
{definition}

@app.websocket("/ws")
async def write(websocket: WebSocket, name: str):
    await websocket.accept()
{writes}
"""

WRITTEN = [
    ("store", "NOTES = {}", "NOTES[name] = body"),
    ("store", "users = []", "users.append(body)"),
    ("store", "clients = {}", "clients[user_id] = body"),
    ("store", "rooms = {}", "rooms[name] = body"),
    ("store", "tasks = []", "tasks.append(body)"),
    ("store", "worker_logs = {}", "worker_logs[name] = body"),
    ("store", "state = {}", "state[name] = body"),
    ("store", "active_users = {}", "active_users[user_id] = body"),
    ("store", "ratings = {}", "ratings[name] = body"),
    ("store", "items_by_session = []", "items_by_session.append(body)"),
    ("store", "database = {}", "database[name] = body"),
    ("store", "items = []", "items = [*items, body]"),
    ("counter", "hits = 0", "hits += 1"),
    ("counter", "active_connections = 0", "active_connections += 1"),
    ("counter", "worker_index = 0", "worker_index += 1"),
    ("counter", "seen = defaultdict(int)", "seen[name] += 1"),
    ("counter", "per_name = {}", "per_name[name] = per_name.get(name, 0) + 1"),
    ("counter", "calls = defaultdict(list)", "calls[request.client.host].append(time.time())"),
    ("counter", "calls = defaultdict(deque)", "calls[name].append(time.monotonic())\ncalls[name].popleft()"),
    ("counter", "login_attempts = {}", "login_attempts[name] = body"),
    ("counter", "rate_limits = {}", "rate_limits[name] = body"),
    ("counter", "next_id = 1", "next_id = next_id + 1"),
    ("cache", "user_cache = {}", "user_cache[user_id] = body"),
    ("cache", "pages = {}", "if name not in pages:\n    pages[name] = requests.get(name).json()"),
    ("cache", "session_cache = {}", "session_cache[name] = body"),
    ("session", "SESSIONS = {}", "SESSIONS[name] = body"),
    ("session", "session_store = {}", "session_store[name] = body"),
    ("session", "people = {}", 'people[request.cookies["session"]] = body'),
    ("session", "data = {}", "session_id = str(uuid.uuid4())\ndata[session_id] = body"),
    ("session", "reset_tokens = {}", "reset_tokens[name] = user_id"),
    ("job", "jobs = {}", "jobs[name] = body"),
    ("job", "job_results = {}", "job_results[name] = body"),
    ("job", "tasks = {}", "tasks[name] = asyncio.create_task(asyncio.sleep(1))\ntasks.pop(name)"),
    ("job", "running = {}", "running[name] = threading.Thread(target=print)"),
    ("job", "uploads = {}", "job_id = str(uuid.uuid4())\nuploads[job_id] = body"),
    ("job", "results = asyncio.Queue()", "await results.put(body)"),
    ("global", "MAINTENANCE = False", 'MAINTENANCE = body["on"]'),
    ("global", "config = {}", "config[name] = body"),
    ("global", 'settings = {"theme": "light"}', 'settings["theme"] = name'),
    ("global", 'state = {"ready": False}', 'state["ready"] = body["ready"]'),
    ("store", "shop = {}", 'shop[name] = body\nshop["access_token"] = name'),
    ("global", 'eos_token = ""', 'eos_token = body["eos"]'),
    ("store", "prompt_tokens = {}", "prompt_tokens[name] = body"),
    ("global", "user_count = 0", 'user_count = body["n"]'),
]
LIVE = [
    ("realtime", "connections = set()", "connections.add(websocket)"),
    ("realtime", "everybody = []", "everybody.append(websocket)"),
    ("realtime", "rooms = defaultdict(set)", "rooms[name].add(websocket)"),
    ("realtime", "clients = {}", "clients[name] = websocket"),
    ("realtime", "players = {}", 'players[name] = {"x": 0}'),
    ("store", "messages = []", "messages.append(await websocket.receive_text())"),
]


def found(root: Path, program: str, definition: str, writes: str) -> set[str]:
    names = definition.partition(" ")[0]
    text = program.format(definition=definition, names=names, writes=textwrap.indent(writes, "    "))
    (root / "main.py").write_text(text)
    place = text.split("\n").index(definition) + 1
    return {f.rule.category for f in analyse(root).findings if f.span.line == place}


@pytest.mark.parametrize(("category", "definition", "writes"), WRITTEN)
def test_what_a_route_writes(category: str, definition: str, writes: str, tmp_path: Path) -> None:
    assert found(tmp_path, PROGRAM, definition, writes) == {category}


@pytest.mark.parametrize(("category", "definition", "writes"), LIVE)
def test_what_a_socket_writes(category: str, definition: str, writes: str, tmp_path: Path) -> None:
    assert found(tmp_path, SOCKET, definition, writes) == {category}
