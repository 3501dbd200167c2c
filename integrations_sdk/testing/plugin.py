"""The fixtures of pytest; it finds them by itself where the package is installed.

``integrations_sandbox`` is the sandbox, ``losant_client`` and ``async_losant_client`` and the like
are clients of it, and ``integrations_no_sleep`` lets waits pass at once. No fixture is a coroutine,
so that any plugin for asynchronous tests will do, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from integrations_sdk.testing import LocalSandbox, PassingTime

_OPTION: Final = "integrations_sandbox"
_PLACES: Final = ("process", "port")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project choose how its tests reach the sandbox."""
    words = "how tests reach the sandbox of integrations_sdk: process (the default) or port"
    group = parser.getgroup("integrations_sdk")
    group.addoption("--integrations-sandbox", choices=_PLACES, default=None, help=words)
    parser.addini(_OPTION, words, default="process")


@pytest.fixture(scope="session")
def _integrations_sandbox(request: pytest.FixtureRequest) -> Iterator[LocalSandbox]:
    """One sandbox for all tests: making one takes longer than most of them."""
    from integrations_sdk.testing import LocalSandbox

    config = request.config
    place = config.getoption("integrations_sandbox", None) or config.getini(_OPTION)
    if place not in _PLACES:
        raise pytest.UsageError(f"{_OPTION} is {' or '.join(_PLACES)}, not {place!r}")
    with LocalSandbox(port=0 if place == "port" else None) as sandbox:
        yield sandbox


@pytest.fixture
def integrations_sandbox(_integrations_sandbox: LocalSandbox) -> LocalSandbox:
    """A sandbox with nothing but its example data: no calls, no faults to come."""
    _integrations_sandbox.reset()
    return _integrations_sandbox


@pytest.fixture
def integrations_environment(
    integrations_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The variables that point clients of all platforms at the sandbox, set for this test.

    For code that makes its clients by itself; the sandbox listens on a port for it.
    """
    integrations_sandbox.start()
    variables = integrations_sandbox.environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def integrations_no_sleep() -> Iterator[PassingTime]:
    """The library's time, in which every wait passes at once."""
    from integrations_sdk.testing import no_sleep

    with no_sleep() as passing:
        yield passing


def _client(name: str) -> Callable[[LocalSandbox], Iterator[Any]]:
    def client(integrations_sandbox: LocalSandbox) -> Iterator[Any]:
        import integrations_sdk

        made = integrations_sandbox.client(getattr(integrations_sdk, name))
        yield made
        made.close()

    client.__doc__ = f"A client of the sandbox that may do everything: {name}."
    return client


def _async_client(name: str) -> Callable[[LocalSandbox], Any]:
    def client(integrations_sandbox: LocalSandbox) -> Any:  # noqa: ANN401 -- a class by its name
        import integrations_sdk

        return integrations_sandbox.client(getattr(integrations_sdk, name))

    client.__doc__ = f"A client of the sandbox that may do everything: {name}."
    return client


losant_client: object = pytest.fixture(_client("Losant"), name="losant_client")
celigo_client: object = pytest.fixture(_client("Celigo"), name="celigo_client")
polis_client: object = pytest.fixture(_client("Polis"), name="polis_client")
optimizeplayer_client: object = pytest.fixture(
    _client("OptimizePlayer"), name="optimizeplayer_client"
)
cxengage_client: object = pytest.fixture(_client("CxEngage"), name="cxengage_client")

async_losant_client: object = pytest.fixture(
    _async_client("AsyncLosant"), name="async_losant_client"
)
async_celigo_client: object = pytest.fixture(
    _async_client("AsyncCeligo"), name="async_celigo_client"
)
async_polis_client: object = pytest.fixture(_async_client("AsyncPolis"), name="async_polis_client")
async_optimizeplayer_client: object = pytest.fixture(
    _async_client("AsyncOptimizePlayer"), name="async_optimizeplayer_client"
)
async_cxengage_client: object = pytest.fixture(
    _async_client("AsyncCxEngage"), name="async_cxengage_client"
)
