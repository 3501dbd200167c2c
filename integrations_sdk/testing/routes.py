"""Ready routes for those who mock with respx: each answers as the platform does.

with respx.mock:
    route = routes.add("losant", "integration.get")
    routes.add("losant", "integration.patch", status=429, retry_after=1)
"""

from __future__ import annotations

import re

import httpx

try:
    import respx
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "integrations_sdk.testing.routes needs respx, which is not installed: "
        "pip install 'integrations-sdk[testing]'",
        name="respx",
    ) from None

from .examples import Example, example, refused

_OF_THE_WIRE = {"content-length", "transfer-encoding"}


def add(
    platform: str,
    operation: str,
    *,
    status: int | None = None,
    retry_after: int | None = None,
    router: respx.Router | None = None,
    base_url: str | None = None,
) -> respx.Route:
    """Add a route that answers an operation, and return it.

    Args:
        platform: The platform, such as ``losant``.
        operation: The operation by its name on a client, such as ``integration.get``.
        status: The status of a refusal, 400 to 599, in the platform's own shape; without one, the
            answer is a success with the sandbox's example data.
        retry_after: Whole seconds that a refusal asks to wait.
        router: Where to; by default respx's global router, that of ``respx.mock``.
        base_url: The only base URL; by default it is any, with any ids in the path.

    Raises:
        SandboxError: There is no such platform, operation or status.
    """
    found = (
        example(platform, operation)
        if status is None
        else refused(platform, operation, status=status, retry_after=retry_after)
    )
    pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(found.operation.path))
    start = r"^https?://[^/?]+(/[^?]*)?" if base_url is None else f"^{re.escape(base_url)}"
    routing = respx.mock if router is None else router
    route = routing.route(method=found.operation.method, url__regex=rf"{start}{pattern}(\?.*)?$")
    return route.mock(return_value=answer(found))


def answer(found: Example) -> httpx.Response:
    """Return an example's answer as httpx has it."""
    headers = {n: v for n, v in found.headers.items() if n not in _OF_THE_WIRE}
    return httpx.Response(found.status, headers=headers, content=found.content)
