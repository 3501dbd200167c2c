"""What became of a write whose answer was lost: read back from a server that holds real state.

Each write is cut twice: before it arrives, and after the server has done it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    AsyncHttpxTransport,
    DecodeError,
    HttpxTransport,
    IntegrationsError,
    Losant,
    NotFoundError,
    Outcome,
)
from integrations_sdk.celigo import (
    Celigo,
    CloneRequest,
    Integration as CeligoIntegration,
    NewIntegration,
    PatchOperation,
)
from integrations_sdk.core.transport import Fault, Headers, Request, Response
from integrations_sdk.cxengage import CxEngage, Integration as CxEngageIntegration, Twilio
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig
from integrations_sdk.polis import Polis, PolisAuth
from integrations_sdk.sandbox import Sandbox
from tests.conftest import APPLICATION, INTEGRATION
from tests.faces import Face

DIY = "554155c853bb53af2900000b"
CONNECTOR = "57974ed227a82a3475cecb15"
PAIR = {"client_id": "doorbell-sync", "customer_id": "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"}
LOSANT = {"application_id": APPLICATION, "integration_id": INTEGRATION}
BROKER = MqttConfig(protocol="mqtts", host="mq.new.example", port=8883, password="pw-SAMPLE-new")


@attrs.define
class Cut:
    """A transport that loses the answers of writes: before they arrive, or after they are done."""

    inner: Any
    arrives: bool
    writes: int = 0

    def send(self, request: Request) -> Any:
        sent = self.inner.send(request) if self.arrives or request.method == "GET" else None
        if request.method == "GET":
            return sent
        self.writes += 1
        if sent is None or isinstance(sent, Response):
            raise Fault("the connection was lost", sent=True)
        return self._lost(sent)

    async def _lost(self, sent: Any) -> None:
        await sent
        raise Fault("the connection was lost", sent=True)

    def close(self) -> Any:
        return self.inner.close()

    def aclose(self) -> Any:
        return self.inner.aclose()


Opened = Callable[[], Any]


@pytest.fixture
def opened(face: Face) -> Iterator[Opened]:
    """Open transports, and close them in the end: a client leaves open what it was given."""
    transports: list[Any] = []

    def open_() -> Any:
        transports.append(AsyncHttpxTransport() if face.is_async else HttpxTransport())
        return transports[-1]

    yield open_
    for transport in transports:
        face.close(transport)


def client(face: Face, sandbox: Sandbox, class_: type, **options: Any) -> Any:
    platform = "polis" if class_ is PolisAuth else class_.__name__.lower()
    if class_ is PolisAuth:
        named = sandbox.environment()
        options["client_id"] = named["POLIS_CLIENT_ID"]
        options["client_secret"] = named["POLIS_CLIENT_SECRET"]
        return face.client(class_, base_url=sandbox.base_url(platform), retry=1, **options)
    token = sandbox.token(platform)
    return face.client(class_, token, base_url=sandbox.base_url(platform), retry=1, **options)


def failure(face: Face, call: Callable[[], Any]) -> IntegrationsError:
    with pytest.raises(IntegrationsError) as caught:
        face(call())
    return caught.value


def checked(face: Face, error: IntegrationsError) -> Outcome:
    outcome: Outcome = face(error.acheck() if face.is_async else error.check())
    return outcome


def replaced(**changes: Any) -> CeligoIntegration:
    return CeligoIntegration(id=DIY, **changes)


WRITES: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "losant create": (
        Losant,
        lambda c: c.integration.create(
            application_id=APPLICATION,
            integration=IntegrationPost(
                name="New [*] bröker", integration_type="mqtt", mqtt_config=BROKER
            ),
        ),
    ),
    "losant patch": (
        Losant,
        lambda c: c.integration.patch(**LOSANT, integration=IntegrationPatch(name="Other")),
    ),
    "losant patch of a secret": (
        Losant,
        lambda c: c.integration.patch(**LOSANT, integration=IntegrationPatch(mqtt_config=BROKER)),
    ),
    "losant delete": (Losant, lambda c: c.integration.delete(**LOSANT)),
    "celigo create": (
        Celigo,
        lambda c: c.integration.create(integration=NewIntegration(name="New", readme="r")),
    ),
    "celigo update": (
        Celigo,
        lambda c: c.integration.update(integration_id=DIY, integration=replaced(name="Other")),
    ),
    "celigo patch": (
        Celigo,
        lambda c: c.integration.patch(
            integration_id=DIY,
            operations=[
                PatchOperation(op="replace", path="/name", value="Other"),
                PatchOperation(op="add", path="/readme", value="r"),
            ],
        ),
    ),
    "celigo delete": (Celigo, lambda c: c.integration.delete(integration_id=DIY)),
    "cxengage set": (
        CxEngage,
        lambda c: c.integration.set(
            tenant_id="harbor", integration=Twilio(account="AC-new", password="tw-SAMPLE-new")
        ),
    ),
    "cxengage set of an unknown provider": (
        CxEngage,
        lambda c: c.integration.set(
            tenant_id="harbor", integration=CxEngageIntegration(id="zendesk", extra={"a": "b"})
        ),
    ),
}
BLIND: dict[str, tuple[type, Callable[[Any], Any], str]] = {
    "celigo clone": (
        Celigo,
        lambda c: c.integration.clone(integration_id=DIY, request=CloneRequest(name="Twin")),
        "nothing in a clone tells",
    ),
    "polis set": (
        Polis,
        lambda c: c.credentials.set(**PAIR, access_token="tok-SAMPLE-9"),
        "Polis lets nobody read credentials",
    ),
    "polis delete": (
        Polis,
        lambda c: c.credentials.delete(**PAIR),
        "Polis lets nobody read credentials",
    ),
    "polis exchange": (
        PolisAuth,
        lambda c: c.exchange(code="code-SAMPLE"),
        "a code can be exchanged once",
    ),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("arrives", [True, False])
def test_a_check_tells_a_write_that_took_effect_from_one_that_did_not(
    face: Face, sandbox: Sandbox, opened: Opened, name: str, arrives: bool
) -> None:
    class_, call = WRITES[name]
    transport = Cut(opened(), arrives=arrives)
    error = failure(face, lambda: call(client(face, sandbox, class_, transport=transport)))
    assert error.ambiguous
    assert error.call is not None

    outcome = checked(face, error)

    assert outcome.took_effect is arrives, outcome
    assert transport.writes == 1
    assert "SAMPLE-new" not in repr(outcome)


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("arrives", [True, False])
def test_a_check_says_why_it_cannot_tell(
    face: Face, sandbox: Sandbox, opened: Opened, name: str, arrives: bool
) -> None:
    class_, call, reason = BLIND[name]
    transport = Cut(opened(), arrives=arrives)
    error = failure(face, lambda: call(client(face, sandbox, class_, transport=transport)))
    assert error.ambiguous

    outcome = checked(face, error)

    assert outcome.took_effect is None
    assert outcome.reason.startswith(reason)
    assert outcome.found is None


def test_what_was_created_is_found_and_what_was_there_before_is_not(
    face: Face, sandbox: Sandbox, opened: Opened
) -> None:
    post = IntegrationPost(name="Bridge", integration_type="mqtt")
    losant = client(face, sandbox, Losant)
    old = face(losant.integration.create(application_id=APPLICATION, integration=post))
    later = losant.integration.create.call(application_id=APPLICATION, integration=post)

    assert face(losant.check(later, since=None)).took_effect is None
    lost = client(face, sandbox, Losant, transport=Cut(opened(), arrives=True))
    error = failure(face, lambda: lost.send(later))

    outcome = checked(face, error)
    names = {found.id for found in outcome.candidates}  # type: ignore[attr-defined]
    assert outcome.took_effect in {True, None}  # the server's clock tells seconds apart
    assert len(names - {old.id}) == 1


def test_a_secret_that_is_masked_is_no_proof(face: Face, opened: Opened) -> None:
    with Sandbox(redact=True) as sandbox:
        lost = client(face, sandbox, Losant, transport=Cut(opened(), arrives=True))
        patch = IntegrationPatch(name="Other", mqtt_config=BROKER)
        error = failure(face, lambda: lost.integration.patch(**LOSANT, integration=patch))

        outcome = checked(face, error)

    assert outcome.took_effect is None
    assert outcome.reason == ("cannot be compared: mqttConfig.password; all else is as it was sent")


def test_a_smartconnector_that_locks_itself_is_no_proof_against_an_update(
    face: Face, sandbox: Sandbox, opened: Opened
) -> None:
    celigo = client(face, sandbox, Celigo)
    found = face(celigo.integration.get(integration_id=CONNECTOR))
    found.readme = "Other"
    lost = client(face, sandbox, Celigo, transport=Cut(opened(), arrives=True))
    error = failure(
        face, lambda: lost.integration.update(integration_id=CONNECTOR, integration=found)
    )

    outcome = checked(face, error)

    assert outcome.took_effect is not False, outcome


def test_an_answer_that_cannot_be_read_leaves_the_write_open(
    face: Face, sandbox: Sandbox, opened: Opened
) -> None:
    @attrs.define
    class Garbled(Cut):
        def send(self, request: Request) -> Any:
            if request.method == "GET":
                return self.inner.send(request)
            html = Response(status=200, headers=Headers(), content=b"<html>")
            return self._answer(html) if face.is_async else html

        async def _answer(self, response: Response) -> Response:
            return response

    transport = Garbled(opened(), arrives=False)
    lost = client(face, sandbox, Losant, transport=transport)
    patch = IntegrationPatch(name="Other")
    error = failure(face, lambda: lost.integration.patch(**LOSANT, integration=patch))

    assert isinstance(error, DecodeError)
    assert error.ambiguous
    assert checked(face, error).took_effect is False


def test_a_lost_deletion_is_done_when_it_is_repeated(
    face: Face, sandbox: Sandbox, opened: Opened
) -> None:
    @attrs.define
    class Once(Cut):
        def send(self, request: Request) -> Any:
            return self.inner.send(request) if self.writes else super().send(request)

    transport = Once(opened(), arrives=True)
    losant = client(face, sandbox, Losant, transport=transport).with_options(retry=2)

    reply = face(losant.integration.delete.with_response(**LOSANT))

    assert reply.value.success is True
    assert [a.outcome for a in reply.attempts] == ["the connection was lost", "404"]
    with pytest.raises(NotFoundError):
        face(losant.integration.delete(**LOSANT))


def test_the_check_of_a_call_that_was_not_repeated_names_the_write(
    face: Face, sandbox: Sandbox, opened: Opened
) -> None:
    lost = client(face, sandbox, Losant, transport=Cut(opened(), arrives=False))
    patch = IntegrationPatch(mqtt_config=BROKER)
    error = failure(face, lambda: lost.integration.patch(**LOSANT, integration=patch))

    assert isinstance(error, AmbiguousWriteError)
    assert error.call == lost.integration.patch.call(**LOSANT, integration=patch)
    assert error.stopped == "write"
    story = error.explain()
    assert "error.check()" in story
    assert "SAMPLE" not in story + repr(error.call) + repr(vars(error))
