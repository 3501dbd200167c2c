"""``integrations doctor``: what keeps calls from working, and what to do about it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from integrations_sdk.core import errors
from integrations_sdk.core.call import Call
from integrations_sdk.core.faces import Endpoint, Pages
from integrations_sdk.core.secret import Secret

from . import checks, declared
from .checks import Finding
from .clients import PLACEHOLDER, Constructor
from .failures import code_of
from .options import Pair, arms, is_secret
from .output import printable
from .progress import shown
from .running import DryTransport, NotSent
from .sources import Sources

if TYPE_CHECKING:
    from integrations_sdk.core.client import SyncClient

    from .declared import Declaration

_NO_ID: Final = "0" * 24  # which no platform gives to anything
_UNCONFIGURED: Final = 3
_LET_IN: Final = (errors.NotFoundError, errors.PermissionDeniedError)
"""What only a credential that is known is answered with."""

_ADVICE: Final[tuple[tuple[type[errors.IntegrationsError], str], ...]] = (
    (errors.AuthenticationError, "make a new token: this one is mistyped, expired or revoked"),
    (errors.PermissionDeniedError, "make a token that may do this, or name something else"),
    (errors.MissingScopeError, "make a token with one of these scopes"),
    (errors.NotFoundError, "check the id that was given"),
)
_COLOURS: Final = {"ok": "green", "failed": "red", "skipped": "yellow"}


def examined(name: str, arguments: dict[str, str], timeout: float) -> Iterator[Finding]:
    """Examine one client, as the environment sets it up.

    Args:
        name: The client's class.
        arguments: Of the call that tries the credential, where they are known.
        timeout: Seconds for each thing that is tried.
    """
    class_ = declared.client_class(name)
    found = list(declared.declarations(class_))
    constructor = Constructor(class_)
    variable = constructor.variable(constructor.secrets[0]) or ""
    try:
        url = _base_url(constructor, found)
    except errors.IntegrationsError as error:
        yield Finding("settings", "failed", str(error), "", code=_UNCONFIGURED)
        return
    yield Finding("address", "ok", url)
    way = list(checks.network(checks.Place.of(url), timeout))
    yield from way
    try:
        client = constructor.make({"timeout": timeout, "retry": 1}, Sources(may_ask=False))
    except errors.IntegrationsError as error:
        advice = f"set {variable} to a token of {name}"
        yield Finding("credential", "failed", str(error), advice, code=_UNCONFIGURED)
        return
    with client:
        tried = (
            Finding("credential", "skipped", "the API is out of reach")
            if any(finding.code == checks.UNREACHABLE and finding.failed for finding in way)
            else _credential(client, found, arguments)
        )
        yield tried
        if not tried.failed:
            yield _scopes(client, found)


def is_set_up(name: str) -> bool:
    """Tell whether a variable has a credential of a client."""
    constructor = Constructor(declared.client_class(name))
    variables = map(constructor.variable, constructor.secrets)
    return any(variable is not None and os.environ.get(variable) for variable in variables)


def _base_url(constructor: Constructor, found: list[Declaration]) -> str:
    """Return where a client's calls go, told by one that is not sent."""
    with constructor.make({}, Sources(may_ask=False), transport=DryTransport()) as client:
        call, _ = next(_samples(client, found, {}))
        try:
            client.send(call)
        except NotSent as dry:
            return dry.request.url.partition("?")[0].removesuffix(call.target)
    raise AssertionError("a dry run sends nothing")


def _samples(
    client: SyncClient, found: list[Declaration], arguments: dict[str, str]
) -> Iterator[tuple[Call[Any], tuple[str, ...]]]:
    """Return calls, and which arguments are made up; those that read come first."""
    plain = [each for each in found if isinstance(each.declared, (Endpoint, Pages))]
    for declaration in sorted(plain, key=_harm):
        values: dict[str, object] = {}
        for name, parameter in declaration.parameters.items():
            if name in arguments:
                values[name] = arguments[name]
            elif parameter.default is parameter.empty:
                values[name] = _made_up(parameter.annotation)
        if None not in values.values():
            invented = tuple(name for name in values if name not in arguments)
            yield declaration.on(client).call(**values), invented


def _harm(declaration: Declaration) -> tuple[bool, int, bool]:
    parameters = declaration.parameters.values()
    needed = sum(parameter.default is parameter.empty for parameter in parameters)
    operation = declaration.operation
    return operation is None or operation.writes, needed, isinstance(declaration.declared, Pages)


