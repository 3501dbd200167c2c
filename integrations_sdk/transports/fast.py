"""The fast transport: pyreqwest, an HTTP client written in Rust, on either face.

It keeps the promises of the default transport at a fraction of its cost. What its library does
differently is said where it shows, in the two classes.
"""

from __future__ import annotations

import atexit
import threading
from functools import cache
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from integrations_sdk.core import clock as time
from integrations_sdk.core.transport import Fault, Request, Response
from integrations_sdk.core.travel import reopening

from .faults import check_deadline
from .native.clients import Clients, Way
from .native.interrupt import exchanged_in_main
from .native.library import Library
from .native.messages import exchanged, promised
from .turns import AsyncTurns

if TYPE_CHECKING:
    import asyncio
    import os

    from typing_extensions import Self

_LAST_MOMENT: Final = 0.02


class FastTransport:
    """Sends by pyreqwest, synchronously. Needs ``pip install 'integrations-sdk[fast]'``.

    It is yours to close, by ``close()`` or as a context manager; a client of this library leaves
    it open. One transport serves any number of clients, threads and hosts. It differs from the
    default transport in this:

    - The read timeout bounds the wait for the whole head of an answer, connecting and sending
      included; after that, as usual, each wait for bytes of its body.
    - Each host and pair of timeouts has connections of its own, up to 100.
    - Ctrl-C ends a waiting call at once, but what was handed over is not taken back: it may still
      be sent, and its connection is open until an answer or a timeout comes. Handlers of your own
      for signals run when the call ends.
    - Names are resolved, certificates checked and errors worded by Rust libraries. Certificates
      are those of the system, or of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``.
    - Header names go out as ``Title-Case``. Of an answer, headers that are not ASCII are left out.
    - In a process that is forked it opens connections of its own; in one that is forked from that
      one again, it cannot be used.

    Args:
        proxy: The URL of a proxy for every call. The default is the environment's, and none for
            a loopback address.
        trust_env: Take the proxy from the environment, if none is given. Its certificates are
            taken either way.
        ca_file: A PEM file of certificates to trust, besides those of the system.
        certificate: A PEM file with a certificate of yours and its key, for servers that ask.

    Raises:
        ConfigurationError: When pyreqwest is not installed, or an argument cannot be used.
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        ca_file: str | os.PathLike[str] | None = None,
        certificate: str | os.PathLike[str] | None = None,
    ) -> None:
        self._way = Way(proxy, trust_env=trust_env)
        self._options: dict[str, object] = {
            "trust_env": trust_env,
            "ca_file": ca_file,
            "certificate": certificate,
        }
        del proxy  # it may hold a password, which would be seen in a traceback from here
        self._library = Library("SyncClientBuilder")
        self._clients = Clients(self._library, self._way, ca_file, certificate)

    def __reduce__(self) -> tuple[object, ...]:
        return reopening(self, None if self._way.given else self._options)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        clients = self._clients.here()
        clients.turns.take(request)
        in_main = threading.get_ident() == clients.main
        left = request.deadline - time.monotonic()
        try:
            client = clients.of(request, left, apart=in_main)
            exchange = exchanged_in_main if in_main else exchanged
            outcome = exchange(self._library, client, request, left)
        except KeyboardInterrupt as interrupt:
            clients.forget_main()  # it was closed, and only this thread has calls on it
            interrupt.__context__ = None  # an exception of the library quotes the address
            raise interrupt.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            clients.turns.give()
        if isinstance(outcome, Fault):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close every connection, and end the calls that wait for one. A later call opens anew."""
        for client in self._clients.forget_all():
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncFastTransport:
    """Sends by pyreqwest, asynchronously, on asyncio. Needs ``integrations-sdk[fast]``.

    It is yours to close, by ``aclose()`` or as an asynchronous context manager; a client of this
    library leaves it open. One transport serves any number of clients and event loops. What is
    said of [FastTransport][integrations_sdk.transports.FastTransport] is true of it too; a task
    that is cancelled is like a call that is interrupted.

    Args:
        proxy: The URL of a proxy for every call. The default is the environment's, and none for
            a loopback address.
        trust_env: Take the proxy from the environment, if none is given. Its certificates are
            taken either way.
        ca_file: A PEM file of certificates to trust, besides those of the system.
        certificate: A PEM file with a certificate of yours and its key, for servers that ask.

    Raises:
        ConfigurationError: When pyreqwest is not installed, or an argument cannot be used.
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        ca_file: str | os.PathLike[str] | None = None,
        certificate: str | os.PathLike[str] | None = None,
    ) -> None:
        self._way = Way(proxy, trust_env=trust_env)
        self._options: dict[str, object] = {
            "trust_env": trust_env,
            "ca_file": ca_file,
            "certificate": certificate,
        }
        del proxy  # it may hold a password, which would be seen in a traceback from here
        _leave_in_order()
        self._library = Library("ClientBuilder")
        self._clients = Clients(self._library, self._way, ca_file, certificate)
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncTurns] = WeakKeyDictionary()

    def __reduce__(self) -> tuple[object, ...]:
        return reopening(self, None if self._way.given else self._options)

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        turns = self._turns_here()
        if not turns.take():
            await turns.wait(request)
        left = request.deadline - time.monotonic()
        try:
            client = self._clients.here().of(request, left, apart=False)
            outcome = await promised(self._library, client, request, left)
        except BaseException as ended:  # noqa: BLE001 -- raised again
            raise ended.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            turns.give()
        if isinstance(outcome, Fault):
            raise outcome
        return outcome

    def _turns_here(self) -> AsyncTurns:
        from asyncio import get_running_loop  # not at the top: threads do without

        loop = get_running_loop()
        turns = self._turns.get(loop)
        if turns is None:
            turns = self._turns[loop] = AsyncTurns()
        return turns

    async def aclose(self) -> None:
        """Close every connection, and end the calls that wait for one. A later call opens anew."""
        for client in self._clients.forget_all():
            await client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


@cache
def _leave_in_order() -> None:
    """Let the library's thread get out of Python before Python ends.

    It tells an event loop of each answer; were Python to end meanwhile, the process would abort.
    """
    atexit.register(time.sleep, _LAST_MOMENT)
