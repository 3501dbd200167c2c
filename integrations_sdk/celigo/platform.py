"""All that is particular to Celigo's API, as one value: https://github.com/celigo/integrator-api-docs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from integrations_sdk import transports
from integrations_sdk.core.auth import bearer
from integrations_sdk.core.document import is_array, is_object
from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.limits import RateLimit
from integrations_sdk.core.settings import Environment, Platform

from .models import CeligoModel

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON

Region: TypeAlias = Literal["us", "eu", "au", "ca"]
"""Where an account lives; a token is good in its own region only."""

_BASE_URLS: Final = {
    "us": "https://api.integrator.io/v1",
    "eu": "https://api.eu.integrator.io/v1",
    "au": "https://api.au.integrator.io/v1",
    "ca": "https://api.ca.integrator.io/v1",
}


def read_error(body: JSON) -> tuple[str | None, str]:
    """Read Celigo's array of errors: ``{"errors": [{"field": ..., "code": ..., "message": ...}]}``.

    The code is that of the first. The message is of all, each with the field that it is about.
    """
    errors = body.get("errors") if is_object(body) else None
    entries = [entry for entry in errors if is_object(entry)] if is_array(errors) else []
    if not entries:
        return None, ""
    first, *others = (_sentence(entry) for entry in entries)
    coded = [
        f"{sentence} ({code})" if sentence and (code := _text(entry, "code")) else sentence
        for sentence, entry in zip(others, entries[1:], strict=True)
    ]
    said = "; ".join(sentence for sentence in (first, *coded) if sentence)
    return _text(entries[0], "code") or None, said


def _sentence(entry: dict[str, JSON]) -> str:
    field, message = _text(entry, "field"), _text(entry, "message")
    if not message or field in message:
        return message or field
    return f"{field}: {message}"


def _text(entry: dict[str, JSON], member: str) -> str:
    value = entry.get(member)
    return value if isinstance(value, str) else ""


CELIGO: Final = Platform(
    name="Celigo",
    prefix="CELIGO",
    base_url=_BASE_URLS["us"],
    credential="api_token",
    authorize=bearer,
    codec=CeligoModel.codec,
    read_error=read_error,
    transports=transports.DEFAULT,
    rate_limit=RateLimit(rate=300, burst=1000),
    logged_query=frozenset({"exclude", "include", "limit"}),
)


def in_region(region: str | None) -> Platform:
    """Return Celigo as it is in a region: the one given, else the environment's, else the US.

    Raises:
        ConfigurationError: When there is no such region.
    """
    env = Environment(CELIGO.prefix)
    name = region if region is not None else env.text("region") or "us"
    if name not in _BASE_URLS:
        source = "region" if region is not None else env.variable("region")
        raise ConfigurationError(f"{source} is none of Celigo's: {', '.join(_BASE_URLS)}")
    return attrs.evolve(CELIGO, base_url=_BASE_URLS[name])
