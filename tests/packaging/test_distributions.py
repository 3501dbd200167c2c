"""What is in the wheel and in the source distribution: `make dist-check` builds and tests them."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from .places import ROOT, built, metadata, needs_a_build, run, version

pytestmark = needs_a_build


@pytest.fixture(scope="module")
def wheel() -> Path:
    return built("*.whl")


@pytest.fixture(scope="module")
def source() -> Path:
    return built("*.tar.gz")


def names(archive: Path) -> set[str]:
    """Every file in a distribution, without the source distribution's folder."""
    if archive.suffix == ".whl":
        with ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as source:
        files = (member.name for member in source.getmembers() if member.isfile())
        return {name.partition("/")[2] for name in files}


def known_to_git(*paths: str) -> set[str]:
    """Every file of the working tree that git has, or would be told of."""
    if not (ROOT / ".git").exists():
        pytest.skip("NOT TESTED: what was built against what git has, for this is no clone")
    command = ("git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "--")
    listed = run(*command, *paths, cwd=ROOT)
    return {name for name in listed.splitlines() if (ROOT / name).exists()}


def test_the_wheel_holds_each_file_of_the_package_and_no_other(wheel: Path) -> None:
    information = f"integrations_sdk-{version()}.dist-info"

    assert names(wheel) == known_to_git("integrations_sdk") | {
        f"{information}/METADATA",
        f"{information}/RECORD",
        f"{information}/WHEEL",
        f"{information}/entry_points.txt",
        f"{information}/licenses/LICENSE",
    }


def test_type_checkers_are_told_that_it_has_types(wheel: Path) -> None:
    assert "integrations_sdk/py.typed" in names(wheel)


def test_the_source_distribution_holds_what_git_has_and_nothing_private(source: Path) -> None:
    held = names(source)

    assert held - known_to_git() == {"PKG-INFO"}
    assert known_to_git("integrations_sdk", "tests", "examples", "docs") <= held
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= held


def test_the_source_tree_builds_the_wheel_that_the_source_distribution_built(
    wheel: Path, tmp_path: Path
) -> None:
    command = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path)
    run(*command, cwd=ROOT)

    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_wheel_needs_four_libraries_and_says_so(wheel: Path) -> None:
    needed = metadata(wheel).get_all("Requires-Dist", [])

    assert {line for line in needed if "extra ==" not in line} == {
        "attrs>=24.1",
        "cattrs>=24.1",
        "httpx<1,>=0.27",
        "tenacity>=9",
    }


def test_the_wheel_states_its_version_its_licence_and_its_pythons(wheel: Path) -> None:
    stated = metadata(wheel)

    assert stated["Version"] == version()
    assert stated["License-Expression"] == "MIT"
    assert stated["Requires-Python"] == ">=3.10"
