"""What is said when something goes wrong, and the exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from integrations_sdk.core import errors

if TYPE_CHECKING:
    from integrations_sdk.core.errors import IntegrationsError

OTHER: Final = 1
USAGE: Final = 2
AMBIGUOUS: Final = 9
INTERRUPTED: Final = 130  # 128 and SIGINT
PIPE: Final = 141  # 128 and SIGPIPE

CODES: Final[tuple[tuple[int, tuple[type[IntegrationsError], ...]], ...]] = (
    (USAGE, (errors.InvalidArgumentError,)),
    (3, (errors.ConfigurationError,)),
    (
        4,
        (errors.AuthenticationError, errors.PermissionDeniedError, errors.MissingScopeError),
    ),
    (5, (errors.NotFoundError,)),
    (6, (errors.ConflictError, errors.PreconditionFailedError)),
    (7, (errors.RateLimitError, errors.ThrottledError, errors.RateLimitUnavailableError)),
    (8, (errors.TransportError,)),
)
"""Exit codes, and the errors that have them; the first that fits counts."""


def code_of(error: IntegrationsError) -> int:
    """Return the exit code for an error."""
    if error.ambiguous:
        return AMBIGUOUS
    return next((code for code, classes in CODES if isinstance(error, classes)), OTHER)


def guarded(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command, say what goes wrong, and return the exit code."""
    try:
        code = _run(command, arguments)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as stop:
        said = str(stop)
        _say(f"Interrupted: {said}" if said else "Interrupted")
        return INTERRUPTED
    except OSError as error:
        return _unwritten(error)
    return code


def _run(command: click.Command, arguments: Sequence[str]) -> int:
    try:
        with command.make_context("integrations", list(arguments)) as context:
            result: object = command.invoke(context)
            return result if isinstance(result, int) else 0
    except errors.IntegrationsError as error:
        failure = error
    return told(failure)


def told(error: IntegrationsError) -> int:
    """Say what went wrong in one block, look for a write whose answer was lost; return the code."""
    sys.stdout.flush()
    lines = error.explain().split("\n") if error.attempts else [_line(error)]
    if isinstance(error, errors.ConfigurationError):
        lines.append("Next: set the variable, or give --token-file; integrations doctor tells more")
    if error.ambiguous:
        lines = [line for line in lines if not line.startswith("Next: error.check()")]
        lines.append(_checked(error))
    _say("\n".join(lines))
    return code_of(error)


def _line(error: IntegrationsError) -> str:
    return f"{type(error).__name__}: {error}"


def _checked(error: IntegrationsError) -> str:
    """Read whether a write took effect, and say so."""
    try:
        outcome = error.check()
    except errors.IntegrationsError as failure:
        return f"Next: find out whether it took effect; reading it failed, too: {failure}"
    words = {True: "it took effect", False: "it did not take effect", None: "that cannot be told"}
    return f"Checked: {words[outcome.took_effect]}: {outcome.reason}"


def _say(text: str) -> None:
    """Write to standard error, the first word in red on a terminal."""
    from .output import printable

    lines = [printable(line) for line in text.split("\n")]
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
        head, separator, rest = lines[0].partition(":")
        lines[0] = click.style(head, fg="red", bold=True) + separator + rest
    sys.stderr.write("\n".join(lines) + "\n")


def _unwritten(error: OSError) -> int:
    """Say why output could not be written; nothing where nobody reads it."""
    # Python would complain of what it could not write once more when it exits.
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 -- closed by the exit
    if error.errno == errno.EPIPE:
        return PIPE
    _say(f"Cannot write the output: {error.strerror}")
    return OTHER
