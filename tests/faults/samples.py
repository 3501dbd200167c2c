"""The platforms that the cases run over: what is asked of each, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from integrations_sdk import Celigo, CxEngage, Losant, OptimizePlayer, Polis
from integrations_sdk.celigo import Integration as CeligoIntegration, NewIntegration
from integrations_sdk.cxengage import Twilio
from integrations_sdk.losant import IntegrationPost, MqttConfig

from ..conftest import APPLICATION, INTEGRATION
from ..transports.scripted import Peer, Script, response

NAME = "Cold room broker"
CANARY = "CANARY-3f9c"
"""What no output may show."""
TOKEN = f"{CANARY}-token"


@attrs.frozen
class Deed:
    """One operation: by its name and arguments here, by its request on the wire.

    Attributes:
        name: Where it is found on a client.
        arguments: What it is called with.
        method: The HTTP method.
        path: The path below the base URL, as a hurried programmer would write it.
        body: What is sent.
        answer: What a platform answers that does it.
        status: With which status.
    """

    name: str
    arguments: Mapping[str, Any]
    method: str
    path: str
    body: Any = None
    answer: Any = None
    status: str = "200 OK"

    @property
    def done(self) -> bytes:
        """The response that says that it is done."""
        body = b"" if self.answer is None else json.dumps(self.answer).encode()
        return response(body, "Content-Type: application/json", status=self.status)


@attrs.frozen
class Sample:
    """One platform.

    Attributes:
        read: Repeated when its answer is lost.
        write: Never repeated.
        rewrite: A write that may be repeated, for the platform says that twice is as good as once.
        delete: The same, and a 404 after a lost answer means that it is done.
        confide: A call that holds a secret besides the token, if the platform has one.
        tells: The member of its record by which a test knows it.
    """

    name: str
    client: type
    credential: str
    read: Deed | None = None
    write: Deed | None = None
    rewrite: Deed | None = None
    delete: Deed | None = None
    confide: Deed | None = None
    tells: str = "name"

    def deed(self, name: str) -> Deed:
        """Return what is asked for; a case runs only over platforms that have it."""
        deed: Deed | None = getattr(self, name)
        if deed is None:
            raise AssertionError(f"{self.name} has no {name}")
        return deed

    def has(self, name: str) -> bool:
        return getattr(self, name) is not None

    @property
    def record(self) -> dict[str, Any]:
        """What a read is answered."""
        answer: dict[str, Any] = self.deed("read").answer
        return answer

    def obliging(self, peer: Peer) -> None:
        """Do whatever is asked for, and say so."""
        deeds = [self.read, self.write, self.rewrite, self.delete]
        done = {deed.method.encode(): deed.done for deed in deeds if deed is not None}
        while True:
            peer.send(done[peer.request().line.split()[0]])

    def answering(self, status: str, *headers: str, body: bytes = b"{}") -> Script:
        """Answer everything with a status."""

        def script(peer: Peer) -> None:
            while True:
                peer.request()
                peer.send(response(body, *headers, status=status))

        return script


_ONE = f"/applications/{APPLICATION}/integrations/{INTEGRATION}"
_IDS = {"application_id": APPLICATION, "integration_id": INTEGRATION}
_LOSANT_RECORD = {"id": INTEGRATION, "applicationId": APPLICATION, "name": NAME}
_MQTT: dict[str, Any] = {"protocol": "mqtt", "host": "mq.example", "port": 1883}

LOSANT = Sample(
    name="losant",
    client=Losant,
    credential="access_token",
    read=Deed("integration.get", _IDS, "GET", _ONE, answer=_LOSANT_RECORD),
    write=Deed(
        "integration.create",
        {
            "application_id": APPLICATION,
            "integration": IntegrationPost(name=NAME, integration_type="mqtt"),
        },
        "POST",
        f"/applications/{APPLICATION}/integrations",
        {"name": NAME, "integrationType": "mqtt"},
        _LOSANT_RECORD,
        "201 Created",
    ),
    delete=Deed("integration.delete", _IDS, "DELETE", _ONE, answer={"success": True}),
    confide=Deed(
        "integration.create",
        {
            "application_id": APPLICATION,
            "integration": IntegrationPost(
                name=NAME,
                integration_type="mqtt",
                mqtt_config=MqttConfig(**_MQTT, password=f"{CANARY}-password"),
            ),
        },
        "POST",
        f"/applications/{APPLICATION}/integrations",
        {"name": NAME, "mqttConfig": {**_MQTT, "password": f"{CANARY}-password"}},
    ),
)

_CELIGO_RECORD = {"_id": INTEGRATION, "name": NAME}

CELIGO = Sample(
    name="celigo",
    client=Celigo,
    credential="api_token",
    read=Deed(
        "integration.get",
        {"integration_id": INTEGRATION},
        "GET",
        f"/integrations/{INTEGRATION}",
        answer=_CELIGO_RECORD,
    ),
    write=Deed(
        "integration.create",
        {"integration": NewIntegration(name=NAME)},
        "POST",
        "/integrations",
        {"name": NAME},
        _CELIGO_RECORD,
        "201 Created",
    ),
    rewrite=Deed(
        "integration.update",
        {
            "integration_id": INTEGRATION,
            "integration": CeligoIntegration(id=INTEGRATION, name=NAME),
        },
        "PUT",
        f"/integrations/{INTEGRATION}",
        {"name": NAME},
        _CELIGO_RECORD,
    ),
    delete=Deed(
        "integration.delete",
        {"integration_id": INTEGRATION},
        "DELETE",
        f"/integrations/{INTEGRATION}",
        status="204 No Content",
    ),
)

_TWILIO = {"id": "twilio", "type": "twilio", "account": NAME, "password": f"{CANARY}-password"}
_PROVIDER = {"tenant_id": "harbor", "integration_id": "twilio"}

CXENGAGE = Sample(
    name="cxengage",
    client=CxEngage,
    credential="token",
    tells="account",
    read=Deed(
        "integration.get", _PROVIDER, "GET", "/tenants/harbor/integrations/twilio", answer=_TWILIO
    ),
    rewrite=Deed(
        "integration.set",
        {
            "tenant_id": "harbor",
            "integration": Twilio(account=NAME, password=f"{CANARY}-password"),
        },
        "POST",
        "/tenants/harbor/integrations/twilio",
        _TWILIO,
        _TWILIO,
    ),
    confide=Deed(
        "integration.set",
        {
            "tenant_id": "harbor",
            "integration": Twilio(account=NAME, password=f"{CANARY}-password"),
        },
        "POST",
        "/tenants/harbor/integrations/twilio",
        _TWILIO,
    ),
)

_CUSTOMER = {"client_id": "doorbell", "customer_id": "6f5c7a50-1111-4222-8333-444455556666"}
_CREDENTIALS = {**_CUSTOMER, "access_token": f"{CANARY}-theirs"}

POLIS = Sample(
    name="polis",
    client=Polis,
    credential="access_token",
    rewrite=Deed(
        "credentials.set",
        _CREDENTIALS,
        "POST",
        "/integrations/credentials",
        {"data": _CREDENTIALS},
        status="201 Created",
    ),
    delete=Deed(
        "credentials.delete",
        _CUSTOMER,
        "DELETE",
        "/integrations/credentials",
        {"data": _CUSTOMER},
    ),
    confide=Deed(
        "credentials.set",
        _CREDENTIALS,
        "POST",
        "/integrations/credentials",
        {"data": _CREDENTIALS},
    ),
)

OPTIMIZEPLAYER = Sample(
    name="optimizeplayer",
    client=OptimizePlayer,
    credential="api_key",
    tells="id",
    read=Deed(
        "integration.get",
        {"integration_id": 7},
        "GET",
        f"/integrations/7?api_key={TOKEN}",
        answer={"id": 7, "cname": "mailchimp"},
    ),
)

MAIN = (LOSANT, CELIGO)
EVERY = (LOSANT, CELIGO, POLIS, OPTIMIZEPLAYER, CXENGAGE)
