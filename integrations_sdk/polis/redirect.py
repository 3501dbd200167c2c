"""The way of a browser to Polis and back, without I/O: RFC 6749 section 4.1, as Polis has it."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import attrs

from integrations_sdk.core.arguments import filled
from integrations_sdk.core.errors import InvalidArgumentError
from integrations_sdk.core.secret import Secret

_MOST: Final = 100  # members of a query: far above what Polis adds


class AuthorizeUrl(NamedTuple):
    """Where to send a customer's browser, and what to expect when it comes back.

    Attributes:
        url: Where to send the browser.
        state: Keep it in the customer's session: it tells whose the redirect is.
    """

    url: str
    state: str


@attrs.frozen
class Redirect:
    """What a customer's browser brings back.

    Attributes:
        code: Exchange it for a token, once and soon.
        state: The one that was sent.
        organization_id: The organization that the customer picked; None when Polis named none.
    """

    code: Secret
    state: str
    organization_id: str | None


def authorize_url(
    pages: str, client_id: str, redirect_uri: str | None, state: str | None
) -> AuthorizeUrl:
    """Return the URL of the page that asks a customer, with an unguessable state."""
    state = filled("state", state, "a state") if state is not None else secrets.token_urlsafe(32)
    query = {"response_type": "code", "client_id": client_id}
    if redirect_uri is not None:
        query["redirect_uri"] = filled("redirect_uri", redirect_uri, "a URL")
    query["state"] = state
    return AuthorizeUrl(f"{pages}/oauth/authorize?{urlencode(query, quote_via=quote)}", state)


def read_redirect(*, url: str, state: str) -> Redirect:
    """Return what a redirect brings back, once it is known to answer to a state.

    Raises:
        InvalidArgumentError: When it does not, or brings no code. Quotes no part of the URL.
    """
    members = _members(url)
    del url  # it holds the code, and this frame may end up in a traceback
    expected = Secret(filled("state", state, "the state of authorize_url"))
    if members is None:
        raise InvalidArgumentError("url", "the URL that Polis redirected to", "something else")
    if [expected] != members.get("state"):  # in constant time
        wanted = "the state that authorize_url returned for this customer"
        raise InvalidArgumentError("url.state", wanted, "another one, or none: do not trust it")
    codes = members.get("code", [])
    if len(codes) != 1 or not codes[0]:
        got = "several" if len(codes) > 1 else "none: perhaps the customer refused"
        raise InvalidArgumentError("url.code", "one code", got)
    organizations = members.get("organizationId", [])
    return Redirect(
        code=codes[0],
        state=state,
        organization_id=organizations[0].reveal() if len(organizations) == 1 else None,
    )


def _members(url: object) -> dict[str, list[Secret]] | None:
    if not isinstance(url, str):
        return None
    try:
        query = parse_qs(urlsplit(url).query, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:  # a malformed address, or a query beyond reason
        return None
    return {name: [Secret(value) for value in values] for name, values in query.items()}
