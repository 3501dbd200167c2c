"""A sandbox that tests call inside of their process, or over a port."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from integrations_sdk.core.client import AsyncClient, SyncClient
from integrations_sdk.core.transport import AsyncTransport
from integrations_sdk.sandbox import Sandbox, SandboxError
from integrations_sdk.sandbox.faults import FaultKind
from integrations_sdk.sandbox.sandbox import PLATFORMS

from .calls import Calls, ReceivedCall
from .operations import in_sandbox
from .transport import AsyncBriefTransport, AsyncSandboxTransport, SandboxTransport

if TYPE_CHECKING:
    from typing_extensions import Self

ClientT = TypeVar("ClientT", bound="SyncClient | AsyncClient")
_HERE = "http://localhost"


class LocalSandbox(Sandbox):
    """A sandbox for tests: in the process, without a socket, unless it is given a port.

    Its clients are the real ones, with a transport that calls the sandbox by itself::

        with LocalSandbox() as sandbox, sandbox.client(Losant) as losant:
            sandbox.fail_next(status=503)
            losant.integration.get(application_id=..., integration_id=...)
            assert sandbox.calls.last.status == 200

    Args:
        port: The port to listen on, 0 for a free one; None for none.
        data: A file to keep all data in; without one, everything is kept in memory.
        switches: Choices where revisions of an API differ.

    Raises:
        SandboxError: There is no such switch, or it has no such value.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        data: str | os.PathLike[str] | None = None,
        switches: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(port=port or 0, data=data, switches=switches)
        self._has_port = port is not None

    def __enter__(self) -> Self:
        if self._has_port:
            self.start()
        return self

    @property
    def url(self) -> str:
        """Where it is: ``http://localhost`` while nothing but its own clients can call it."""
        return super().url if self._server is not None else _HERE

    def client(
        self,
        client: type[ClientT],
        token: Any = None,  # noqa: ANN401 -- whatever the client takes
        /,
        **options: Any,  # noqa: ANN401 -- the same
    ) -> ClientT:
        """Return a client of this sandbox.

        Args:
            client: Its class, such as ``Losant`` or ``AsyncCeligo``.
            token: What authorises it: a token of ``token()``, or a provider; by default one that
                may do everything.
            options: What else the class takes.

        Raises:
            SandboxError: It is the class of no platform.
            ConfigurationError: An option makes no sense.
        """
        name = platform_of(client)
        options.setdefault("base_url", f"{self._reached_at}/{name}{_base_path(name)}")
        transport = self._transport(client)
        if transport is not None:
            options.setdefault("transport", transport)
        make = cast("Callable[..., ClientT]", client)
        if _takes_no_token(client, options):
            return make(**options)
        return make(self.token(name) if token is None else token, **options)

    @property
    def calls(self) -> Calls:
        """The calls since the last reset, oldest first; the last 500 at most."""
        return Calls(map(ReceivedCall.of, self.journal.entries()))

    def fail_next(
        self,
        kind: FaultKind | None = None,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        delay: float = 0.0,
        times: int = 1,
        platform: str | None = None,
        operation: str | None = None,
        method: str | None = None,
    ) -> None:
        """Let something go wrong with the next call, or with the next that fits.

        Args:
            kind: What happens: ``expired_token``, ``lost_request``, ``lost_answer``,
                ``no_connection``, ``late``, ``slow_body``, ``truncated_body``,
                ``malformed_json`` or ``html``; may be left out with ``status``, or with
                ``delay`` for ``late``.
            status: The status that is answered instead, 400 to 599.
            retry_after: Whole seconds that the answer asks to wait.
            delay: Seconds that ``late`` and ``slow_body`` take.
            times: How many calls it befalls.
            platform: The only platform that it befalls.
            operation: The only operation, by its name on a client, such as ``integration.get``;
                goes with a platform.
            method: The only HTTP method, in capitals.

        Raises:
            SandboxError: There is no such fault, platform, operation or method, or the figures do
                not go with it.
        """
        if operation is not None:
            if platform is None:
                raise SandboxError("An operation is one of a platform: pass platform=, too")
            operation = in_sandbox(platform, operation)
        super().fail_next(
            kind,
            status=status,
            retry_after=retry_after,
            delay=delay,
            times=times,
            platform=platform,
            operation=operation,
            method=method,
        )

    @property
    def _reached_at(self) -> str:
        return self.url if self._has_port else _HERE

    def _transport(self, client: type[object]) -> SandboxTransport | AsyncTransport | None:
        if issubclass(client, AsyncClient):
            return AsyncBriefTransport() if self._has_port else AsyncSandboxTransport(self)
        return None if self._has_port else SandboxTransport(self)


def platform_of(client: type[object]) -> str:
    """Return the name of the platform that a class of clients is for.

    Raises:
        SandboxError: It is the class of no platform.
    """
    names = {platform.name for platform in PLATFORMS}
    for class_ in client.__mro__:
        name = class_.__module__.removeprefix("integrations_sdk.").partition(".")[0]
        if name in names:
            return name
    raise SandboxError(f"{client.__name__} is the client of no platform of the sandbox")


def _base_path(name: str) -> str:
    return next(platform.base_path for platform in PLATFORMS if platform.name == name)


def _takes_no_token(client: type[object], options: Mapping[str, object]) -> bool:
    """Tell whether a client is authorised by its options, as an application is by its secret."""
    return client.__name__.endswith("Auth") or "client_id" in options
