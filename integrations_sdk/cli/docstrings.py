"""What docstrings say, for the help of commands."""

from __future__ import annotations

import inspect
import re
from typing import Final

import attrs

_SECTION: Final = re.compile(r"^([A-Z][a-z]+):$", re.MULTILINE)
_ARGUMENT: Final = re.compile(r"^    (\w+):[ \n]", re.MULTILINE)
_VARIABLE: Final = re.compile(r"Environment: ([A-Z][A-Z0-9_]+)")
_OBJECT: Final = re.compile(r",? or an? (Timeout|Retry)\b")  # which no shell can write


@attrs.frozen
class Described:
    """A docstring, taken apart.

    Attributes:
        summary: Its first line.
        details: Its other paragraphs, without sections.
        arguments: What is said of each argument.
    """

    summary: str
    details: tuple[str, ...]
    arguments: dict[str, str]

    def variable(self, argument: str) -> str | None:
        """Return the environment variable that an argument is said to be read from."""
        found = _VARIABLE.search(self.arguments.get(argument, ""))
        return found[1] if found else None


def described(owner: object) -> Described:
    """Take the docstring of a declaration or of a class apart."""
    text = inspect.cleandoc(getattr(owner, "__doc__", None) or "")
    prose, *sections = _SECTION.split(text)
    summary, *details = [_plain(paragraph) for paragraph in prose.split("\n\n")]
    named = dict(zip(sections[::2], sections[1::2], strict=True))
    _, *parts = _ARGUMENT.split(_until_prose(named.get("Args", "")))
    arguments = dict(zip(parts[::2], map(_plain, parts[1::2]), strict=True))
    return Described(summary, tuple(filter(None, details)), arguments)


def _until_prose(section: str) -> str:
    """Return the indented part of a section: the last may be followed by a paragraph."""
    return re.split(r"\n\n(?=\S)", section)[0]


def _plain(text: str) -> str:
    """Return a paragraph without marks, as one line."""
    plain = re.sub(r"\[([^]]+)]\[[^]]*]", r"\1", text.replace("``", "").replace("*", ""))
    return _OBJECT.sub("", " ".join(plain.split()))
