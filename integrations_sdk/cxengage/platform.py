"""All that is particular to CxEngage's API, as one value: https://cxengage.github.io."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from integrations_sdk import transports
from integrations_sdk.core.arguments import choice
from integrations_sdk.core.auth import bearer
from integrations_sdk.core.document import sentences
from integrations_sdk.core.settings import Environment, Platform

from .models import CxEngageModel

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON

EnvironmentName: TypeAlias = Literal["original", "1.0"]
"""Where the API is: at its first address, which has no version, or at the one that came later."""

_BASE_URLS: Final[dict[EnvironmentName, str]] = {
    "original": "https://api.cxengage.com",  # documented as http://, where a token would show
    "1.0": "https://api.cxengage.net/1.0",
}


def read_error(body: JSON) -> tuple[str | None, str]:
    """Read an error: CxEngage documents the member ``error``, but not what is in it.

    Its texts are read, be it a text, an object or an array. An error about a token may have an
    ``error_description`` beside it, as RFC 6749 section 5.2 has it: ``error`` is a code then.
    """
    if not isinstance(body, dict):
        return None, ""
    error, description = body.get("error"), body.get("error_description")
    code = error.get("code") if isinstance(error, dict) else error if description else None
    told = description if isinstance(description, str) and description else error
    return code if isinstance(code, str) else None, "; ".join(sentences(told, without="code"))


CXENGAGE: Final = Platform(
    name="CxEngage",
    prefix="CXENGAGE",
    base_url=_BASE_URLS["original"],
    credential="token",
    authorize=bearer,
    codec=CxEngageModel.codec,
    read_error=read_error,
    transports=transports.DEFAULT,
)


def platform_in(environment: EnvironmentName | None) -> Platform:
    """Return the platform with the base URL of an environment.

    Raises:
        InvalidArgumentError: When there is no such environment.
        ConfigurationError: When the environment variable makes no sense.
    """
    name: EnvironmentName = Environment(CXENGAGE.prefix).pick(
        choice("environment", environment, EnvironmentName), "environment", _known, "original"
    )
    return attrs.evolve(CXENGAGE, base_url=_BASE_URLS[name])


def _known(text: str) -> EnvironmentName:
    for name in _BASE_URLS:
        if name == text:
            return name
    raise ValueError
