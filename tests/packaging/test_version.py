"""The version is stated once, and the changelog tells of it."""

from __future__ import annotations

import re

from integrations_sdk import __version__

from .places import ROOT, version

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_version_is_stated_once() -> None:
    assert __version__ == version()
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    stated = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "integrations_sdk").rglob("*.py")
        if re.search(r"^__version__\b.*=", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert stated == ["integrations_sdk/_version.py"]


def test_the_version_is_one_that_an_index_takes() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", version())


def test_the_changelog_tells_of_this_version_or_of_what_is_to_come() -> None:
    first = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)[0]

    assert first in {"Unreleased", version()}


def test_each_released_section_has_its_date() -> None:
    for heading in re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE):
        assert re.fullmatch(r"\[Unreleased\]|\[\d+\.\d+\.\d+.*\] - \d{4}-\d\d-\d\d", heading)
