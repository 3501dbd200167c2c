"""A client from a command line: its options are the arguments of its constructor."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, get_type_hints

import attrs

from integrations_sdk.core.secret import Secret

from .docstrings import Described, described
from .options import Option, is_secret, option

if TYPE_CHECKING:
    from integrations_sdk.core.client import SyncClient
    from integrations_sdk.core.transport import Transport

    from .sources import Sources

SECTION: Final = "Client options"
PLACEHOLDER: Final = "hidden"
"""What stands in the place of a credential where nothing is sent."""


@attrs.frozen
class Setting:
    """An argument of a client's constructor."""

    name: str
    annotation: Any
    is_secret: bool


class Constructor:
    """How a client is made, as far as a command line can say it."""

    def __init__(self, client: type[SyncClient]) -> None:
        self._client = client
        owner = next(class_ for class_ in client.__mro__ if "__init__" in vars(class_))
        self._described: Described = described(owner)
        initialiser: Any = vars(owner)["__init__"]
        hints = get_type_hints(initialiser)
        self.settings: list[Setting] = [
            Setting(name, hints[name], is_secret(hints[name]))
            for name in inspect.signature(initialiser).parameters
            if name in hints
        ]

    @property
    def secrets(self) -> list[str]:
        """The arguments that take a secret; the first is the credential."""
        return [setting.name for setting in self.settings if setting.is_secret]

    def variable(self, argument: str) -> str | None:
        """Return the environment variable that an argument is read from when it is left out."""
        return self._described.variable(argument)

    def options(self) -> list[Option]:
        """Return the options for a client."""
        made = (
            self._secret_option(setting.name) if setting.is_secret else self._option(setting)
            for setting in self.settings
        )
        return [each for each in made if each is not None]

    def make(
        self, given: Mapping[str, Any], sources: Sources, *, transport: Transport | None = None
    ) -> SyncClient:
        """Return a client; a person is asked for a credential that is nowhere else.

        Args:
            given: Arguments by name; a secret's is the file that it is in.
            sources: What reads the files.
            transport: What sends; with one that does not, no credential is needed.

        Raises:
            ConfigurationError: When the client cannot be made.
        """
        plain = {
            setting.name: dict(given[setting.name]) if _is_pairs(value) else value
            for setting in self.settings
            if not setting.is_secret and (value := given.get(setting.name)) not in (None, ())
        }
        if transport is not None:
            secrets = {self.secrets[0]: Secret(PLACEHOLDER)}
            return self._made(**plain, **secrets, transport=transport)
        return self._made(**plain, **self._secrets(given, sources))

    def _made(self, **arguments: Any) -> SyncClient:
        class_: Any = self._client
        made: SyncClient = class_(**arguments)
        return made

    def _secrets(self, given: Mapping[str, Any], sources: Sources) -> dict[str, Secret]:
        found = {
            name: sources.secret(path if path == "-" else f"@{path}", name)
            for name in self.secrets
            if (path := given.get(name)) is not None
        }
        variables = [self.variable(name) for name in self.secrets]
        is_known = found or any(name and os.environ.get(name) for name in variables)
        if not is_known and sources.may_ask:
            name = self.secrets[0]
            found[name] = sources.asked(f"{self._client.__name__}'s {name.replace('_', ' ')}")
        return found

    def _option(self, setting: Setting) -> Option | None:
        return option(
            setting.name.replace("_", "-"),
            setting.annotation,
            section=SECTION,
            kind="client",
            argument=setting.name,
            help_=self._described.arguments.get(setting.name, ""),
        )

    def _secret_option(self, name: str) -> Option:
        flags = [f"--{name.replace('_', '-')}-file"]
        if name == self.secrets[0] and "--token-file" not in flags:
            flags.append("--token-file")
        where = f" By default {variable}, else" if (variable := self.variable(name)) else ""
        asked = f"{where} a terminal is asked." if name == self.secrets[0] else ""
        return Option(
            flags,
            section=SECTION,
            kind="client",
            argument=name,
            metavar="FILE",
            help=f"The file that holds the {name.replace('_', ' ')}; - is standard input.{asked}",
        )


def _is_pairs(value: object) -> bool:
    pairs: list[object] = [*value] if isinstance(value, tuple) else []
    return bool(pairs) and isinstance(pairs[0], tuple)
