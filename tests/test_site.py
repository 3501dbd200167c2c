"""The site of the documentation: a reference that is complete, a check that finds what is wrong."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

import integrations_sdk

ROOT = Path(__file__).parent.parent
PACKAGES = ["celigo", "cxengage", "losant", "optimizeplayer", "polis", "sandbox", "testing"]
REFERENCE = "".join(page.read_text() for page in (ROOT / "docs" / "reference").glob("*.md"))
SHOWN = set(re.findall(r"^::: ([\w.]+)$", REFERENCE, re.MULTILINE))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_reference_has_all_that_a_package_exports(package: str) -> None:
    module = f"integrations_sdk.{package}"
    names: list[str] = importlib.import_module(module).__all__
    assert {f"{module}.{name}" for name in names} <= SHOWN


def test_the_reference_has_all_that_is_at_the_front_door() -> None:
    shown = {path.rpartition(".")[2] for path in SHOWN}
    assert {name for name in dir(integrations_sdk) if name[0].isupper()} <= shown | {
        "TYPE_CHECKING"
    }


def test_every_page_can_be_reached() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text().partition("\nnav:")[2]
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if page not in navigation} == set()


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check", ROOT / "tools" / "docs" / "check.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def site(tmp_path: Path, check: ModuleType) -> Path:
    """A site without a fault."""
    for name, signatures in check.SHOWN.items():
        page = tmp_path / "reference" / name / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("<p>" + "<p>".join(signatures))
    (tmp_path / "search").mkdir()
    docs = [{"text": " ".join(check.SEARCHED)}]
    (tmp_path / "search" / "search_index.json").write_text(json.dumps({"docs": docs}))
    (tmp_path / "index.html").write_text(
        '<h1 id="top">x</h1><a href="#top"></a><a href="reference/losant/"></a>'
        '<a href="https://elsewhere.example/"></a>'
    )
    return tmp_path


def test_a_site_without_a_fault_passes(check: ModuleType, site: Path) -> None:
    assert check.faults(site) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="nowhere/">', "index.html: broken link nowhere/"),
        ('<a href="reference/">', "index.html: broken link reference/"),
        ('<a href="#nowhere">', "index.html: broken link #nowhere"),
        ('<a href="reference/losant/#top">', "index.html: broken link reference/losant/#top"),
        ('<img src="gone.svg">', "index.html: broken link gone.svg"),
        ('<script src="https://cdn.example/x.js">', "index.html: loads https://cdn.example/x.js"),
        ('<link href="//fonts.example/x.css">', "index.html: loads //fonts.example/x.css"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(
    check: ModuleType, site: Path, html: str, fault: str
) -> None:
    (site / "index.html").write_text(html)
    assert check.faults(site) == [fault]


def test_a_signature_or_a_word_that_is_not_found_is_a_fault(check: ModuleType, site: Path) -> None:
    (site / "reference" / "polis" / "index.html").write_text("exchange(code) -> Call[Tokens]")
    (site / "search" / "search_index.json").write_text('{"docs": []}')
    assert len(check.faults(site)) == 1 + len(check.SEARCHED)
