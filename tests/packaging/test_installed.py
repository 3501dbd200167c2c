"""The wheel, installed where there is no source tree: `make test-installed` builds and tests it.

PYTHONS says on which versions, such as ``PYTHONS="3.11 3.13"``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .places import ROOT, built, metadata, needs_a_build, run

pytestmark = needs_a_build

PYTHONS = os.environ.get("PYTHONS", "").split() or ["3.10", "3.11", "3.12", "3.13"]

NEEDED = {"attrs", "cattrs", "httpx", "tenacity"}
WHAT_THEY_NEED = {"anyio", "certifi", "h11", "httpcore", "idna", "typing-extensions"}
FOR_OLD_PYTHONS = {"exceptiongroup"}

# The first use of each extra, by one who did not install it.
FIRST_USE = {
    "cli": "import sys\nfrom integrations_sdk.cli import main\nsys.exit(main(['--help']))",
    "fast": "from integrations_sdk import FastTransport; FastTransport()",
    "httpx2": "from integrations_sdk import Httpx2Transport; Httpx2Transport()",
    "otel": "from integrations_sdk import OpenTelemetry; OpenTelemetry()",
    "redis": "from integrations_sdk import RedisRateLimit\n"
    "RedisRateLimit.from_url('redis://127.0.0.1', rate=1, burst=1)",
    "sandbox": "import runpy\n"
    "runpy.run_module('integrations_sdk.sandbox', run_name='__main__', alter_sys=True)",
    "testing": "from integrations_sdk.testing import LocalSandbox",
}
MISSED_BY_NOBODY = {"msgspec"}  # a faster parser, used where it is there

USED_BY_TESTS = ("__init__.py", "conftest.py", "faces.py", "contract")


class Environment:
    """A virtual environment with nothing in it, not even pip, away from the source tree."""

    def __init__(self, version: str, folder: Path) -> None:
        self.folder = folder
        python = run("sh", ROOT / "tests/find_python.sh", version, cwd=ROOT).strip()
        run(python, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
        self.python = folder / "venv/bin/python"

    def install(self, *what: str | Path) -> None:
        self._pip("install", "--quiet", *what)

    def installed(self) -> set[str]:
        listed = json.loads(self._pip("list", "--format=json"))
        return {package["name"].lower().replace("_", "-") for package in listed}

    def run(self, *arguments: str) -> str:
        return run(self.python, *arguments, cwd=self.folder)

    def last_words(self, code: str) -> str:
        """Run code that must fail, and return the last line of what it says."""
        process = subprocess.run(
            [self.python, "-c", code],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert process.returncode != 0, process.stdout
        return process.stderr.splitlines()[-1]

    def _pip(self, *arguments: str | Path) -> str:
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
        return run(*pip, "--python", self.python, *arguments, cwd=self.folder)


@pytest.fixture(scope="module", params=PYTHONS)
def python(request: pytest.FixtureRequest) -> str:
    version: str = request.param
    found = subprocess.run(["sh", ROOT / "tests/find_python.sh", version], check=False)
    if found.returncode != 0:
        pytest.skip(f"NOT TESTED: this machine has no Python {version}")
    return version


@pytest.fixture(scope="module")
def alone(python: str, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Only the wheel, and what it brings."""
    environment = Environment(python, tmp_path_factory.mktemp(f"alone-{python}-"))
    environment.install(built("*.whl"))
    return environment


@pytest.fixture(scope="module")
def equipped(python: str, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel with its sandbox, and a copy of the tests."""
    environment = Environment(python, tmp_path_factory.mktemp(f"equipped-{python}-"))
    environment.install(
        f"{built('*.whl')}[sandbox]", "--group", f"{ROOT / 'pyproject.toml'}:harness"
    )
    shutil.copy(ROOT / "pyproject.toml", environment.folder)
    for name in USED_BY_TESTS:
        source, copy = ROOT / "tests" / name, environment.folder / "tests" / name
        copy.parent.mkdir(exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy)
    return environment


def test_the_wheel_alone_brings_four_libraries_and_what_they_need(alone: Environment) -> None:
    brought = alone.installed() - {"integrations-sdk"}

    assert brought >= NEEDED
    assert brought <= NEEDED | WHAT_THEY_NEED | FOR_OLD_PYTHONS


def test_every_public_name_is_there_with_the_wheel_alone(alone: Environment) -> None:
    code = (
        "import integrations_sdk as sdk\n"
        "for name in sdk.__all__:\n    getattr(sdk, name)\n"
        "print(sdk.__file__)"
    )

    where = Path(alone.run("-c", code).strip())

    assert where.parents[1].name == "site-packages"


def test_every_extra_is_tried_without_its_libraries() -> None:
    extras = metadata(built("*.whl")).get_all("Provides-Extra", [])

    assert set(extras) == FIRST_USE.keys() | MISSED_BY_NOBODY


@pytest.mark.parametrize("extra", FIRST_USE)
def test_without_its_libraries_an_extra_says_what_to_install(
    alone: Environment, extra: str
) -> None:
    assert f"pip install 'integrations-sdk[{extra}]'" in alone.last_words(FIRST_USE[extra])


def test_the_contract_holds_as_installed(equipped: Environment) -> None:
    where = equipped.run("-c", "import integrations_sdk; print(integrations_sdk.__file__)")
    assert "site-packages" in where

    said = equipped.run("-m", "pytest", "-q", "--show-capture=no", "tests/contract")

    assert " passed in " in said.splitlines()[-1]
