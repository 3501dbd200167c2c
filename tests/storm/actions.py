"""What a step calls, and what is then to be seen: a table over all five platforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from integrations_sdk.celigo import (
    CloneRequest,
    Integration as CeligoIntegration,
    NewIntegration,
    PatchOperation,
)
from integrations_sdk.cxengage import Integration as CxEngageIntegration
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig

from .world import APPLICATION

_TENANT: Final = "harbor"


@attrs.define
class Slot:
    """A document as it should be stored.

    Attributes:
        id: Its id; of one that is not there, an id that nothing has.
        name: What was written last; None when it is not there.
    """

    id: str
    name: str | None = None


@attrs.frozen
class Target:
    """What a step is about.

    Attributes:
        id: Of the document.
        name: What is stored in it now.
        marker: What to write.
        worker: Whose documents to list.
        walk: Makes a list of what a list call returned.
    """

    id: str
    name: str | None
    marker: str
    worker: int
    walk: Callable[[Any], Any]

    @property
    def prefix(self) -> str:
        """What the names of all documents of the worker begin with."""
        return f"w{self.worker}-"


@attrs.frozen
class Action:
    """One kind of step.

    Attributes:
        run: Makes the call, with a client and a target.
        effect: ``reads``, ``lists``, ``creates``, ``changes``, ``deletes``, ``fixed`` for a read of
            what nobody changes, or ``refused`` for what no server is to see.
        repeatable: Whether a write may be applied more than once.
        calls: How many calls it may come to, each with a deadline of its own.
        seen: From the call's value to the id and the name that it shows, or to what a list shows.
    """

    run: Callable[[Any, Target], Any]
    effect: str
    seen: Callable[[Any], Any] = lambda value: (value.id, value.name)
    repeatable: bool = False
    calls: int = 1

    @property
    def writes(self) -> bool:
        return self.effect in {"creates", "changes", "deletes"}


def _nothing(_: Any) -> None:
    return None


def _names(items: Any) -> dict[str, str]:
    return {item.id: item.name for item in items}


def _losant_post(target: Target) -> IntegrationPost:
    config = MqttConfig(protocol="mqtt", host="mq.example", port=1883, password="pw-SAMPLE")
    return IntegrationPost(name=target.marker, integration_type="mqtt", mqtt_config=config)


def _marker(value: Any) -> tuple[str, str]:
    return value.id, value.extra["marker"]


ACTIONS: Final[dict[str, Action]] = {
    "losant.create": Action(
        lambda c, t: c.integration.create(application_id=APPLICATION, integration=_losant_post(t)),
        "creates",
    ),
    "losant.get": Action(
        lambda c, t: c.integration.get(application_id=APPLICATION, integration_id=t.id), "reads"
    ),
    "losant.malformed": Action(
        lambda c, t: c.integration.delete(application_id=APPLICATION, integration_id="../tokens"),
        "refused",
    ),
    "losant.patch": Action(
        lambda c, t: c.integration.patch(
            application_id=APPLICATION,
            integration_id=t.id,
            integration=IntegrationPatch(name=t.marker),
        ),
        "changes",
    ),
    "losant.delete": Action(
        lambda c, t: c.integration.delete(application_id=APPLICATION, integration_id=t.id),
        "deletes",
        _nothing,
        repeatable=True,
    ),
    "losant.list": Action(
        lambda c, t: t.walk(
            c.integration.list(
                application_id=APPLICATION, per_page=2, filter_field="name", filter=f"{t.prefix}*"
            )
        ),
        "lists",
        _names,
        calls=3,
    ),
    "celigo.create": Action(
        lambda c, t: c.integration.create(integration=NewIntegration(name=t.marker)), "creates"
    ),
    "celigo.get": Action(lambda c, t: c.integration.get(integration_id=t.id), "reads"),
    "celigo.update": Action(
        lambda c, t: c.integration.update(
            integration_id=t.id, integration=CeligoIntegration(id=t.id, name=t.marker)
        ),
        "changes",
        repeatable=True,
    ),
    "celigo.patch": Action(
        lambda c, t: c.integration.patch(
            integration_id=t.id,
            operations=[PatchOperation(op="replace", path="/name", value=t.marker)],
        ),
        "changes",
    ),
    "celigo.clone": Action(
        lambda c, t: c.integration.clone(integration_id=t.id, request=CloneRequest(name=t.marker)),
        "creates",
        lambda value: (value.id, value.integration.name),
    ),
    "celigo.delete": Action(
        lambda c, t: c.integration.delete(integration_id=t.id), "deletes", _nothing, repeatable=True
    ),
    "celigo.list": Action(
        lambda c, t: t.walk(c.integration.list(limit=30, include=["name"])),
        "lists",
        _names,
        calls=6,
    ),
    "polis.set": Action(
        lambda c, t: c.credentials.set(
            client_id=f"{t.prefix}polis", customer_id=t.id, access_token=f"{t.marker}-SAMPLE"
        ),
        "creates",
        lambda value: (None, value.etag),
        repeatable=True,
    ),
    "polis.delete": Action(
        lambda c, t: c.credentials.delete(
            client_id=f"{t.prefix}polis", customer_id=t.id, etag=t.name
        ),
        "deletes",
        _nothing,
        repeatable=True,
    ),
    "optimizeplayer.get": Action(
        lambda c, t: c.integration.get(integration_id=int(t.id)), "fixed", lambda value: value
    ),
    "optimizeplayer.list": Action(
        lambda c, t: t.walk(c.integration.list()), "fixed", lambda value: value
    ),
    "cxengage.set": Action(
        lambda c, t: c.integration.set(
            tenant_id=_TENANT, integration=CxEngageIntegration(id=t.id, extra={"marker": t.marker})
        ),
        "creates",
        _marker,
        repeatable=True,
    ),
    "cxengage.get": Action(
        lambda c, t: c.integration.get(tenant_id=_TENANT, integration_id=t.id), "reads", _marker
    ),
    "cxengage.list": Action(
        lambda c, t: t.walk(c.integration.list(tenant_id=_TENANT)),
        "lists",
        lambda items: {item.id: item.extra.get("marker") for item in items},
    ),
}
