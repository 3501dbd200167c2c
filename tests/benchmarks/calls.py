"""Synchronous contenders: each opens a client, and returns what makes one call with it.

The bare libraries ask for the same document as the SDK, and parse it; the other SDKs ask for one of
their own, and decode it to their model. Settings are those that a client has by default.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from .documents import APPLICATION, INTEGRATION, LOSANT_PATH, SERVED
from .processes import nodelay

Call = Callable[[], object]
TOKEN: Final = "tok-SAMPLE-plain"


def transport(name: str) -> Any:
    """Open one of the SDK's transports; some of them are there with an extra only."""
    from integrations_sdk import transports

    return getattr(transports, name)()


def raw(base: str) -> Call:
    url = urlsplit(base)
    sock = socket.create_connection((url.hostname, url.port or 80))
    nodelay(sock)
    request = f"GET {LOSANT_PATH} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode()

    def call() -> object:
        sock.sendall(request)
        return json.loads(sock.recv(65536).partition(b"\r\n\r\n")[2])

    return call


def http_client(base: str) -> Call:
    from http.client import HTTPConnection

    connection = HTTPConnection(urlsplit(base).netloc)

    def call() -> object:
        connection.request("GET", LOSANT_PATH)
        return json.loads(connection.getresponse().read())

    return call


def httpx(base: str) -> Call:
    import httpx

    client = httpx.Client()
    return lambda: client.get(base + LOSANT_PATH).json()


def httpx2(base: str) -> Call:
    import httpx2

    client = httpx2.Client()
    return lambda: client.get(base + LOSANT_PATH).json()


def requests(base: str) -> Call:
    import requests

    session = requests.Session()
    return lambda: session.get(base + LOSANT_PATH).json()


def pyreqwest(base: str) -> Call:
    from pyreqwest.client import SyncClientBuilder

    client = SyncClientBuilder().build()
    return lambda: client.get(base + LOSANT_PATH).build().send().json()


def losant_rest(base: str) -> Call:
    from losant_rest import Client

    client = Client(auth_token=TOKEN, url=base)
    ids = {"applicationId": APPLICATION, "integrationId": INTEGRATION}
    return lambda: client.integration.get(**ids)


def openai(base: str) -> Call:
    import openai

    client = openai.OpenAI(api_key=TOKEN, base_url=f"{base}/openai/v1")
    return lambda: client.models.retrieve("x")


def anthropic(base: str) -> Call:
    import anthropic

    client = anthropic.Anthropic(api_key=TOKEN, base_url=base)
    return lambda: client.models.retrieve("x")


def stripe(base: str) -> Call:
    import stripe

    client = stripe.StripeClient(TOKEN, base_addresses={"api": base})
    return lambda: client.v1.customers.retrieve("cus_SAMPLE")


def sdk(base: str) -> Call:
    from integrations_sdk import Losant

    client = Losant(TOKEN, base_url=base)
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)


def sdk_httpx2(base: str) -> Call:
    from integrations_sdk import Losant

    client = Losant(TOKEN, base_url=base, transport=transport("Httpx2Transport"))
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)


def sdk_fast(base: str) -> Call:
    from integrations_sdk import Losant

    client = Losant(TOKEN, base_url=base, transport=transport("FastTransport"))
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)


def sdk_memory(base: str) -> Call:
    """What the SDK itself costs: nothing is sent."""
    from integrations_sdk import Losant
    from integrations_sdk.transports import Headers, Request, Response

    class Memory:
        def send(self, request: Request) -> Response:
            return Response(200, Headers([("content-type", "application/json")]), content)

        def close(self) -> None:
            pass

    content = SERVED[LOSANT_PATH]
    client = Losant(TOKEN, base_url=base, transport=Memory())
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)
