"""The clients of a storm: for each face and each transport, one of every platform."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import attrs

import integrations_sdk
from integrations_sdk import Drift, IntegrationsError, Retry

from .plan import PATIENCE, Step

RETRY: Final = Retry(attempts=3, initial=0.001, maximum=0.01, quota=None)

_CLASSES: Final = {
    "losant": ("Losant", ""),
    "celigo": ("Celigo", "/v1"),
    "polis": ("Polis", ""),
    "optimizeplayer": ("OptimizePlayer", "/v1"),
    "cxengage": ("CxEngage", ""),
}
_TRANSPORTS: Final = {
    "httpx": ("", "httpx"),
    "httpx2": ("Httpx2Transport", "httpx2"),
    "fast": ("FastTransport", "pyreqwest"),
}


@attrs.frozen
class Group:
    """Who shares clients: the workers on one face of one transport."""

    library: str
    is_async: bool

    def __str__(self) -> str:
        return f"{self.library}, {'tasks' if self.is_async else 'threads'}"

    @property
    def is_installed(self) -> bool:
        return importlib.util.find_spec(_TRANSPORTS[self.library][1]) is not None


GROUPS: Final = [Group(library, face) for library in _TRANSPORTS for face in (False, True)]


def _made_up_providers_only(operation: str, drift: Drift) -> None:
    if drift.path.rpartition(".")[2] not in {"id", "type"}:
        raise AssertionError(f"{operation}: {drift}")


class Clients:
    """The clients of a group.

    Args:
        group: Which.
        url: Where the proxy is.
        nowhere: Where nobody listens.
        tokens: For each platform.
        wrap: Puts something between the clients and their transport.
    """

    def __init__(
        self,
        group: Group,
        *,
        url: str,
        nowhere: str,
        tokens: dict[str, str],
        wrap: Callable[[Any], Any] | None = None,
    ) -> None:
        self.group = group
        self._prefix = "Async" if group.is_async else ""
        name = _TRANSPORTS[group.library][0] or ("HttpxTransport" if wrap else "")
        opened = getattr(integrations_sdk, self._prefix + name)() if name else None
        self._transport = wrap(opened) if wrap else opened
        self._clients = {
            (platform, refused): self._client(platform, nowhere if refused else url, token)
            for platform, token in tokens.items()
            for refused in (False, True)
        }

    def _client(self, platform: str, url: str, token: str) -> Any:
        class_, path = _CLASSES[platform]
        made = getattr(integrations_sdk, self._prefix + class_)
        return made(
            token,
            base_url=f"{url}/{platform}{path}",
            retry=RETRY,
            rate_limit=None,  # each 429 out of the blue would halve it
            on_drift=_made_up_providers_only,
            transport=self._transport,
        )

    def of(self, step: Step) -> Any:
        """Return the client for a step, whose requests carry its ticket."""
        client = self._clients[step.platform, step.refused]
        ticket = {"x-storm": step.ticket}
        return client.with_options(headers=ticket, timeout=PATIENCE[step.patience])

    def warm(self) -> None:
        """Make calls that nothing happens to, so that all is loaded and started by then."""
        for client in self._warming():
            with suppress(IntegrationsError):  # the shortest deadline may pass
                client.integration.list()

    async def awarm(self) -> None:
        """Do the same for tasks."""
        for client in self._warming():
            with suppress(IntegrationsError):
                await client.integration.list()

    def _warming(self) -> Iterator[Any]:
        for timeout in PATIENCE.values():
            yield self._clients["optimizeplayer", False].with_options(timeout=timeout)

    def players(self) -> list[Any]:
        """Return what OptimizePlayer has, which nothing changes."""
        return list(self._clients["optimizeplayer", False].integration.list())

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        if self._transport is not None:
            self._transport.close()

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        if self._transport is not None:
            await self._transport.aclose()
