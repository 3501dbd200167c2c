"""What clients can be asked, by the names that it has on them, and what the sandbox calls it."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from integrations_sdk.core.call import Operation
from integrations_sdk.sandbox import SandboxError
from integrations_sdk.sandbox.platform import Platform
from integrations_sdk.sandbox.sandbox import PLATFORMS


@cache
def declared(platform: str) -> dict[str, Operation[Any]]:
    """Return the operations of a platform's clients by their names, such as ``integration.get``."""
    room = import_module(f"integrations_sdk.{platform}")
    modules = [room, *(value for value in vars(room).values() if type(value) is type(room))]
    return {
        value.name: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Operation)
    }


@cache
def names(platform: str) -> dict[str, str]:
    """Return what the clients call each operation of the sandbox's, where they have it."""
    theirs = {_key(one.method, one.path): one.name for one in declared(platform).values()}
    return {
        one.name: theirs[_key(one.method, one.path)]
        for one in _platform(platform).operations
        if _key(one.method, one.path) in theirs
    }


def in_sandbox(platform: str, name: str) -> str:
    """Return what the sandbox calls an operation, by either name.

    Raises:
        SandboxError: There is no such platform or operation.
    """
    known = {one.name: one.name for one in _platform(platform).operations} | names(platform)
    for theirs, ours in known.items():
        if name in {theirs, ours}:
            return theirs
    listed = ", ".join(sorted(set(known.values())))
    raise SandboxError(f"{platform} has no operation {name!r}; it has: {listed}")


def _key(method: str, path: str) -> tuple[str, str]:
    return method, re.sub("{[^}]*}", "{}", path)


def _platform(name: str) -> Platform:
    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    known = ", ".join(platform.name for platform in PLATFORMS)
    raise SandboxError(f"The sandbox knows no platform {name!r}; it knows: {known}")
