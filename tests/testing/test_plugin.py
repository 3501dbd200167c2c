"""The plugin of pytest, in projects of its own: one subprocess each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_IS_INSTALLED = any(
    found.value == "integrations_sdk.testing.plugin" for found in entry_points(group="pytest11")
)

ONE = """
import asyncio
import os
import pytest
from integrations_sdk import AsyncLosant, Losant, NotFoundError

ONE = dict(
    application_id="575ec8687ae143cd83dc4a97", integration_id="575ed78e7ae143cd83dc4aab"
)
"""

TESTS = """
def test_a_deletion(integrations_sandbox, losant_client):
    losant_client.integration.delete(**ONE)
    with pytest.raises(NotFoundError):
        losant_client.integration.get(**ONE)
    integrations_sandbox.fail_next(status=503, times=9)

def test_that_all_is_as_before(integrations_sandbox, losant_client):
    assert not integrations_sandbox.calls
    assert losant_client.integration.get(**ONE).name == "Cold room broker"

def test_a_retry(integrations_sandbox, losant_client, integrations_no_sleep):
    integrations_sandbox.fail_next(status=429, retry_after=30)
    losant_client.integration.get(**ONE)
    assert integrations_no_sleep.waits == [30]

def test_the_other_face(integrations_sandbox, async_losant_client):
    asyncio.run(async_losant_client.integration.get(**ONE))
    assert integrations_sandbox.calls.last.status == 200

@pytest.mark.parametrize("platform", ["losant", "celigo", "polis", "optimizeplayer", "cxengage"])
def test_every_client(platform, request):
    names = {"optimizeplayer": "OptimizePlayer", "cxengage": "CxEngage"}
    name = names.get(platform, platform.title())
    assert type(request.getfixturevalue(f"{platform}_client")).__name__ == name
    assert type(request.getfixturevalue(f"async_{platform}_client")).__name__ == f"Async{name}"

def test_code_that_makes_its_own_client(integrations_environment, integrations_sandbox):
    with Losant() as losant:
        losant.integration.get(**ONE)
    assert os.environ["LOSANT_BASE_URL"].startswith("http://127.0.0.1:")
    assert integrations_sandbox.calls.operations == ["integration.get"]

def test_that_the_environment_is_as_before(losant_client):
    assert "LOSANT_BASE_URL" not in os.environ
    losant_client.integration.get(**ONE)
"""

ANYIO = """
@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_with_anyio(integrations_sandbox, async_losant_client, integrations_no_sleep):
    integrations_sandbox.fail_next(status=503, retry_after=5)
    assert (await async_losant_client.integration.get(**ONE)).name == "Cold room broker"
    assert integrations_no_sleep.waits == [5]
"""

ASYNCIO = """
@pytest.mark.asyncio
async def test_with_pytest_asyncio(integrations_sandbox, async_losant_client):
    integrations_sandbox.fail_next(delay=0.01)
    assert (await async_losant_client.integration.get(**ONE)).name == "Cold room broker"
"""


def run(
    folder: Path, *arguments: str, without: str = "asyncio"
) -> subprocess.CompletedProcess[str]:
    plugin = () if _IS_INSTALLED else ("-p", "integrations_sdk.testing.plugin")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", f"no:{without}", *plugin, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "-p no:cacheprovider"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def project(folder: Path, tests: str, ini: str = "") -> Path:
    (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}")
    (folder / "test_it.py").write_text(ONE + tests)
    return folder


@pytest.mark.parametrize("place", ["process", "port"])
def test_its_fixtures_serve_a_project(tmp_path: Path, place: str) -> None:
    done = run(project(tmp_path, TESTS), f"--integrations-sandbox={place}")
    assert " 11 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("place", ["process", "port"])
def test_they_serve_tests_of_anyio(tmp_path: Path, place: str) -> None:
    done = run(project(tmp_path, ANYIO, f"integrations_sandbox = {place}\n"))
    assert " 1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("place", ["process", "port"])
def test_they_serve_tests_of_pytest_asyncio(tmp_path: Path, place: str) -> None:
    if find_spec("pytest_asyncio") is None:
        pytest.skip("NOT TESTED: the fixtures beside pytest-asyncio, which is not installed")
    ini = f"integrations_sandbox = {place}\nasyncio_default_fixture_loop_scope = function\n"
    done = run(project(tmp_path, ASYNCIO, ini), without="anyio")
    assert " 1 passed" in done.stdout, done.stdout + done.stderr


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    ini = "integrations_sandbox = moon\n"
    done = run(project(tmp_path, TESTS, ini), "-k", "the_other_face")
    assert "integrations_sandbox is process or port, not 'moon'" in done.stdout


def test_they_are_described(tmp_path: Path) -> None:
    told = run(tmp_path, "--fixtures").stdout
    for name in ("integrations_sandbox", "integrations_no_sleep", "losant_client"):
        assert re.search(rf"^{name} -- ", told, re.MULTILINE)
    assert "A client of the sandbox that may do everything: AsyncCeligo." in told


def test_a_project_that_does_not_use_it_loads_nothing_of_it() -> None:
    code = (
        "import pytest, sys; before = set(sys.modules)\n"
        "import integrations_sdk.testing.plugin\n"
        "print(sorted(set(sys.modules) - before))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert told.strip() == (
        "['integrations_sdk', 'integrations_sdk._version', 'integrations_sdk.testing', "
        "'integrations_sdk.testing.plugin']"
    )


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("starlette", "from integrations_sdk.testing import LocalSandbox"),
        ("uvicorn", "from integrations_sdk.testing import example"),
        ("respx", "from integrations_sdk.testing import routes"),
    ],
)
def test_without_its_extra_it_says_what_to_install(missing: str, code: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules[{missing!r}] = None\n{code}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    ).stderr.splitlines()[-1]
    assert told.startswith("ModuleNotFoundError: integrations_sdk.testing.")
    assert f"needs {missing}" in told
    assert told.endswith("pip install 'integrations-sdk[testing]'")


def test_what_needs_no_extra_works_without_it() -> None:
    code = (
        "import sys\nfor name in ('starlette', 'uvicorn', 'respx', 'pytest'):\n"
        "    sys.modules[name] = None\n"
        "from integrations_sdk.testing import no_sleep\nwith no_sleep() as passing: pass"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_tests_of_the_document_pass(tmp_path: Path) -> None:
    blocks = _BLOCK.findall((ROOT / "docs" / "testing.md").read_text())
    for number, block in enumerate(blocks):
        (tmp_path / f"test_block_{number}.py").write_text(block)
    done = run(tmp_path, "-W", "error", "--strict-markers", "-o", "markers=anyio: as anyio has it")
    assert "failed" not in done.stdout, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout + done.stderr
    assert int(passed[1]) == sum(block.count("\ndef test_") for block in blocks) + sum(
        block.count("\nasync def test_") for block in blocks
    )


def test_the_tests_of_the_sample_project_pass() -> None:
    done = run(ROOT / "examples" / "rotate_credentials", "-W", "error", "-q")
    assert "failed" not in done.stdout, done.stdout + done.stderr
    assert "passed" in done.stdout, done.stdout + done.stderr
