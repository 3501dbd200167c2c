from collections.abc import Iterator

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .clients import client_of


@pytest.fixture(scope="session")
def one_for_all() -> Iterator[tuple[Sandbox, httpx.Client]]:
    """Starting a server and making a client take longer than most tests."""
    with (
        Sandbox() as sandbox,
        httpx.Client(
            base_url=sandbox.base_url("losant"),
            headers={"Authorization": f"Bearer {sandbox.token('losant')}"},
            trust_env=False,
        ) as client,
    ):
        yield sandbox, client


@pytest.fixture
def sandbox(one_for_all: tuple[Sandbox, httpx.Client]) -> Sandbox:
    """A running sandbox with nothing but its example data."""
    one_for_all[0].reset()
    return one_for_all[0]


@pytest.fixture
def losant(sandbox: Sandbox, one_for_all: tuple[Sandbox, httpx.Client]) -> httpx.Client:
    """A plain HTTP client of that sandbox's Losant, allowed everything."""
    del sandbox
    return one_for_all[1]


@pytest.fixture
def celigo(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A plain HTTP client of that sandbox's Celigo, with an administrator's token."""
    with client_of(sandbox, "celigo") as client:
        yield client


@pytest.fixture
def polis(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A plain HTTP client of that sandbox's Polis, which reaches every security group."""
    with client_of(sandbox, "polis") as client:
        yield client
