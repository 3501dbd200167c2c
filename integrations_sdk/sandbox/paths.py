"""Finds what a path leads to, by the path as it was sent.

A percent-encoded slash belongs to the segment that it stands in and does not end it, so an id may
hold any character. Nothing is put in order either: ``..`` is a segment like any other.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar
from urllib.parse import quote, unquote

from starlette.types import Scope

from integrations_sdk.sandbox.platform import Refusal

T = TypeVar("T")


def segments_of(scope: Scope) -> list[str]:
    """Return the decoded segments of a request's path; that of ``/a/b%2Fc`` are ``a``, ``b/c``.

    Raises:
        Refusal: 400, when they are not UTF-8.
    """
    # A caller inside the process may leave raw_path out; then nothing tells the slashes apart.
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    try:
        return [unquote(part, errors="strict") for part in raw.decode("ascii").split("/")[1:]]
    except UnicodeDecodeError:
        raise Refusal(400, "The path is not UTF-8, percent-encoded") from None


class Paths(Generic[T]):
    """What there is at each path.

    Args:
        entries: Templates such as ``/tenants/{tenant}/integrations``, and what is there.
    """

    def __init__(self, entries: Mapping[str, T]) -> None:
        self._entries = [(path.split("/")[1:], entry) for path, entry in entries.items()]

    def find(self, segments: list[str]) -> tuple[T, dict[str, str]] | None:
        """Return what is at a path, with the path's parameters, or None when nothing is."""
        for template, entry in self._entries:
            parameters = _match(template, segments)
            if parameters is not None:
                return entry, parameters
        return None


def _match(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    parameters: dict[str, str] = {}
    for part, segment in zip(template, segments, strict=True):
        if part.startswith("{") and segment:
            parameters[part[1:-1]] = segment
        elif part != segment:
            return None
    return parameters
