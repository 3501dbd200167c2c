"""A local server that behaves like the platforms' APIs and remembers what it is told.

    from integrations_sdk.sandbox import Sandbox

    with Sandbox() as sandbox:
        sandbox.base_url("losant")  # http://127.0.0.1:<a free port>/losant
        sandbox.token("losant")  # an access token that the sandbox accepts

From a shell: ``python -m integrations_sdk.sandbox --help``.
"""

try:
    from integrations_sdk.sandbox.errors import SandboxError
    from integrations_sdk.sandbox.sandbox import Sandbox
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
        raise
    raise ModuleNotFoundError(
        f"integrations_sdk.sandbox needs {_error.name}, which is not installed: "
        "pip install 'integrations-sdk[sandbox]'",
        name=_error.name,
    ) from None

__all__ = ["Sandbox", "SandboxError"]
