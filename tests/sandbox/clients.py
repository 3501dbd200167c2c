"""Plain HTTP clients of any platform of a sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from integrations_sdk.sandbox import Sandbox

from .facts import PLAIN


def client_of(sandbox: Sandbox, platform: str, **token: Any) -> httpx.Client:
    """A client with a new bearer token, which may be limited in scopes or time."""
    headers = {"Authorization": f"Bearer {sandbox.token(platform, **token)}"}
    return httpx.Client(
        base_url=sandbox.base_url(platform), headers=headers, verify=PLAIN, trust_env=False
    )


@contextmanager
def served(platform: str, *, redact: bool = False, **switches: Any) -> Iterator[httpx.Client]:
    """A client of a sandbox of its own, in which some switches of the platform are chosen."""
    chosen = {f"{platform}.{name}": value for name, value in switches.items()}
    with (
        Sandbox(redact=redact, switches=chosen) as sandbox,
        client_of(sandbox, platform) as client,
    ):
        yield client
