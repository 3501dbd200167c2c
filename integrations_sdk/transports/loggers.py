"""What the libraries below may log of our requests: no value of a header, no query, no body."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Final

from .connections import DEADLINE

_HOLDING_HEADERS: Final = ("http11", "http2", "proxy", "socks")
_OF_HTTP2: Final = ("hpack.hpack", "hpack.table")  # below a client of httpx that was told to


class _NameOfStep(logging.Filter):
    """Leaves of each step of a request of ours its name: ``receive_response_headers.complete``."""

    def filter(self, record: logging.LogRecord) -> bool:
        if DEADLINE.get(None) is not None:
            record.msg, record.args = record.getMessage().partition(" ")[0], ()
        return True


class _WithoutQuery(logging.Filter):
    """Leaves the query of our requests, where a key may travel, out of what a client logs."""

    def __init__(self, address: type[Any]) -> None:
        super().__init__()
        self._address = address

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._without_query, record.args))
        return True

    def _without_query(self, arg: Any) -> Any:
        return arg.copy_with(query=None) if isinstance(arg, self._address) else arg


_NAME_OF_STEP: Final = _NameOfStep()


def keep_headers_out_of_logs(engine: str) -> None:
    """Let httpcore, or httpcore2, log the names of its steps only, where they are ours."""
    for name in (*(f"{engine}.{part}" for part in _HOLDING_HEADERS), *_OF_HTTP2):
        logging.getLogger(name).addFilter(_NAME_OF_STEP)


@lru_cache
def address_class(httpx: Any) -> type[Any]:
    """Make a class for the addresses of our requests, and keep their query out of the log."""
    address = type("Address", (httpx.URL,), {})
    logging.getLogger(httpx.__name__).addFilter(_WithoutQuery(address))
    return address
