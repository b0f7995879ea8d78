"""Versions of libraries, and commands, as each packaging file says them."""

from __future__ import annotations

import pytest

from statelint.embedded import read
from statelint.file_names import kind_of
from statelint.project import link

FILES = {
    "pyproject.toml": '[project]\ndependencies = [\n  "a",  # "shop<1"\n  "Shop[x] >= 2.1, < 3; os_name > \'0\'",\n]',
    "web/pyproject.toml": '[tool.poetry.group.web.dependencies]\nshop = {version = "^2.1", optional = true}\n',
    "setup.cfg": "[options]\ninstall_requires =\n    a\n    shop~=2.1\n",
    "Pipfile": '[packages]\nshop = "~=2.1"\n',
    "Pipfile.lock": '{"_meta": {"hash": {}}, "default": {"shop": {"version": "==2.1"}}}',
    "uv.lock": '[[package]]\nname = "shop"\nversion = "2.1.0"\n',
    "requirements.txt": "shop==2.1\n",
    "environment.yml": "name: web\ndependencies:\n  - python=3.12\n  - forge::shop=2.1\n",
    "conda/environment.yaml": "dependencies:\n  - pip\n  - pip:\n    - shop>=2.1,<3\n",
    "setup.py": 'from setuptools import setup\nsetup(install_requires=["a", "shop>=2.1,<3"])\n',
}


def project(**files: str):  # type: ignore[no-untyped-def]
    return link({path: read(kind_of(path), text.encode()) for path, text in files.items()}, {})


@pytest.mark.parametrize("path", FILES)
def test_each_packaging_file_tells_the_range(path: str) -> None:
    versions = project(**{path: FILES[path]}).versions
    assert versions.fits("shop", ">=2") and versions.fits("shop", ">=2.1.0") and versions.fits("shop", "<3")
    assert not versions.fits("shop", "<2") and not versions.fits("shop", ">=3") and not versions.fits("other", "<9")


def test_locks_go_before_pins_and_pins_before_bounds() -> None:
    bounds, pin = '[project]\ndependencies = ["shop>=1"]\n', "shop==3.0\n"
    lock = '[[package]]\nname = "shop"\nversion = "4.0"\n'
    assert project(**{"pyproject.toml": bounds, "requirements.txt": pin}).versions.fits("shop", ">=3")
    assert project(**{"uv.lock": lock, "requirements.txt": pin}).versions.fits("shop", ">=4")


@pytest.mark.parametrize(
    ("spec", "low", "high"),
    [
        ("^0.3.1", ">=0.3.1", "<0.4"), ("^2", ">=2", "<3"), ("~2.1.5", ">=2.1.5", "<2.2"), ("2.*", ">=2", "<3"),
        ("~2", ">=2", "<3"), ("==2.1.*", ">=2.1", "<2.2"),
    ],
)  # fmt: skip
def test_operators_of_build_tools(spec: str, low: str, high: str) -> None:
    versions = project(**{"pyproject.toml": f'[tool.poetry.dependencies]\nshop = "{spec}"\n'}).versions
    assert versions.fits("shop", low) and versions.fits("shop", high)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project.scripts]\nshop = "shop:main"\n'),
        ("pyproject.toml", '[tool.poetry.scripts]\nshop = {callable = "shop:main"}\n'),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n  shop = shop:main [all]\n"),
        ("setup.py", 'import setuptools\nsetuptools.setup(entry_points={"console_scripts": ["shop = shop:main"]})\n'),
        ("setup.py", 'from setuptools import setup\nsetup(entry_points="[console_scripts]\\nshop = shop:main\\n")\n'),
    ],
)
def test_installed_commands(path: str, text: str) -> None:
    found = project(**{path: text, "shop.py": "def main():\n    pass\n\n\ndef other():\n    pass\n"}).programs
    assert {scope.name for scope in found.commands} == {"main"}
    assert not found.serving and found.apart == found.commands
