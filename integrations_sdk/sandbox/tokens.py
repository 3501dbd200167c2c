"""Access tokens: JSON Web Tokens signed with HMAC-SHA256, by the standard library alone."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence

from integrations_sdk.sandbox.documents import Json, JsonObject

_HEADER: JsonObject = {"alg": "HS256", "typ": "JWT"}


class TokenError(Exception):
    """A token is not to be trusted; the message says why, and never quotes it."""


class Tokens:
    """Signs access tokens and reads them back.

    Args:
        key: The secret that signs; a token signed by another one is refused.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mint(
        self,
        claims: Mapping[str, Json],
        *,
        audience: str,
        scopes: Sequence[str],
        lifetime: float,
    ) -> str:
        """Return a new token.

        Args:
            claims: Further members of its payload, such as ``sub``.
            audience: The platform that is to accept it.
            scopes: What it allows.
            lifetime: Seconds from now until it expires; 0 or less makes an expired token.
        """
        now = int(time.time())
        payload: JsonObject = {
            **claims,
            "scope": list(scopes),
            "iat": now,
            "exp": now + int(lifetime),
            "iss": "sandbox",
            "aud": audience,
        }
        signed = f"{_encode(_HEADER)}.{_encode(payload)}"
        return f"{signed}.{self._signature(signed)}"

    def claims(self, token: str, *, audience: str) -> JsonObject:
        """Return the payload of a token that this sandbox signed for ``audience``.

        Raises:
            TokenError: The token is foreign, forged, meant for another platform or expired.
        """
        # The header is not looked at: whatever algorithm it names, only ours is ever tried.
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode()):
            raise TokenError(
                "The access token was not issued by this sandbox; was it started anew since?"
            )
        payload = _decode(signed.partition(".")[2])
        if payload["aud"] != audience:
            raise TokenError(f"The access token is meant for {payload['aud']}, not {audience}")
        expiry = payload["exp"]
        if not isinstance(expiry, int) or expiry <= time.time():
            raise TokenError("The access token has expired")
        return payload

    def _signature(self, signed: str) -> str:
        return _base64url(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())


def scopes_of(claims: Mapping[str, Json]) -> set[str]:
    """Return what a token's payload allows."""
    scopes = claims["scope"]
    return {str(scope) for scope in scopes} if isinstance(scopes, list) else set()


def _encode(part: JsonObject) -> str:
    return _base64url(json.dumps(part, separators=(",", ":")).encode())


def _decode(part: str) -> JsonObject:
    payload: JsonObject = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
