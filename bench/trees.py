"""What is analysed and with what: wheels from PyPI unpacked, and virtual environments with the tools of a run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = Path(tempfile.gettempdir()) / "statelint-bench"
SIX = (
    "open-webui==0.12.4",
    "django==6.1",
    "indico==3.3",
    "mlflow==3.18.0",
    "litellm==1.109.0",
    "homeassistant==2025.1.0",
)


def application(requirement: str, work: Path) -> Path:
    """The unpacked wheel of a PyPI requirement; downloaded once."""
    root = work / "trees" / requirement.replace("==", "-")
    if not root.is_dir():
        wheels = work / "wheels" / root.name
        if not any(wheels.glob("*.whl")):
            print(f"downloading {requirement}", file=sys.stderr)
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            any_python = ["--python-version", "3.13", "--ignore-requires-python"]
            subprocess.run([*command, *any_python, "--dest", str(wheels), requirement], check=True)
        part = root.with_name(root.name + ".part")
        zipfile.ZipFile(next(wheels.glob("*.whl"))).extractall(part)
        part.rename(root)
    return root


def at_hand(requirement: str, work: Path) -> Path | None:
    """The tree of a package; None, and a word about it, for one that is gone from PyPI or cannot be unpacked."""
    try:
        return application(requirement, work)
    except (subprocess.CalledProcessError, StopIteration, zipfile.BadZipFile, OSError) as error:
        print(f"left out: {requirement}: {type(error).__name__}", file=sys.stderr)
        return None


def environment(work: Path, name: str, packages: Sequence[str]) -> Path:
    """The folder of commands of a virtual environment that holds some packages and this checkout of statelint."""
    home = work / f"environment-{name}"
    commands = home / "bin"
    if not commands.exists():
        venv.create(home, with_pip=True)
    done = home / "installed"
    if not done.exists() or not set(packages) <= set(done.read_text().split()):
        print(f"installing {', '.join(packages) or 'statelint'} into {home}", file=sys.stderr)
        if packages:
            subprocess.run([str(commands / "pip"), "install", "--quiet", *packages], check=True)
        done.write_text("\n".join(packages))
    subprocess.run([str(commands / "pip"), "install", "--quiet", "--editable", str(HERE.parent)], check=True)
    # as pip does for what is not editable: else each run may compile the sources anew
    subprocess.run([str(commands / "python"), "-m", "compileall", "-q", str(HERE.parent / "src")], check=True)
    return commands


def versions(commands: Path, packages: Sequence[str]) -> dict[str, str]:
    freeze = subprocess.run([str(commands / "pip"), "list", "--format", "json"], capture_output=True, check=True)
    wanted = {*packages, "statelint-py", "libcst"}
    return {row["name"]: row["version"] for row in json.loads(freeze.stdout) if row["name"] in wanted}


def size(tree: Path, endings: tuple[str, ...]) -> dict[str, int]:
    files = [path for path in tree.rglob("*") if path.suffix in endings and path.is_file()]
    return {"files": len(files), "lines": sum(path.read_bytes().count(b"\n") for path in files)}
