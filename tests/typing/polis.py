"""What users of Polis write, for type checkers: they run over this file, nothing else does."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import assert_type

from integrations_sdk import (
    AsyncPolis,
    AsyncPolisAuth,
    Call,
    Polis,
    PolisAuth,
    Reply,
    Secret,
    Unset,
)
from integrations_sdk.polis import AuthorizeUrl, CredentialsReceipt, Integration, Redirect, Tokens


def synchronous(customer: str, integration: Integration) -> None:
    with Polis("token", environment="beta") as polis:
        assert_type(polis, Polis)
        receipt = polis.credentials.set(client_id="c", customer_id=customer, access_token="t")
        assert_type(receipt, CredentialsReceipt)
        assert_type(receipt.etag, str | None)
        polis.credentials.delete(client_id="c", customer_id=customer, etag=receipt.etag)
        if integration.meta:
            etag = integration.meta.etag
            assert_type(etag, str | Unset)
            assert_type(integration.meta.created, datetime | Unset)
            polis.credentials.delete(client_id="c", customer_id=customer, etag=etag)
        reply = polis.credentials.delete.with_response(client_id="c", customer_id=customer)
        assert_type(reply, Reply[None])
        Polis(environment="prod")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        polis.credentials.delete(customer_id=customer)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


async def asynchronous(customer: str) -> None:
    async with AsyncPolis(lambda: Secret("token")) as polis:
        assert_type(polis, AsyncPolis)
        receipt = await polis.credentials.set(
            client_id="c", customer_id=customer, access_token=Secret("t")
        )
        assert_type(receipt, CredentialsReceipt)
        reply = await polis.credentials.delete.with_response(client_id="c", customer_id=customer)
        assert_type(reply, Reply[None])


def authorize(came_back_to: str) -> None:
    with PolisAuth(client_id="c", client_secret="s") as auth:
        made = auth.authorize_url(redirect_uri="https://app.example/back")
        assert_type(made, AuthorizeUrl)
        url, state = made
        assert_type(url, str)
        back = auth.read_redirect(url=came_back_to, state=state)
        assert_type(back, Redirect)
        assert_type(back.organization_id, str | None)
        tokens = auth.exchange(code=back.code)
        assert_type(tokens, Tokens)
        assert_type(tokens.access_token, Secret)
        assert_type(auth.exchange.call(code="c"), Call[Tokens])
        assert_type(auth.exchange.with_response(code="c"), Reply[Tokens])
        auth.exchange(code=5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        Polis(tokens.access_token).close()


async def authorize_async(came_back_to: str, state: str) -> None:
    async with AsyncPolisAuth(environment="sandbox") as auth:
        back = auth.read_redirect(url=came_back_to, state=state)
        assert_type(await auth.exchange(code=back.code), Tokens)
        assert_type(await auth.exchange.with_response(code=back.code), Reply[Tokens])
