"""What the workflows may do, and whose code they run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .places import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
MADE = re.compile(r"^([a-z-]+):", re.MULTILINE)


def text(workflow: Path) -> str:
    return workflow.read_text(encoding="utf-8")


def jobs(workflow: Path) -> dict[str, str]:
    """Each job's lines, by its name."""
    parts = re.split(
        r"^  ([\w-]+):\n", text(workflow).partition("\njobs:\n")[2], flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


each = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)


@each
def test_each_action_is_pinned_to_a_commit_and_says_which_version(workflow: Path) -> None:
    for used in re.findall(r"uses: (.+)", text(workflow)):
        assert PINNED.fullmatch(used) or used.startswith("./"), used


@each
def test_nothing_is_allowed_but_what_a_job_asks_for(workflow: Path) -> None:
    assert "\npermissions: {}\n" in text(workflow)


@each
def test_no_secret_is_read(workflow: Path) -> None:
    assert "secrets." not in text(workflow)
    assert text(workflow).count("actions/checkout@") == text(workflow).count(
        "persist-credentials: false"
    )


@each
def test_what_it_makes_there_is_to_make(workflow: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = set(re.findall(r"make ([a-z -]+[a-z])", text(workflow)))

    assert {target for targets in made for target in targets.split()} <= set(MADE.findall(makefile))


def test_only_the_job_that_publishes_may_say_who_it_is_and_it_runs_no_code_of_ours() -> None:
    allowed = {
        (workflow.stem, name)
        for workflow in WORKFLOWS
        for name, lines in jobs(workflow).items()
        if "id-token: write" in lines
    }
    assert allowed == {("release", "publish")}

    publish = jobs(ROOT / ".github/workflows/release.yml")["publish"]
    assert "run:" not in publish
    assert "actions/checkout" not in publish
    assert "environment:" in publish
    assert "attestations: true" in publish


def test_every_python_that_is_supported_is_tested() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    supported = re.findall(r"Python :: (3\.\d+)", project)

    matrix = re.search(r"python: \[(.+)\]", text(ROOT / ".github/workflows/ci.yml"))

    assert matrix is not None
    assert re.findall(r'"(.+?)"', matrix[1]) == supported
