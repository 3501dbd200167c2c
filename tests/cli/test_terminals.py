from __future__ import annotations

import re
from pathlib import Path

import pytest

from integrations_sdk.sandbox import Sandbox

from .terminals import IMAGES, TERMINALS, Shown, drawn, run, words

PAGE = Path(__file__).parent.parent.parent / "docs" / "command-line.md"


@pytest.mark.parametrize("shown", TERMINALS, ids=lambda shown: shown.name)
def test_a_terminal_in_the_documentation_shows_what_the_program_prints(
    shown: Shown, sandbox: Sandbox
) -> None:
    today = drawn(shown, run(sandbox, shown))
    picture = (IMAGES / f"{shown.name}.svg").read_text()
    assert words(picture) == words(today), "make terminals"
    assert "@font-face" not in picture
    assert "://" not in picture.replace("http://www.w3.org/2000/svg", "").replace(
        "http://127.0.0.1:51234", ""
    ), "a picture loads nothing from another host"


def test_the_page_has_every_terminal_and_no_other() -> None:
    assert set(re.findall(r"images/([\w-]+)\.svg", PAGE.read_text())) == {
        shown.name for shown in TERMINALS
    }
