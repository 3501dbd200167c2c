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
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
_BLOCK = re.compile(r"^```python(?: title=.*)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(pattern: re.Pattern[str]) -> dict[str, str]:
    return {
        "_".join([*document.relative_to(ROOT).with_suffix("").parts, str(number)]): match[1]
        for document in DOCUMENTS
        for number, match in enumerate(pattern.finditer(document.read_text()), start=1)
    }


BLOCKS = _blocks(_BLOCK)
COMMANDS = _blocks(_SHELL)
_OPTIONAL = {
    "RedisRateLimit": ("redis", "the rate limit that is shared"),
    "Httpx2Transport": ("httpx2", "the transport of httpx2"),
    "opentelemetry": ("opentelemetry", "spans and metrics"),
    "FastTransport": ("pyreqwest", "the fast transport"),
    "from celery": ("celery", "the tasks of Celery"),
}

# What is installed and made elsewhere is only looked at here; a sandbox stops once it serves.
_PREPARED = r"""
pip() { test "$1" = install; }
make() { command make --dry-run --directory "$ROOT" "$@"; }
python() {
    if test "${2-}" != integrations_sdk.sandbox; then command python "$@"; return; fi
    mkfifo served
    command python -u "$@" --port 0 > served &
    exec 3< served
    grep --max-count 1 "The sandbox listens" <&3
    kill $!
    wait $!
}
"""


def _lacking(block: str) -> str | None:
    """Return why a block cannot be run here; None when it can."""
    for word, (library, what) in _OPTIONAL.items():
        if word in block and importlib.util.find_spec(library) is None:
            return f"NOT TESTED: {what}, for there is no {library}"
    return None


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
    if lacking := _lacking(BLOCKS[block]):
        pytest.skip(lacking)
    _run(["-c", BLOCKS[block]], environment)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's commands")
@pytest.mark.parametrize("block", [name for name in COMMANDS if "tutorial" not in name])
def test_the_commands_of_a_document_work(
    block: str, sandbox: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    variables = "".join(f"{name}={value}\n" for name, value in sandbox.environment().items())
    (tmp_path / "sandbox.env").write_text(variables)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "your_program.py").symlink_to(ROOT / "examples" / "quickstart.py")
    here = {"PATH": f"{Path(sys.executable).parent}:{environment['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{_PREPARED}\n{COMMANDS[block]}"],
        cwd=tmp_path,
        env={**environment, **here, "ROOT": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_extra_that_a_document_names_exists() -> None:
    extras = _extras()
    for document in DOCUMENTS:
        for names in re.findall(r"integrations-sdk\[([\w,-]+)\]", document.read_text()):
            assert set(names.split(",")) <= extras, f"{document.name} names {names}"


def test_every_block_passes_the_type_checker_of_a_strict_reader(tmp_path: Path) -> None:
    files: list[Path] = []
    for number, block in enumerate(BLOCKS.values()):
        if "from distributed" in block or _lacking(block):  # Dask has no types of its own
            continue
        files.append(tmp_path / f"block_{number}.py")
        files[-1].write_text(block)
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
        for target in re.findall(r"(?m:^|`)make ([a-z-]+)", document.read_text()):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def _extras() -> set[str]:
    text = (ROOT / "pyproject.toml").read_text()
    table = text.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    return set(re.findall(r"^([\w-]+) = ", table, re.MULTILINE))


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
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    return done.stdout
