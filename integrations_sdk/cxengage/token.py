"""The token that a client id and a client secret are good for.

CxEngage grants one for an hour by ``grant_type=client_credentials``, RFC 6749 section 4.4:
https://github.com/cxengage/cxengage.github.io/blob/master/README.md. There is no refresh token:
another one is asked for in the same way.
"""

from __future__ import annotations

import math
from typing import ClassVar, Final

from attrs import define, field

from integrations_sdk import transports
from integrations_sdk.core.auth import Basic, Grant, Lease
from integrations_sdk.core.base import ProviderT
from integrations_sdk.core.call import Operation
from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.model import UNSET, Maybe, Model, to_required_secret
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.settings import Environment, Platform
from integrations_sdk.core.wire import Codec, as_is

from .platform import CXENGAGE, read_error

_PATH: Final = "/1.0/token"


@define(kw_only=True, repr=False)
class TokenModel(Model):
    """A document about tokens: its members are not hyphenated, for RFC 6749 names them."""

    codec: ClassVar[Codec] = Codec(style=as_is)


@define(kw_only=True, repr=False)
class TokenRequest(TokenModel):
    """The form that asks for a token."""

    grant_type: str = "client_credentials"


@define(kw_only=True, repr=False)
class AccessToken(TokenModel):
    """A token that was granted."""

    access_token: Secret = field(converter=to_required_secret)
    token_type: Maybe[str] = UNSET
    """``bearer``."""
    expires_in: Maybe[float] = UNSET
    """Seconds; CxEngage's usual figure is 3600."""


REQUEST: Final = Operation(
    name="token.request",
    method="POST",
    path="",
    returns=AccessToken,
    writes=False,
    body=TokenRequest,
    is_form=True,
    document="https://github.com/cxengage/cxengage.github.io/blob/master/README.md",
)


def issuer(client_id: str, auth_url: str) -> Platform:
    """Return what grants tokens to a client, as a platform of its own.

    Raises:
        ConfigurationError: When the client id is empty, has a colon, or cannot travel.
    """
    has_path = bool(auth_url.partition("://")[2].partition("/")[2].strip("/"))
    return Platform(
        name=CXENGAGE.name,
        prefix=CXENGAGE.prefix,
        base_url=auth_url if has_path else auth_url.rstrip("/") + _PATH,
        credential="client_secret",
        authorize=Basic(client_id),
        codec=TokenModel.codec,
        read_error=read_error,
        transports=transports.DEFAULT,
    )


def source(
    token: Secret | ProviderT | None,
    *,
    client_id: str | None,
    client_secret: Secret | None,
    auth_url: str | None,
) -> Secret | ProviderT | Grant:
    """Return where a client has its tokens from: an argument, else the environment.

    Raises:
        ConfigurationError: When there is no token and no way to one, or when there are two.
    """
    is_client = client_id is not None or client_secret is not None
    if token is not None and is_client:
        raise ConfigurationError("pass token=, or client_id= and client_secret=, but not both")
    env = Environment(CXENGAGE.prefix)
    given = token if token is not None or is_client else env.secret(CXENGAGE.credential)
    if given is not None:
        return given
    id_ = client_id if client_id is not None else env.text("client_id")
    secret = client_secret if client_secret is not None else env.secret("client_secret")
    if id_ is None or secret is None:
        raise ConfigurationError(_missing(env, id_, secret))
    url = env.pick(auth_url, "auth_url", str, f"https://auth.cxengage.net{_PATH}")
    return Grant(
        platform=issuer(id_, url),
        secret=secret,
        call=REQUEST({}, body=TokenRequest()),
        lease=_lease,
        url_name="auth_url",
    )


def _lease(granted: AccessToken) -> Lease:
    lifetime = granted.expires_in if granted.expires_in is not UNSET else math.inf
    return Lease(granted.access_token, lifetime)


def _missing(env: Environment, client_id: str | None, client_secret: Secret | None) -> str:
    if client_id is not None or client_secret is not None:
        name = "client_secret" if client_secret is None else "client_id"
        return f"no {name} for CxEngage: pass {name}= or set {env.variable(name)}"
    return (
        "no token for CxEngage: pass token=, or client_id= and client_secret=, or set "
        f"{env.variable('token')}, or {env.variable('client_id')} and "
        f"{env.variable('client_secret')}. "
        "To try without an account, start the sandbox: python -m integrations_sdk.sandbox"
    )
