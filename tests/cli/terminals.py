"""The terminals that the documentation shows, from real runs: ``python -m tests.cli.terminals``."""

from __future__ import annotations

import html
import io
import os
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from unittest import mock

import attrs
from rich.console import Console
from rich.text import Text

from integrations_sdk.cli import main, progress
from integrations_sdk.sandbox import Sandbox

IMAGES: Final = Path(__file__).parent.parent.parent / "docs" / "images"
_WIDTH: Final = 100
_SAME: Final = (  # what is another in every run, and what stands for it
    (r"127\.0\.0\.1:\d+", "127.0.0.1:51234"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \(", "2026-11-22T03:04:05.250Z ("),
    (r"after \d+\.\d{3} s", "after 0.004 s"),
    (r"integrations-sdk/[\w.]+", "integrations-sdk/0.1.0"),
    (r"after \d+ ms", "after 4 ms"),
    (r"\b[0-9a-f]{32}\b", "4f0c2a9e7d1b48b3a6e5c8d7f9b01234"),
)
_FOREIGN: Final = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)  # other hosts
_LINE: Final = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)


@attrs.frozen
class Shown:
    """A terminal that the documentation shows.

    Attributes:
        name: Its file.
        command: What is typed, in the lines in which it is shown.
        code: Its exit code.
        token: What Losant's token is, if it is not one that may do everything.
    """

    name: str
    command: str
    code: int = 0
    token: Mapping[str, Any] | None = None


_LOSANT: Final = "integrations losant integration"
_APPLICATION: Final = "--application-id 575ec8687ae143cd83dc4a97"
TERMINALS: Final = (
    Shown("cli-list", f"{_LOSANT} list {_APPLICATION}"),
    Shown(
        "cli-get", f"{_LOSANT} get {_APPLICATION} \\\n  --integration-id 575ed78e7ae143cd83dc4aab"
    ),
    Shown(
        "cli-dry-run",
        f"{_LOSANT} patch {_APPLICATION} \\\n  --integration-id 575ed78e7ae143cd83dc4aab "
        "--set enabled=false --dry-run",
    ),
    Shown(
        "cli-error",
        f"{_LOSANT} get {_APPLICATION} \\\n  --integration-id 575ed78e7ae143cd83dc4fff",
        5,
    ),
    Shown("cli-doctor", "integrations doctor losant celigo", 4, {"expires_in": -1}),
)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(sandbox: Sandbox, shown: Shown) -> str:
    """Return what a terminal shows after a command, as a person would see it."""
    sandbox.reset()
    variables = {**sandbox.environment(), "COLUMNS": f"{_WIDTH}", "TERM": "xterm-256color"}
    if shown.token is not None:
        variables["LOSANT_ACCESS_TOKEN"] = sandbox.token("losant", **shown.token)
    terminal = _Terminal()
    with (
        mock.patch.dict(os.environ, variables),
        mock.patch.object(sys, "stdout", terminal),
        mock.patch.object(sys, "stderr", terminal),
        mock.patch.object(progress, "_PATIENCE", 60),  # on no machine is a spinner shown
    ):
        os.environ.pop("NO_COLOR", None)
        code = main(shlex.split(shown.command.replace("\\\n", ""))[1:])
    assert code == shown.code, terminal.getvalue()
    text = f"$ {shown.command}\n{terminal.getvalue().rstrip()}"
    for changing, same in _SAME:
        text = re.sub(changing, same, text)
    return text


def drawn(shown: Shown, text: str) -> str:
    """Return the picture of a terminal."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO())
    for line in text.split("\n"):
        console.print(Text.from_ansi(line.rstrip()))
    svg = console.export_svg(title="integrations", unique_id=shown.name)
    return "\n".join(line.rstrip() for line in _FOREIGN.sub("", svg).split("\n"))


def words(svg: str) -> str:
    """Return what a picture says, without its spaces."""
    return "".join("".join(map(html.unescape, _LINE.findall(svg))).split())


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with Sandbox() as _sandbox:
        for _shown in TERMINALS:
            (IMAGES / f"{_shown.name}.svg").write_text(drawn(_shown, run(_sandbox, _shown)))
