"""The sandbox as Python code uses it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from integrations_sdk.sandbox.app import build_app, load_examples, start_again
from integrations_sdk.sandbox.celigo import CELIGO
from integrations_sdk.sandbox.cxengage import CXENGAGE
from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.faults import Fault, FaultKind, Faults, check_names
from integrations_sdk.sandbox.journal import Journal
from integrations_sdk.sandbox.losant import LOSANT
from integrations_sdk.sandbox.optimizeplayer import OPTIMIZEPLAYER
from integrations_sdk.sandbox.platform import YEAR, Platform
from integrations_sdk.sandbox.polis import POLIS
from integrations_sdk.sandbox.server import BackgroundServer
from integrations_sdk.sandbox.store import Store
from integrations_sdk.sandbox.switches import settle
from integrations_sdk.sandbox.tokens import Tokens

if TYPE_CHECKING:
    from typing_extensions import Self

PLATFORMS: Sequence[Platform] = (
    LOSANT,
    CELIGO,
    POLIS,
    OPTIMIZEPLAYER,
    CXENGAGE,
)

# What to call a server by that listens on all addresses.
_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound to


class Sandbox:
    """A local server that behaves like the platforms' APIs and remembers what it is told.

    It runs in a thread of its own, starts with example data, and many may run at once::

        with Sandbox() as sandbox:
            url = sandbox.base_url("losant")
            token = sandbox.token("losant")

    Args:
        host: The address to listen on; by default only this machine can connect. The host given
            here may be called by its name; ``0.0.0.0`` and ``::`` may be called by any address.
        port: The port to listen on; 0 takes a free one at each start.
        data: A file to keep all data in, made when missing; without one, everything is kept in
            memory and forgotten at the end.
        redact: Whether answers show ``******`` in the place of secrets, for demonstrations.
        switches: Choices where revisions of an API differ, such as
            ``{"celigo.empty_list": "204"}``; ``--help`` of the command lists them all.

    Attributes:
        journal: The calls that it received last, without their secrets.
        faults: The faults that it is still to have.

    Raises:
        SandboxError: There is no such switch, or it has no such value.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        data: str | os.PathLike[str] | None = None,
        redact: bool = False,
        switches: Mapping[str, str] | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._data = None if data is None else Path(data)
        self._redact = redact
        self._switches = settle(PLATFORMS, switches or {})
        self.journal: Journal = Journal()
        self.faults: Faults = Faults()
        self._opened: tuple[Store, ASGIApp] | None = None
        self._server: BackgroundServer | None = None

    def start(self) -> None:
        """Start to listen; a sandbox that does so already stays as it is.

        Raises:
            SandboxError: The address cannot be listened on, or the data file cannot be used.
        """
        if self._server is None:
            try:
                self._server = BackgroundServer(self.app, host=self._host, port=self._port)
            except SandboxError:
                self.stop()
                raise

    def stop(self) -> None:
        """Stop to listen and close the data; a sandbox that is stopped already stays as it is.

        It may be started again: with its data if they are in a file, else with the example data.
        """
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._opened is not None:
            self._opened[0].close()
            self._opened = None

    def __enter__(self) -> "Self":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def app(self) -> ASGIApp:
        """The ASGI application, for calls inside the process; the host to call is ``localhost``.

        It works without ``start``. Call ``stop`` when done with it.
        """
        return self._open()[1]

    @property
    def url(self) -> str:
        """The server's URL, such as ``http://127.0.0.1:8787``.

        Raises:
            SandboxError: The sandbox is not running.
        """
        if self._server is None:
            raise SandboxError(
                "The sandbox is not running: call start(), or use it in a with block"
            )
        host = _LOOPBACK.get(self._host, self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.port}"

    def base_url(self, platform: str) -> str:
        """Return the base URL to give to a client of a platform.

        Args:
            platform: The platform's name, such as ``"losant"``.

        Raises:
            SandboxError: The sandbox is not running, or knows no such platform.
        """
        found = _find(platform)
        return f"{self.url}/{found.name}{found.base_path}"

    def token(
        self,
        platform: str,
        *,
        scopes: Sequence[str] | None = None,
        expires_in: float | None = None,
    ) -> str:
        """Return a new access token for a platform; the sandbox remembers none of them.

        Args:
            platform: The platform's name, such as ``"losant"``.
            scopes: What the token allows; everything when left out.
            expires_in: Seconds until it expires, 0 or less for one that has expired; the
                platform's usual lifetime when left out.

        Raises:
            SandboxError: The sandbox knows no such platform, or the scopes are a bare text.
        """
        if isinstance(scopes, str):  # a sequence of letters, to Python
            raise SandboxError(f"The scopes must be in a list: [{scopes!r}]")
        tokens = Tokens(self._open()[0].signing_key())
        return _find(platform).token(tokens, scopes=scopes, expires_in=expires_in)

    def environment(self) -> dict[str, str]:
        """Return the environment variables that point clients of all platforms here.

        Raises:
            SandboxError: The sandbox is not running.
        """
        variables: dict[str, str] = {}
        for platform in PLATFORMS:
            base_url = self.base_url(platform.name)
            variables[platform.base_url_variable] = base_url
            variables[platform.token_variable] = self.token(platform.name, expires_in=YEAR)
            for name, value in platform.variables.items():
                variables[name] = value.replace("{base_url}", base_url)
        return variables

    def reset(self) -> None:
        """Forget all changes, calls and faults to come; tokens stay valid."""
        start_again(self._open()[0], PLATFORMS, self.journal, self.faults)

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
            operation: The only operation, by the platform's name for it.
            method: The only HTTP method, in capitals.

        Raises:
            SandboxError: There is no such fault, platform, operation or method, or the figures do
                not go with it.
        """
        fault = Fault(
            kind or ("late" if delay and status is None else "status"),
            status=status,
            retry_after=retry_after,
            delay=delay,
            platform=platform,
            operation=operation,
            method=method,
        )
        check_names(fault, PLATFORMS)
        self.faults.plan(fault, times=times)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self.faults.clear()

    def _open(self) -> tuple[Store, ASGIApp]:
        if self._opened is None:
            store = Store(self._data)
            try:
                load_examples(store, PLATFORMS)
                app = build_app(
                    store,
                    PLATFORMS,
                    host=self._host,
                    redact=self._redact,
                    switches=self._switches,
                    journal=self.journal,
                    faults=self.faults,
                )
            except BaseException:
                store.close()
                raise
            self._opened = store, app
        return self._opened


def _find(name: str) -> Platform:
    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    known = ", ".join(platform.name for platform in PLATFORMS)
    raise SandboxError(f"The sandbox knows no platform {name!r}; it knows: {known}")
