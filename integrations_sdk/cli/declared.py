"""What there is to call: a walk over the clients, their resources and what these declare."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints

import attrs

import integrations_sdk

if TYPE_CHECKING:
    from integrations_sdk.core.call import Operation
    from integrations_sdk.core.client import SyncClient
    from integrations_sdk.core.faces import Declared


@attrs.frozen
class Declaration:
    """One declared call and where it is found.

    Attributes:
        client: The class of its client, synchronous.
        resource: The client's attribute that has it; empty where the client itself does.
        name: Its name there.
        declared: The declaration.
    """

    client: type[SyncClient]
    resource: str
    name: str
    declared: Declared[..., Any]

    @property
    def operation(self) -> Operation[Any] | None:
        """Its operation; None where it is several calls as one."""
        return getattr(self.declared, "operation", None)

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Its parameters by name, their annotations as types."""
        _, *parameters = self.declared.__signature__.parameters.values()
        return {parameter.name: parameter for parameter in parameters}

    def owner(self, client: SyncClient) -> Any:
        """Return what declares it, on a client."""
        return getattr(client, self.resource) if self.resource else client

    def on(self, client: SyncClient) -> Any:
        """Return what to call, on a client."""
        return getattr(self.owner(client), self.name)


def clients() -> dict[str, str]:
    """Return the synchronous clients by the name of their command; no platform is imported.

    A client's command is called as its package, ``losant``, and what else its class has in its name
    follows: ``polis-auth``.
    """
    packages = [module.name for module in pkgutil.iter_modules(integrations_sdk.__path__)]
    names = dir(integrations_sdk)
    found: dict[str, str] = {}
    for name in names:
        package = next((each for each in packages if name.lower().startswith(each)), None)
        if package is not None and f"Async{name}" in names:
            rest = name.lower().removeprefix(package)
            found[f"{package}-{rest}" if rest else package] = name
    return found


def client_class(name: str) -> type[SyncClient]:
    """Return the class of a client, by its name at the front door; its platform is imported."""
    found: type[SyncClient] = getattr(integrations_sdk, name)
    return found


def resources(client: type[SyncClient]) -> dict[str, type]:
    """Return the classes of a client's resources by the attribute that has one."""
    from integrations_sdk.core.faces import Resource

    found: dict[str, type] = {}
    for name, value in inspect.getmembers(client, lambda member: isinstance(member, property)):
        returned = get_type_hints(value.fget).get("return")
        class_ = get_origin(returned) or returned
        if isinstance(class_, type) and issubclass(class_, Resource):
            found[name] = class_
    return found


def declarations(client: type[SyncClient]) -> Iterator[Declaration]:
    """Find all that a client can call."""
    for resource, owner in {"": client, **resources(client)}.items():
        for name, declared in _declared(owner):
            yield Declaration(client, resource, name, declared)


def _declared(owner: type) -> Iterator[tuple[str, Declared[..., Any]]]:
    from integrations_sdk.core.faces import Declared

    members = {
        name: value for class_ in reversed(owner.__mro__) for name, value in vars(class_).items()
    }
    for name, value in members.items():
        if isinstance(value, Declared) and not name.startswith("_"):
            yield name, value
