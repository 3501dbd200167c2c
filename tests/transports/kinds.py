"""The transports that the tests in this folder run on: one line for each library."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from integrations_sdk import transports

from ..faces import Face


def _default(_: Face) -> None:
    """Let the client open its transport by itself."""


def _fast(face: Face) -> Any:
    from integrations_sdk.transports import AsyncFastTransport, FastTransport

    return AsyncFastTransport() if face.is_async else FastTransport()


@attrs.frozen
class Kind:
    """How a library's transport is opened, what it needs, and where it cannot do as others do.

    Attributes:
        open: Returns a transport for a client of a face, or None for the client's own.
        needs: The module without which nothing can be tested.
        notices: How many seconds pass until it knows that a server closed a connection.
        differs: For a part of a test's name, why the test fails. It has to: it is a strict xfail.
    """

    open: Callable[[Face], Any]
    needs: str
    notices: float
    differs: dict[str, str]


def _httpx2(face: Face) -> Any:
    from integrations_sdk.transports import AsyncHttpx2Transport, Httpx2Transport

    return AsyncHttpx2Transport() if face.is_async else Httpx2Transport()


KINDS = {
    "httpx": Kind(_default, "httpx", 0, {}),
    "httpx2": Kind(_httpx2, "httpx2", 0, {}),
    "fast": Kind(
        _fast,
        "pyreqwest",
        0.05,
        {
            "environments_certificates_by": "rustls reads the variables by itself",
            "a header of 300 kB": "hyper takes headers of up to 400 kB",
            "test_calls_one_after_the_other_share_a_connection": (
                "each pair of timeouts has connections of its own, and with_options sets another"
            ),
        },
    ),
}


class KindOfFace(Face):
    """A face whose clients use one kind of transport, which is closed together with them."""

    def __init__(self, kind: Kind, name: str) -> None:
        super().__init__(name)
        self.kind = kind
        self._transports: dict[int, Any] = {}

    def client(self, synchronous: type, *arguments: Any, **options: Any) -> Any:
        transport = None if "transport" in options else self.kind.open(self)
        if transport is not None:
            options["transport"] = transport
        client = super().client(synchronous, *arguments, **options)
        self._transports[id(client)] = transport
        return client

    def close(self, client: Any) -> None:
        super().close(client)
        if (transport := self._transports.get(id(client))) is not None:
            self(transport.aclose() if self.is_async else transport.close())


def without_environment(face: Face) -> Any:
    """Open the transport of a face as one that takes nothing from the environment."""
    assert isinstance(face, KindOfFace)
    name = {"httpx": "Httpx", "httpx2": "Httpx2", "pyreqwest": "Fast"}[face.kind.needs]
    class_ = getattr(transports, f"{'Async' if face.is_async else ''}{name}Transport")
    return class_(trust_env=False)


def notice_a_close(face: Face) -> None:
    """Wait until the transport of a face knows that a server closed a connection."""
    assert isinstance(face, KindOfFace)
    time.sleep(face.kind.notices)


def each_face(*names: str) -> Any:
    """Return a fixture: each face of each of these kinds of transport, one after the other."""
    params = [f"{name}-{face}" for name in names for face in ("sync", "async")]

    @pytest.fixture(params=params)
    def face(request: pytest.FixtureRequest) -> Iterator[Face]:
        name, _, of = request.param.partition("-")
        kind = KINDS[name]
        if importlib.util.find_spec(kind.needs) is None:
            pytest.skip(f"NOT TESTED: the {name} transport, for there is no {kind.needs}")
        for part, reason in kind.differs.items():
            if part in request.node.name:
                request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
        face = KindOfFace(kind, of)
        yield face
        face.finish()

    return face