def _made_up(annotation: Any) -> object:
    """Return a value that names nothing; None where there is none for the type."""
    found = list(arms(annotation))
    if is_secret(annotation):
        return Secret(PLACEHOLDER)
    return _NO_ID if str in found else 1 if int in found else None


def _credential(client: SyncClient, found: list[Declaration], arguments: dict[str, str]) -> Finding:
    """Try the credential by a call that changes nothing."""
    reads = (each for each in _samples(client, found, arguments) if not each[0].operation.writes)
    call, invented = next(reads, (None, ()))
    if call is None:
        said = "it is there; whether it is good only a write would tell, and none was tried"
        return Finding("credential", "skipped", said)
    name = call.operation.name
    try:
        client.send(call)
    except errors.IntegrationsError as error:
        if not (invented and isinstance(error, _LET_IN)):
            return _refused(error)
        said = f"known to the platform, as its answer to {name} for a made-up id tells"
        sure = " ".join(f"--argument {each}=..." for each in invented)
        return Finding("credential", "ok", said, f"to be sure, name a real one: {sure}")
    return Finding("credential", "ok", f"accepted: {name} was answered")


def _refused(error: errors.IntegrationsError) -> Finding:
    advice = next((told for class_, told in _ADVICE if isinstance(error, class_)), error.hint)
    said = str(error)
    if isinstance(error, errors.APIError):
        named = f" (request id {error.request_id})" if error.request_id else ""
        said = f"{error.operation} was answered {error.status}: {error.message}{named}"
    return Finding("credential", "failed", said, advice, code=code_of(error))


def _scopes(client: SyncClient, found: list[Declaration]) -> Finding:
    """Tell what the credential may do, as far as it says so."""
    operations = [each.operation for each in found if each.operation is not None]
    if not any(operation.scopes for operation in operations):
        return Finding("scopes", "skipped", "the platform has none")
    refused = [each.name for each in operations if not client.can(each.name)]
    if not refused:
        return Finding("scopes", "ok", f"nothing known to be missing for {len(operations)} calls")
    said = f"not allowed: {', '.join(refused)}"
    return Finding("scopes", "ok", said, "make a token with more scopes if these are needed")


def _diagnose(
    platforms: tuple[str, ...], argument: tuple[tuple[str, str], ...], timeout: float, output: str
) -> int:
    known = declared.clients()
    chosen = platforms or tuple(name for name in known if is_set_up(known[name]))
    if not chosen:
        raise errors.ConfigurationError(
            "no platform is set up: its token is in no variable. To try without an account, start "
            "the sandbox: integrations sandbox"
        )
    code = 0
    for name in chosen:
        with shown(f"looking at {name}"):
            findings = list(examined(known[name], dict(argument), timeout))
        failed = [finding.code for finding in findings if finding.failed]
        code = code or next(iter(failed), 0)
        _write(name, findings, output)
    if not platforms and output != "json" and (rest := [n for n in known if n not in chosen]):
        sys.stdout.write(f"Not set up, and not looked at: {', '.join(rest)}\n")
    return code


def _write(name: str, findings: list[Finding], output: str) -> None:
    if output == "json":
        for finding in findings:
            line = {"platform": name, **attrs.asdict(finding)}
            sys.stdout.write(printable(json.dumps(line)) + "\n")
        return
    from rich.table import Table
    from rich.text import Text

    from .tables import console

    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        said = Text(printable(finding.found))
        if finding.advice:
            said.append(f"\n-> {printable(finding.advice)}", style="italic")
        result = Text(finding.result, style=_COLOURS[finding.result])
        table.add_row(Text(finding.check), result, said)
    console().print(Text(name, style="bold"))
    console().print(table)
    console().print()


doctor: Final = click.Command(
    "doctor",
    params=[
        click.Argument(["platforms"], nargs=-1, type=click.Choice(list(declared.clients()))),
        click.Option(
            ["--argument"],
            type=Pair(),
            multiple=True,
            help="An argument of the call that tries the credential: application_id=575ec...",
        ),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0, min_open=True),
            default=10.0,
            show_default=True,
            help="Seconds for each thing that is tried.",
        ),
        click.Option(
            ["--output"],
            type=click.Choice(["table", "json"]),
            default="table",
            show_default=True,
            help="How to write what was found.",
        ),
    ],
    callback=_diagnose,
    help="Find out what keeps calls from working, and what to do about it.\n\nWithout a platform, "
    "all that the environment has a credential for are looked at. Nothing is changed anywhere: "
    "the credential is tried by a call that reads.",
    short_help="Find out what keeps calls from working, and what to do about it.",
)
