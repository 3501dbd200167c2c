"""How a client goes to another process: with its settings, and without its secrets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Final

import attrs

from .errors import ConfigurationError

_ADVICE: Final = "make the client in the process that uses it"


@attrs.frozen
class ByName:
    """A function that travels by its name, so that nothing it holds goes along."""

    module: str
    name: str

    def __call__(self, *arguments: object) -> Any:  # noqa: ANN401 -- whatever the function returns
        """Call the function as this process knows it.

        Raises:
            ConfigurationError: When it knows none.
        """
        try:
            found: Any = import_module(self.module)
            for part in self.name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError):
            found = None
        if found is not None:
            return found(*arguments)
        raise ConfigurationError(
            f"{self.module}.{self.name} is not known in this process: put it into a module that "
            "both can import"
        )


def by_name(function: Callable[..., object], argument: str) -> ByName:
    """Return what stands for a function on its way.

    Args:
        function: The function.
        argument: What it was passed as, for the error.

    Raises:
        TypeError: When it cannot be found by a name: it might hold a secret.
    """
    if isinstance(function, ByName):
        return function
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None)
    if isinstance(module, str) and isinstance(name, str):
        found: object = sys.modules.get(module)
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is function:
            return ByName(module, name)
    raise TypeError(
        f"this client cannot be pickled: {argument} travels by its name, which a lambda, a nested "
        f"function or a method of an object has not. Make it a function of a module, or {_ADVICE}"
    )


def check_plain(names: Iterable[str], plain: frozenset[str], argument: str) -> None:
    """See that none of a client's headers, or of its query, may be a secret.

    Args:
        names: What they are called.
        plain: The names, in lower case, of those that hold no secret.
        argument: What they were passed as, for the error.

    Raises:
        TypeError: When one may be. The message holds its name alone.
    """
    for name in names:
        if name.lower() not in plain:
            raise TypeError(
                f"this client cannot be pickled: {name} in {argument} may be a secret. Pass it "
                f"to with_options in the process that uses the client, or {_ADVICE}"
            )


def reopening(
    transport: object, options: dict[str, object] | None
) -> tuple[Callable[..., object], tuple[type, dict[str, object]]]:
    """Return what pickles a transport: how it was opened, from which it is opened once more.

    Raises:
        TypeError: When it was opened with what may hold a secret: None for the options.
    """
    if options is None:
        raise TypeError(
            f"this {type(transport).__name__} cannot be pickled, for it has a client or a proxy of "
            "its own: open it in the process that uses it"
        )
    return _opened, (type(transport), options)


def _opened(class_: Callable[..., object], options: dict[str, object]) -> object:
    return class_(**options)
