"""`[[service]]`: how often a service runs, which deployment is its own, and with which settings it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysing import analyse
from commands import statelint

from statelint.config import ConfigError

WEB = """from flask import Flask
app = Flask(__name__)
SEEN = {}
@app.post("/<key>")
def keep(key):
    SEEN[key] = 1
"""
DEPLOYED = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec:\n  replicas: 3\n"
STICKY = "---\napiVersion: v1\nkind: Service\nmetadata: {name: NAME}\nspec:\n  sessionAffinity: ClientIP\n"


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def severities(root: Path) -> dict[str, str]:
    return {f"{f.rule.code} {f.span.path}": f.severity.value for f in analyse(root).findings}


def test_a_service_that_runs_once_gives_notes_with_its_deployment(tmp_path: Path) -> None:
    write(tmp_path, {"bot/web.py": WEB, "shop/web.py": WEB, "deploy/bot.yaml": STICKY, "deploy/shop.yaml": STICKY})
    assert set(severities(tmp_path).values()) == {"error"}
    toml = '[[service]]\nname = "shop"\nroot = "shop"\n[[service]]\nname = "bot"\nroot = "./bot/"\nreplicas = "one"\n'
    write(tmp_path, {"statelint.toml": toml + 'deploy = ["deploy/bot*"]\n'})
    assert severities(tmp_path) == {
        "SL101 bot/web.py": "note",
        "SL101 shop/web.py": "error",
        "SL501 deploy/bot.yaml": "note",
        "SL501 deploy/shop.yaml": "error",
    }


def test_a_load_test_is_no_copy_of_the_service(tmp_path: Path) -> None:
    write(tmp_path, {"shop/web.py": WEB, "loadtest/k8s/swarm.yaml": DEPLOYED, "tests/swarm.yaml": DEPLOYED})
    assert [step.role.value for f in analyse(tmp_path).findings for step in f.trace] == ["defined", "written", "entry"]
    write(tmp_path, {"deploy/shop.yaml": DEPLOYED})
    deployed = [step.span.path for f in analyse(tmp_path).findings for step in f.trace if step.role.value == "deployed"]
    assert deployed == ["deploy/shop.yaml"]


def test_a_trace_ends_with_the_copies_of_its_own_service(tmp_path: Path) -> None:
    write(tmp_path, {"shop/web.py": WEB, "api/web.py": WEB, "deploy/a.yaml": DEPLOYED, "deploy/b.yaml": DEPLOYED})
    toml = "".join(f'[[service]]\nname = "{n}"\nroot = "{n}"\ndeploy = ["deploy/{d}.yaml"]\n' for n, d in
                   (("shop", "b"), ("api", "a")))  # fmt: skip
    write(tmp_path, {"statelint.toml": toml})
    last = {f.span.path: f.trace[-1].span.path for f in analyse(tmp_path).findings}
    assert last == {"shop/web.py": "deploy/b.yaml", "api/web.py": "deploy/a.yaml"}


SETTINGS = {
    "shop/settings/__init__.py": "",
    "shop/settings/shared.py": "ROOT_URLCONF = 'shop.urls'\n",
    "shop/settings/cloud.py": "from .shared import *\n"
    "SESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'\n",
    "shop/settings/onprem.py": "from .shared import *\nSESSION_ENGINE = 'django.contrib.sessions.backends.file'\n",
    "shop/urls.py": "from django.urls import path\nurlpatterns = []\n",
}


@pytest.mark.parametrize("name", ["shop.settings.cloud", "shop/settings/cloud.py", "settings/cloud.py"])
def test_settings_that_production_does_not_run_with_say_nothing(name: str, tmp_path: Path) -> None:
    write(tmp_path, SETTINGS)
    assert list(severities(tmp_path)) == ["SL201 shop/settings/onprem.py"]
    write(tmp_path, {"statelint.toml": f'[[service]]\nname = "shop"\nsettings = "{name}"\n'})
    assert severities(tmp_path) == {}
    listed = statelint("files", "--why", cwd=tmp_path).out.decode().splitlines()
    assert [row for row in listed if "settings:" in row] == [
        "shop/settings/onprem.py: python, settings: production runs with shop/settings/cloud.py"
    ]


def test_settings_that_are_not_there_are_wrong_configuration(tmp_path: Path) -> None:
    write(tmp_path, {**SETTINGS, "statelint.toml": '[[service]]\nname = "shop"\nsettings = "shop.settings.clod"\n'})
    with pytest.raises(ConfigError, match=r"service `shop`: there is no shop/settings/clod.py for `settings`"):
        analyse(tmp_path)
