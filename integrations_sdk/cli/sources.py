"""Where values come from that must not stand on a command line: files, variables, a prompt."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import attrs
import click

from integrations_sdk.core.secret import Secret

FORMS: Final = "@FILE|env:NAME|-"
"""How a command line says where a secret is."""


@attrs.frozen(repr=False)
class Given:
    """What a command line says of a body.

    Attributes:
        file: Where the document is that the rest is put into; ``-`` is standard input.
        members: Each ``path.to.member=value``.
        secrets: Each ``path.to.member=SOURCE``, or the path alone to be asked.
    """

    file: str | None
    members: tuple[str, ...]
    secrets: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.file is not None or self.members or self.secrets)


class Sources:
    """What one run of a command reads: standard input at most once.

    Args:
        may_ask: Ask a person, if there is one at a terminal.
    """

    def __init__(self, *, may_ask: bool = True) -> None:
        self._input_is_read = False
        self._may_ask = may_ask

    @property
    def may_ask(self) -> bool:
        """Whether there is somebody to ask."""
        return self._may_ask and not self._input_is_read and sys.stdin.isatty()

    def content(self, path: str) -> bytes:
        """Return what is in a file; ``-`` is standard input.

        Raises:
            UsageError: When it cannot be read.
        """
        if path == "-":
            if self._input_is_read:
                raise click.UsageError("standard input can be read once: '-' was given twice")
            self._input_is_read = True
            return sys.stdin.buffer.read()
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise click.UsageError(f"cannot read {path}: {error.strerror}") from None

    def secret(self, source: str | None, what: str) -> Secret:
        """Return a secret from where it is; a person is asked for it where nothing is said.

        Args:
            source: ``@FILE``, ``env:NAME`` or ``-`` for standard input.
            what: What it is, for the prompt and for errors.

        Raises:
            UsageError: When it is not there, or when it may be the secret itself.
        """
        if source is None:
            return self.asked(what)
        if source == "-":
            return self._of_file("-", what)
        if source.startswith("@"):
            return self._of_file(source[1:], what)
        if source.startswith("env:"):
            value = os.environ.get(source[4:])
            if not value:
                raise click.UsageError(f"{what}: the variable {source[4:]} is not set")
            return Secret(value)
        raise click.UsageError(
            f"{what}: a secret must not stand on the command line, where others can see it. Say "
            f"where it is: {FORMS}"
        )

    def asked(self, what: str) -> Secret:
        """Ask a person for a secret, which does not show.

        Raises:
            UsageError: When there is nobody to ask.
        """
        if not self.may_ask:
            raise click.UsageError(f"{what}: there is no terminal to ask on. Give {FORMS}")
        return Secret(str(click.prompt(what, hide_input=True, err=True)))

    def _of_file(self, path: str, what: str) -> Secret:
        try:
            text = self.content(path).decode()
        except UnicodeDecodeError:
            text = ""
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            raise click.UsageError(f"{what}: there is no text in {path}")
        return Secret(text)
