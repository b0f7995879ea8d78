"""Fixes of Python: what the text becomes, the import that goes with it, and what is left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from analysing import analyse

from statelint.fix import patched

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"


def mended(folder: Path, text: str) -> str:
    (folder / "web.py").write_bytes(text.encode())
    found = [finding for finding in analyse(folder).findings if finding.rule.code == "SL701"]
    assert found, "nothing to mend"
    assert not any(finding.fix and finding.fix.safe for finding in found), "whoever deploys it must set the variable"
    new = patched("web.py", text, found)[0]
    ast.parse(new)
    return new


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f'"""Shop."""\n\nfrom __future__ import annotations\n\nimport secrets  # keys\n\n{FLASK}'
            'app.secret_key = secrets.token_hex(32)  # "é"\n',
            f'"""Shop."""\n\nfrom __future__ import annotations\n\nimport os\nimport secrets  # keys\n\n{FLASK}'
            'app.secret_key = os.environ["SECRET_KEY"]  # "é"\n',
            id="a new import",
        ),
        pytest.param(
            f'import os\r\nfrom secrets import token_hex as made\r\n{FLASK}"é"; app.config["SECRET_KEY"] = made()\r\n',
            f"import os\r\nfrom secrets import token_hex as made\r\n{FLASK}"
            '"é"; app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]\r\n',
            id="another name, other line ends, wide characters",
        ),
        pytest.param(
            f"import os\n{FLASK}KEY = os.urandom(\n    16,\n)\napp.secret_key = KEY\n",
            f'import os\n{FLASK}KEY = bytes.fromhex(os.environ["SECRET_KEY"])\napp.secret_key = KEY\n',
            id="bytes over several lines",
        ),
        pytest.param(
            f"import secrets\n{FLASK}app.config.update(SECRET_KEY=secrets.token_hex(), DEBUG=False)\n",
            f'import os\nimport secrets\n{FLASK}app.config.update(SECRET_KEY=os.environ["SECRET_KEY"], DEBUG=False)\n',
            id="a keyword",
        ),
        pytest.param(
            f"import secrets\nfrom itsdangerous import Signer\n{FLASK}app.secret_key = secrets.token_hex()\n"
            "links = Signer(secrets.token_hex())\n",
            f"import os\nimport secrets\nfrom itsdangerous import Signer\n{FLASK}"
            'app.secret_key = os.environ["SECRET_KEY"]\n'
            'links = Signer(os.environ["SECRET_KEY"])\n',
            id="one import for two",
        ),
    ],
)
def test_text_becomes(tmp_path: Path, before: str, after: str) -> None:
    assert mended(tmp_path, before) == after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f'import os\nimport secrets\n{FLASK}app.secret_key = os.environ.get("KEY") or secrets.token_hex()\n',
            id="a fallback",
        ),
        pytest.param(
            f"import secrets\n{FLASK}os = 1\napp.secret_key = secrets.token_hex()\n", id="the name means something else"
        ),
        pytest.param(
            f"import secrets\n{FLASK}app.secret_key = secrets.token_hex() + secrets.token_hex()\n",
            id="a part of a value",
        ),
        pytest.param(f"from secrets import *\n{FLASK}app.secret_key = token_hex()\n", id="a name from anywhere"),
        pytest.param(
            f"import secrets\n{FLASK}\n\ndef made():\n    return secrets.token_hex()\n\n\napp.secret_key = made()\n",
            id="a helper",
        ),
    ],
)
def test_what_is_not_plain_stays(tmp_path: Path, text: str) -> None:
    (tmp_path / "web.py").write_text(text)
    found = analyse(tmp_path).findings
    assert not any(finding.fix for finding in found)
    assert patched("web.py", text, found)[0] == text
