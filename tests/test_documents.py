"""What the documents and the examples say is run: every block of Python, every example."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations_sdk.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


BLOCKS = {
    f"{document.stem}_{number}": match[1]
    for document in DOCUMENTS
    for number, match in enumerate(_BLOCK.finditer(document.read_text()), start=1)
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def environment(sandbox: Sandbox) -> dict[str, str]:
    """The environment of a person who started a sandbox and read its variables."""
    sandbox.reset()
    return {**os.environ, **sandbox.environment()}


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_a_document_runs(block: str, environment: dict[str, str]) -> None:
    if "RedisRateLimit" in BLOCKS[block] and importlib.util.find_spec("redis") is None:
        pytest.skip("NOT TESTED: the rate limit that is shared, for there is no redis-py")
    if "Httpx2Transport" in BLOCKS[block] and importlib.util.find_spec("httpx2") is None:
        pytest.skip("NOT TESTED: the transport of httpx2, for there is no httpx2")
    if "opentelemetry" in BLOCKS[block] and importlib.util.find_spec("opentelemetry") is None:
        pytest.skip("NOT TESTED: spans and metrics, for there is no OpenTelemetry")
    if "FastTransport" in BLOCKS[block] and importlib.util.find_spec("pyreqwest") is None:
        pytest.skip("NOT TESTED: the fast transport, for there is no pyreqwest")
    _run(["-c", BLOCKS[block]], environment)


def test_every_block_passes_the_type_checker_of_a_strict_reader(tmp_path: Path) -> None:
    files = [tmp_path / f"{block}.py" for block in BLOCKS]
    for file in files:
        file.write_text(BLOCKS[file.stem])
    arguments = ["-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *map(str, files)]
    _run(arguments, dict(os.environ))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(example: Path, environment: dict[str, str]) -> None:
    output = _run([str(example)], environment)
    assert output.strip()
    assert not re.search("(cs|pw|sk|st|tok|tw)-SAMPLE", output), "an example shows a secret"


def test_the_tour_goes_through_every_operation_on_both_faces(environment: dict[str, str]) -> None:
    output = _run([str(ROOT / "examples" / "tour.py")], environment)
    synchronous, asynchronous = output.split("Asynchronous")
    for part in (synchronous, asynchronous):
        for operation in ("list", "get", "create", "patch", "delete"):
            assert re.search(rf"^  {operation} ", part, re.MULTILINE)


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_command_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for document in DOCUMENTS:
        for target in re.findall(r"`?make ([a-z-]+)", document.read_text()):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def _run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout
