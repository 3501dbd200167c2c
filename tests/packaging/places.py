"""Where things are, and how to run what makes and checks a release."""

from __future__ import annotations

import os
import subprocess
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]

# What was built is tested where `make` says that it was.
BUILT = os.environ.get("BUILT", "")
needs_a_build = pytest.mark.skipif(
    not BUILT, reason="nothing was built; make dist-check and make test-installed do it"
)


def version() -> str:
    """Return the version, from the one place that states it."""
    stated: dict[str, str] = {}
    exec((ROOT / "integrations_sdk/_version.py").read_text(), stated)
    return stated["__version__"]


def built(pattern: str) -> Path:
    """Return the one distribution that is called so."""
    (found,) = (ROOT / BUILT).glob(pattern)
    return found


def metadata(wheel: Path) -> Message:
    """Return what a wheel says of itself."""
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that knows nothing of this source tree, and return what it printed.

    A command that fails fails the test, with all that it printed.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stdout
    return process.stdout
