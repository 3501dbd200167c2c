"""Switches: named places where revisions of an API differ, each with its allowed values.

A platform declares its own, such as ``empty_list``; outside, its name goes before them:
``celigo.empty_list``.
"""

from collections.abc import Mapping, Sequence

from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.platform import Platform


def known(platforms: Sequence[Platform]) -> dict[str, Sequence[str]]:
    """Return the allowed values of every switch by its full name, the default first."""
    return {
        f"{platform.name}.{name}": values
        for platform in platforms
        for name, values in platform.switches.items()
    }


def settle(platforms: Sequence[Platform], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the value of every switch by its full name: the chosen one, else the default.

    Raises:
        SandboxError: There is no such switch, or it has no such value.
    """
    allowed = known(platforms)
    for name, value in chosen.items():
        if name not in allowed:
            names = ", ".join(allowed) or "none"
            raise SandboxError(f"The sandbox knows no switch {name!r}; it knows: {names}")
        if value not in allowed[name]:
            values = ", ".join(allowed[name])
            raise SandboxError(f"The switch {name} cannot be {value!r}; it can be: {values}")
    return {name: values[0] for name, values in allowed.items()} | dict(chosen)
