"""All that is particular to Polis's API, as values: https://github.com/PolisPolitics/slate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import attrs

from integrations_sdk import transports
from integrations_sdk.core.auth import Credentials, bearer
from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.settings import Environment, Platform

from .models import PolisAuthModel, PolisModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrations_sdk.core.document import JSON
    from integrations_sdk.core.secret import Secret

PolisEnvironment: TypeAlias = Literal["production", "beta", "v1", "sandbox"]
"""Where Polis's API is: its documentation named each of the first three at one time or another.

``sandbox`` is Polis's own, which it gives credentials for together with the live ones.
"""

_PREFIX: Final = "POLIS"


@attrs.frozen
class Hosts:
    """The hosts of one environment.

    Attributes:
        api: Where the API is.
        token: Where a code is exchanged for a token.
        pages: Where a customer is sent to authorize an application.
    """

    api: str
    token: str
    pages: str


_LIVE: Final = Hosts(
    api="https://api2.polisapp.com",
    token="https://api.polisapp.com",  # noqa: S106 -- a host
    pages="https://knock.polisapp.com",
)
ENVIRONMENTS: Final[Mapping[PolisEnvironment, Hosts]] = {
    "production": _LIVE,
    "beta": attrs.evolve(_LIVE, api="https://api.beta.polisapp.com/v1"),
    "v1": attrs.evolve(_LIVE, api="https://api.polisapp.com/v1"),
    "sandbox": Hosts(
        api="https://api.sandbox.polisapp.com",
        token="https://api.sandbox.polisapp.com",  # noqa: S106 -- a host
        pages="https://hq.stage.polisapp.com",
    ),
}


def hosts(base_url: str | None, environment: PolisEnvironment | None) -> Hosts:
    """Return the hosts that a client was given, else those that its variables name.

    A base URL that is not Polis's own, such as that of a local sandbox, has everything below it.

    Raises:
        ConfigurationError: When there is no such environment.
    """
    variables = Environment(_PREFIX)
    if base_url is not None:
        return attrs.evolve(_hosts_at(base_url), api=base_url, token=base_url)
    if environment is None and (url := variables.text("base_url")) is not None:
        return attrs.evolve(_hosts_at(url), api=url)
    label = "environment" if environment is not None else variables.variable("environment")
    return ENVIRONMENTS[_known(environment or variables.text("environment"), label)]


def _known(name: str | None, label: str) -> PolisEnvironment:
    if name is None:
        return "production"
    for known in ENVIRONMENTS:
        if name == known:
            return known
    choices = ", ".join(get_args(PolisEnvironment))
    raise ConfigurationError(f"{label} is none of Polis's: use one of {choices}, or base_url=")


def _hosts_at(url: str) -> Hosts:
    url = url.rstrip("/")
    mine = (found for found in ENVIRONMENTS.values() if _host(found.api) == _host(url))
    return next(mine, Hosts(api=url, token=url, pages=url))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


def client_id(given: str | None) -> str:
    """Return the application's id that a client was given, else the one in its variable.

    Raises:
        ConfigurationError: When there is none.
    """
    variables = Environment(_PREFIX)
    found = given if given is not None else variables.text("client_id")
    if found:
        return found
    raise ConfigurationError(
        f"no client_id for Polis: pass client_id= or set {variables.variable('client_id')}"
    )


def read_error(body: JSON) -> tuple[str | None, str]:
    """Read an error, whose form Polis does not document.

    Its sentence is looked for in ``message``, then in ``error``, which may be text or an object.
    """
    if isinstance(body, str):
        return None, body
    if not isinstance(body, dict):
        return None, ""
    code, message, error = body.get("code"), body.get("message"), body.get("error")
    if not (isinstance(message, str) and message):
        if isinstance(error, dict):
            return read_error({name: error[name] for name in ("code", "message") if name in error})
        message = error
    return (
        code if isinstance(code, str) else None,
        message if isinstance(message, str) else "",
    )


def unsigned(_secret: Secret) -> Credentials:
    """Add nothing to a request: its body authorises it."""
    return Credentials()


POLIS: Final = Platform(
    name="Polis",
    prefix=_PREFIX,
    base_url=_LIVE.api,
    credential="access_token",
    authorize=bearer,
    codec=PolisModel.codec,
    read_error=read_error,
    transports=transports.DEFAULT,
)

POLIS_AUTH: Final = Platform(
    name="Polis's authorization server",
    prefix=_PREFIX,
    base_url=_LIVE.token,
    credential="client_secret",
    authorize=unsigned,
    codec=PolisAuthModel.codec,
    read_error=read_error,
    transports=transports.DEFAULT,
)
