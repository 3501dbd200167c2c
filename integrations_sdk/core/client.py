"""The two runners. Nothing else in the library performs I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from . import clock
from .auth import AsyncTokenProvider, Bounded, Grant, Lease, TokenProvider
from .base import Client
from .call import Call, Reply
from .errors import IntegrationsError
from .exchange import Exchange
from .limits import await_turn, wait_for_turn
from .retry import policy, retry_after
from .secret import Secret
from .transport import AsyncTransport, Fault, Response, Transport

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from typing_extensions import Self

    from .outcome import Outcome

T = TypeVar("T")
R = TypeVar("R")


class SyncClient(Client[Transport, TokenProvider]):
    """Runs calls one after the other; safe to share between threads."""

    def _open(self) -> Transport:
        return self._settings.platform.transports.sync()

    def _provider(self, grant: Grant) -> Bounded:
        def provide(deadline: float) -> Lease:
            exchange = Exchange(self._settings, grant.call, deadline=deadline)
            return grant.lease(self._run(exchange, exchange.value))

        return Bounded(provide)

    def send(self, call: Call[T]) -> T:
        """Send a call and return its model.

        Raises:
            IntegrationsError: One of its kinds, by what went wrong.
        """
        exchange = Exchange(self._settings, call, self._token.claimed)
        return self._run(exchange, exchange.value)

    def send_with_response(self, call: Call[T]) -> Reply[T]:
        """Send a call and return its model with the answer's particulars."""
        exchange = Exchange(self._settings, call, self._token.claimed)
        return self._run(exchange, exchange.accept)

    def check(self, call: Call[Any], *, since: datetime | None = None) -> Outcome:
        """Find out whether a write took effect whose answer was lost.

        Args:
            call: The write.
            since: When it was sent for the first time, with its time zone: it tells what it
                created from what was there before. Without it, that may be uncertain.

        Raises:
            IntegrationsError: When it cannot be read.
        """
        from . import outcome

        return outcome.check(self, call, since)

    def _run(self, exchange: Exchange[Any], read: Callable[[Response], R]) -> R:
        if exchange.watch is None:
            return self._perform(exchange, read)
        with exchange.watch:
            return self._perform(exchange, read)

    def _perform(self, exchange: Exchange[Any], read: Callable[[Response], R]) -> R:
        try:
            try:
                return self._attempt(exchange, read)
            except IntegrationsError as error:
                if not exchange.may_repeat(error):
                    raise
                first = error
            return self._repeat(exchange, read, first)
        except IntegrationsError as error:
            exchange.tell(error, self)
            raise

    def _repeat(
        self, exchange: Exchange[Any], read: Callable[[Response], R], first: IntegrationsError
    ) -> R:
        from tenacity import Retrying

        failed = iter([first])

        def attempt() -> R:
            for failure in failed:  # the attempt already made counts as the first
                raise failure
            return self._attempt(exchange, read)

        retrying = Retrying(sleep=clock.sleep, **policy(self._settings.retry, exchange))
        return retrying(attempt)

    def _attempt(self, exchange: Exchange[Any], read: Callable[[Response], R]) -> R:
        try:
            token = self._token.get(None, exchange.deadline)
            response = self._exchange(exchange, token)
            if exchange.refused(response):
                fresh = self._token.get(token, exchange.deadline)
                if fresh != token:
                    exchange.renewing()
                    response = self._exchange(exchange, fresh)
            return read(response)
        except Fault as fault:
            failure = exchange.fail(fault)
        raise failure

    def _exchange(self, exchange: Exchange[Any], token: Secret) -> Response:
        request = exchange.request(token)
        transport = self._wire.transport()
        pace = self._settings.pace
        if pace is not None:
            wait_for_turn(pace.limiter(token), exchange)
        exchange.sending()
        try:
            response = transport.send(request)
        except Fault as fault:
            failure = exchange.fail(fault)
        else:
            exchange.note(str(response.status), response)
            if pace is not None and response.status == 429:  # noqa: PLR2004
                pause = retry_after(response.headers) or 0.0
                pace.limiter(token).slow(pause, exchange.age())
            return response
        raise failure  # outside of the handler: the fault's context may hold the request

    def close(self) -> None:
        """Close the connections that this client opened, and refuse further calls.

        A transport that was given stays open. Closing twice, or closing a derived client, does
        nothing.
        """
        if self._derived:
            return
        if (opened := self._wire.close()) is not None:
            opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(Client[AsyncTransport, AsyncTokenProvider]):
    """Runs calls of many tasks."""

    def _open(self) -> AsyncTransport:
        return self._settings.platform.transports.asynchronous()

    def _provider(self, grant: Grant) -> Bounded:
        async def provide(deadline: float) -> Lease:
            exchange = Exchange(self._settings, grant.call, deadline=deadline)
            return grant.lease(await self._run(exchange, exchange.value))

        return Bounded(provide)

    async def send(self, call: Call[T]) -> T:
        """Send a call and return its model.

        Raises:
            IntegrationsError: One of its kinds, by what went wrong.
        """
        exchange = Exchange(self._settings, call, self._token.claimed)
        return await self._run(exchange, exchange.value)

    async def send_with_response(self, call: Call[T]) -> Reply[T]:
        """Send a call and return its model with the answer's particulars."""
        exchange = Exchange(self._settings, call, self._token.claimed)
        return await self._run(exchange, exchange.accept)

    async def check(self, call: Call[Any], *, since: datetime | None = None) -> Outcome:
        """Find out whether a write took effect whose answer was lost.

        Args:
            call: The write.
            since: When it was sent for the first time, with its time zone: it tells what it
                created from what was there before. Without it, that may be uncertain.

        Raises:
            IntegrationsError: When it cannot be read.
        """
        from . import outcome

        return await outcome.acheck(self, call, since)

    async def _run(self, exchange: Exchange[Any], read: Callable[[Response], R]) -> R:
        if exchange.watch is None:
            return await self._perform(exchange, read)
        with exchange.watch:
            return await self._perform(exchange, read)

    async def _perform(self, exchange: Exchange[Any], read: Callable[[Response], R]) -> R:
        try:
            try:
                return await self._attempt(exchange, read)
            except IntegrationsError as error:
                if not exchange.may_repeat(error):
                    raise
                first = error
            return await self._repeat(exchange, read, first)
        except IntegrationsError as error:
            exchange.tell(error, self)
            raise

    async def _repeat(
        self, exchange: Exchange[Any], read: Callable[[Response], R], first: IntegrationsError
    ) -> R:
        from tenacity import AsyncRetrying

        failed = iter([first])

        async def attempt() -> R:
            for failure in failed:  # the attempt already made counts as the first
                raise failure
            return await self._attempt(exchange, read)

        retrying = AsyncRetrying(sleep=clock.asleep, **policy(self._settings.retry, exchange))
        return await retrying(attempt)

    async def _attempt(self, exchange: Exchange[Any], read: Callable[[Response], R]) -> R:
        try:
            token = await self._token.aget(None, exchange.deadline)
            response = await self._exchange(exchange, token)
            if exchange.refused(response):
                fresh = await self._token.aget(token, exchange.deadline)
                if fresh != token:
                    exchange.renewing()
                    response = await self._exchange(exchange, fresh)
            return read(response)
        except Fault as fault:
            failure = exchange.fail(fault)
        raise failure

    async def _exchange(self, exchange: Exchange[Any], token: Secret) -> Response:
        request = exchange.request(token)
        transport = self._wire.transport()
        pace = self._settings.pace
        if pace is not None:
            await await_turn(pace.limiter(token), exchange)
        exchange.sending()
        try:
            response = await transport.send(request)
        except Fault as fault:
            failure = exchange.fail(fault)
        else:
            exchange.note(str(response.status), response)
            if pace is not None and response.status == 429:  # noqa: PLR2004
                pause = retry_after(response.headers) or 0.0
                await pace.limiter(token).aslow(pause, exchange.age())
            return response
        raise failure  # outside of the handler: the fault's context may hold the request

    async def aclose(self) -> None:
        """Close the connections that this client opened, and refuse further calls.

        A transport that was given stays open. Closing twice, or closing a derived client, does
        nothing.
        """
        if self._derived:
            return
        if (opened := self._wire.close()) is not None:
            await opened.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
