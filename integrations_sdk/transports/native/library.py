"""The parts of pyreqwest that are used, and their types: its own say more than is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from integrations_sdk.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta


class Builder(Protocol):
    """A request of the library, while it is made."""

    def headers(self, headers: tuple[tuple[str, str], ...]) -> Builder: ...

    def body_bytes(self, body: bytes) -> Builder: ...

    def timeout(self, timeout: timedelta) -> Builder: ...

    def build_streamed(self) -> Prepared: ...


class Prepared(Protocol):
    """A request of the library: it is sent by the ``with`` statement of either face."""

    def __enter__(self) -> Answer: ...

    def __exit__(self, *_: object) -> None: ...

    async def __aenter__(self) -> Answer: ...

    async def __aexit__(self, *_: object) -> None: ...


class Reader(Protocol):
    """What reads the body of an answer."""

    def read(self, amount: int) -> Any: ...  # noqa: ANN401 -- of either face


class Client(Protocol):
    """A client of the library."""

    def request(self, method: str, url: object) -> Builder: ...

    def close(self) -> Any: ...  # noqa: ANN401 -- of either face


class AnswerHeaders(Protocol):
    """The headers of an answer."""

    def items(self) -> Iterable[tuple[str, str]]: ...

    def keys(self) -> Iterable[str]: ...

    def getall(self, key: str) -> list[str]: ...


class Answer(Protocol):
    """What the library makes of an answer."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> AnswerHeaders: ...

    @property
    def body_reader(self) -> Reader: ...

    def get_header(self, key: str) -> str | None: ...


class Library:
    """What is used of pyreqwest. The first transport loads it.

    Raises:
        ConfigurationError: When it is not installed.
    """

    def __init__(self, face: str) -> None:
        try:
            from pyreqwest import client, exceptions, http, proxy
        except ImportError:
            found = False
        else:
            found = True
            self.builder: Callable[[], Any] = getattr(client, face)
            self.proxy: Callable[[str], object] = proxy.ProxyBuilder.all
            self.url: Callable[[str], object] = http.Url
            self.timeout: type[Exception] = exceptions.RequestTimeoutError
            self.pool_timeout: type[Exception] = exceptions.PoolTimeoutError
            self.closed: type[Exception] = exceptions.ClientClosedError
            self.builder_error: type[Exception] = exceptions.BuilderError
        if not found:
            raise ConfigurationError(
                "the fast transport needs pyreqwest, and that Python 3.11: "
                "pip install 'integrations-sdk[fast]'"
            )
