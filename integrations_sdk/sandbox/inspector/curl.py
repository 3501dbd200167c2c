"""A call as curl makes it again.

What was secret is not known any more: ``******`` stands in its place, and the credential is read
from the environment.
"""

import json
import shlex
from collections.abc import Iterable

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.platform import Operation, Platform

_SENT_BY_ITSELF = {"accept-encoding", "authorization", "connection", "content-length", "host"}
_AGENTS = {"user-agent"}


def curl(
    platform: Platform,
    operation: Operation | None,
    *,
    method: str,
    url: str,
    headers: Iterable[tuple[str, str]],
    body: str,
) -> str:
    """Return a command for a shell that has the sandbox's variables.

    Args:
        platform: Whose call it is.
        operation: Which one, if any.
        method: The HTTP method.
        url: Where it went, without the credential.
        headers: What it carried, secrets hidden.
        body: The same; empty for none.
    """
    scheme = _scheme(platform, operation)
    lines = ["curl" if method == "GET" else f"curl -X {shlex.quote(method)}"]
    lines += _credential(platform, scheme)
    lines += [
        f"-H {shlex.quote(f'{name}: {value}')}"
        for name, value in headers
        if name.lower() not in _SENT_BY_ITSELF | _AGENTS
    ]
    if body:
        lines.append(f"--data-raw {shlex.quote(body)}")
    lines.append(_address(platform, scheme, url))
    return " \\\n  ".join(lines)


def compact(body: Json) -> str:
    """Return a JSON document on one line."""
    return json.dumps(body, ensure_ascii=False)


def _scheme(platform: Platform, operation: Operation | None) -> JsonObject:
    if operation is None:
        return {**platform.security}
    if operation.security is not None:
        return operation.security
    return {} if operation.public else {**platform.security}


def _credential(platform: Platform, scheme: JsonObject) -> list[str]:
    match scheme.get("scheme"):
        case "bearer":
            return [f'-H "Authorization: Bearer ${platform.token_variable}"']
        case "basic":
            prefix = platform.token_variable.partition("_")[0]
            return [f'-u "${prefix}_CLIENT_ID:${prefix}_CLIENT_SECRET"']
        case _:
            return []


def _address(platform: Platform, scheme: JsonObject, url: str) -> str:
    if scheme.get("in") != "query":
        return shlex.quote(url)
    mark = "&" if "?" in url else "?"
    return f'{shlex.quote(url)}"{mark}{scheme["name"]}=${platform.token_variable}"'
