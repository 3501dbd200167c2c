"""Every operation of Celigo over a real socket, against a server that holds real state."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    UNSET,
    AuthenticationError,
    BadRequestError,
    DecodeError,
    InvalidArgumentError,
    NotFoundError,
    RateLimitError,
    Secret,
    UnprocessableEntityError,
)
from integrations_sdk.celigo import (
    Celigo,
    CloneRequest,
    InstallStep,
    Integration,
    NewIntegration,
    PatchOperation,
    TokenInfo,
)
from integrations_sdk.sandbox import Sandbox
from tests.faces import Face

DIY = "554155c853bb53af2900000b"
CONNECTOR = "57974ed227a82a3475cecb15"
READY = "61f0a3b29c4e7d1a2b3c4d60"
MODERN = "61f0a3b29c4e7d1a2b3c4d5f"
UNKNOWN = "ffffffffffffffffffffffff"
Switched = Callable[..., tuple[Any, Sandbox]]


def client_of(face: Face, sandbox: Sandbox, token: Any = None, **options: Any) -> Any:
    token = sandbox.token("celigo") if token is None else token
    return face.client(Celigo, token, base_url=sandbox.base_url("celigo"), **options)


@pytest.fixture
def celigo(face: Face, sandbox: Sandbox) -> Any:
    return client_of(face, sandbox, strict=True, retry=1)


@pytest.fixture
def switched(face: Face) -> Iterator[Switched]:
    """Start a sandbox that answers otherwise, and make a client of it."""
    with ExitStack() as stack:

        def start(**switches: str) -> tuple[Any, Sandbox]:
            named = {f"celigo.{name}": value for name, value in switches.items()}
            sandbox = stack.enter_context(Sandbox(switches=named))
            return client_of(face, sandbox, retry=1), sandbox

        yield start


def raw(sandbox: Sandbox, integration_id: str) -> Any:
    """Return what is stored, read without this library."""
    response = httpx.get(
        f"{sandbox.base_url('celigo')}/integrations/{integration_id}",
        headers={"authorization": f"Bearer {sandbox.token('celigo')}"},
    )
    return response.raise_for_status().json()


def test_get_returns_a_do_it_yourself_integration(face: Face, celigo: Any) -> None:
    found = face(celigo.integration.get(integration_id=DIY))
    assert type(found) is Integration
    assert (found.id, found.name) == (DIY, "Licensing and Usage")
    assert found.readme
    assert found.last_modified
    assert found.last_modified.tzinfo
    assert not found.is_smart_connector
    assert not found.is_locked
    assert found.install is UNSET
    assert found.extra == {}


def test_get_returns_an_integration_of_a_smart_connector(face: Face, celigo: Any) -> None:
    found = face(celigo.integration.get(integration_id=CONNECTOR))
    assert found.is_smart_connector
    assert found.connector_id == "57179182e0a908200c2781d9"
    assert (found.mode, found.version, found.update_in_progress) == ("install", "1.0.1", UNSET)
    kinds = [step.kind for step in found.install]
    assert kinds == ["connection", "connection", "package", "package", "generic"]
    assert found.install[2].install_url == ""
    assert found.install[0].install_url is UNSET
    assert found.settings["commonresources"]["genericExportApiIdentifier"] == "e7654358b7"
    assert found.extra == {}


def test_a_repr_shows_no_value_of_the_settings(face: Face, celigo: Any) -> None:
    found = face(celigo.integration.get(integration_id=READY))
    assert "settings=<commonresources, sections, x-migrated>" in repr(found)
    assert "SAMPLE" not in repr(found)
    assert "SAMPLE" not in str(found.to_json())
    assert "SAMPLE" in str(found.to_json(reveal=True))


@pytest.mark.parametrize("integration_id", [DIY, CONNECTOR, READY, MODERN])
def test_a_model_gives_the_document_back(
    face: Face, celigo: Any, sandbox: Sandbox, integration_id: str
) -> None:
    found = face(celigo.integration.get(integration_id=integration_id))
    assert found.to_json(reveal=True) == raw(sandbox, integration_id)


@pytest.mark.parametrize("integration_id", [DIY, CONNECTOR, READY, MODERN])
def test_update_changes_one_member_and_loses_nothing(
    face: Face, celigo: Any, sandbox: Sandbox, integration_id: str
) -> None:
    before = raw(sandbox, integration_id)
    found = face(celigo.integration.get(integration_id=integration_id))
    found.name = "Renamed"
    updated = face(celigo.integration.update(integration_id=integration_id, integration=found))
    after = raw(sandbox, integration_id)
    assert updated.to_json(reveal=True) == after
    for changed in ("lastModified", "updateInProgress"):
        before.pop(changed, None)
        after.pop(changed, None)
    assert after == {**before, "name": "Renamed"}


def test_celigo_locks_what_is_updated_by_hand(face: Face, celigo: Any) -> None:
    found = face(celigo.integration.get(integration_id=READY))
    assert not found.is_locked
    found.name = "Renamed"
    assert face(celigo.integration.update(integration_id=READY, integration=found)).is_locked


def test_update_drops_what_is_left_out(face: Face, celigo: Any, sandbox: Sandbox) -> None:
    bare = Integration(id=DIY, name="Bare")
    updated = face(celigo.integration.update(integration_id=DIY, integration=bare))
    assert updated.readme is UNSET
    assert "readme" not in raw(sandbox, DIY)


def test_an_integration_is_not_sent_in_the_place_of_another(
    face: Face, celigo: Any, sandbox: Sandbox
) -> None:
    found = face(celigo.integration.get(integration_id=DIY))
    with pytest.raises(InvalidArgumentError, match=r"^integration\.id: expected the same id"):
        face(celigo.integration.update(integration_id=READY, integration=found))
    assert raw(sandbox, READY)["name"] == "Shopfront - Ledger"


def test_a_mask_is_not_sent_as_a_value(face: Face, celigo: Any, sandbox: Sandbox) -> None:
    found = face(celigo.integration.get(integration_id=READY))
    found.settings["apiKey"] = "******"
    with pytest.raises(InvalidArgumentError, match=r"integration\.settings\.apiKey.*the mask"):
        face(celigo.integration.update(integration_id=READY, integration=found))
    shown = Integration.from_json(found.to_json())
    with pytest.raises(InvalidArgumentError, match="the mask"):
        face(celigo.integration.update(integration_id=READY, integration=shown))
    assert "apiKey" not in raw(sandbox, READY)["settings"]


def test_what_is_created_reads_back_as_it_was_sent(face: Face, celigo: Any) -> None:
    new = NewIntegration(
        name="Shop to books",
        description=None,
        readme="",
        connector_id="5fd2c1b0a9e8d7c6b5a49382",
        install=[
            InstallStep(name="Shop", completed=False, connection_id="61f0a3b29c4e7d1a2b3c4d70"),
            InstallStep(name="Bundle", completed=False, install_url=""),
            InstallStep(name="Codes", completed=True, description="", image_url="/images/c.png"),
        ],
        mode="install",
        settings={"sections": [], "token": "SAMPLE"},
        version="1.0.0",
        update_in_progress=False,
        extra={"flowGroupings": [{"name": "Hourly"}]},
    )
    created = face(celigo.integration.create(integration=new))
    found = face(celigo.integration.get(integration_id=created.id))
    sent, stored = new.to_json(reveal=True), found.to_json(reveal=True)
    assert {name: stored[name] for name in sent} == sent
    assert found == created


def test_an_integration_needs_a_name(face: Face, celigo: Any) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        face(celigo.integration.create(integration=NewIntegration(name="")))
    assert caught.value.code
    assert "name" in caught.value.message
    nameless = Integration(id=DIY)
    with pytest.raises(UnprocessableEntityError) as caught:
        face(celigo.integration.update(integration_id=DIY, integration=nameless))
    assert caught.value.code == "missing_required_field"
    assert caught.value.message == "name is required"


def test_all_that_celigo_finds_wrong_is_in_one_message(face: Face, celigo: Any) -> None:
    new = NewIntegration(name="x" * 101, mode="pause")
    with pytest.raises(UnprocessableEntityError) as caught:
        face(celigo.integration.create(integration=new))
    assert caught.value.code == "invalid_field"
    assert "name must have 1 to 100 characters" in caught.value.message
    assert "mode must be one of: install, settings, uninstall (enum)" in caught.value.message


def test_a_version_does_not_go_down(face: Face, celigo: Any) -> None:
    found = face(celigo.integration.get(integration_id=READY))
    found.version = "2.2.9"
    with pytest.raises(UnprocessableEntityError) as caught:
        face(celigo.integration.update(integration_id=READY, integration=found))
    assert caught.value.code == "invalid_field"


def test_what_is_deleted_is_gone(face: Face, celigo: Any) -> None:
    assert face(celigo.integration.delete(integration_id=DIY)) is None
    with pytest.raises(NotFoundError) as caught:
        face(celigo.integration.get(integration_id=DIY))
    assert caught.value.code == "not_found"
    with pytest.raises(NotFoundError):
        face(celigo.integration.delete(integration_id=DIY))


def test_a_deletion_may_be_answered_by_200(face: Face, switched: Switched) -> None:
    client, _ = switched(delete="200")
    reply = face(client.integration.delete.with_response(integration_id=DIY))
    assert (reply.value, reply.status) == (None, 200)


def test_a_list_walks_all_pages_in_order(face: Face, celigo: Any) -> None:
    whole = face(celigo.integration.list())
    assert not whole.has_next
    assert len(whole.items) > 4
    first = face(celigo.integration.list(limit=2))
    assert first.has_next
    assert len(first.items) == 2
    assert face.all(celigo.integration.list(limit=2)) == list(whole.items)
    assert face(first.next_page()).items == whole.items[2:4]


def test_a_list_returns_the_members_that_are_asked_for(face: Face, celigo: Any) -> None:
    named = face.all(celigo.integration.list(limit=3, include=["name", "version"]))
    assert {name for one in named for name in one.to_json()} == {"_id", "name", "version"}
    rest = face.all(celigo.integration.list(exclude="install,settings"))
    assert [one.id for one in rest] == [one.id for one in named]
    assert all(one.install is UNSET and one.settings is UNSET for one in rest)
    assert face(celigo.integration.list(after=_cursor(face, celigo))).items == [
        face(celigo.integration.get(integration_id=named[1].id)),
        *face(celigo.integration.list()).items[2:],
    ]


def _cursor(face: Face, celigo: Any) -> str:
    reply = face(celigo.integration.list.with_response(limit=1))
    link = reply.headers["link"].partition(">")[0].lstrip("<")
    return str(httpx.URL(link).params["after"])


def test_include_and_exclude_do_not_go_together(face: Face, celigo: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="exclude: expected nothing beside include"):
        face(celigo.integration.list(include="name", exclude="readme"))
    with pytest.raises(InvalidArgumentError, match="limit: expected a whole number"):
        face(celigo.integration.list(limit=0))
    with pytest.raises(BadRequestError) as caught:
        face(celigo.integration.list(include="$"))
    assert caught.value.code == "invalid_query_params"


@pytest.mark.parametrize("status", ["200", "204"])
def test_an_account_without_integrations_has_an_empty_list(
    face: Face, switched: Switched, status: str
) -> None:
    client, _ = switched(empty_list=status)
    for one in face.all(client.integration.list()):
        face(client.integration.delete(integration_id=one.id))
    reply = face(client.integration.list.with_response())
    assert reply.status == int(status)
    assert reply.value.items == []
    assert face.all(client.integration.list()) == []


def test_clone_returns_the_new_integration(face: Face, celigo: Any) -> None:
    cloned = face(celigo.integration.clone(integration_id=READY))
    assert cloned.id not in {READY, ""}
    assert cloned.integration.id == cloned.id
    assert cloned.integration.name == "Clone - Shopfront - Ledger"
    assert cloned.integration.is_smart_connector
    assert str(cloned.integration.install_progress) == "0 of 2"
    assert cloned.manifest is UNSET
    assert face(celigo.integration.get(integration_id=cloned.id)) == cloned.integration


def test_clone_renames_and_connects_anew(face: Face, celigo: Any) -> None:
    old, new = "61f0a3b29c4e7d1a2b3c4d61", "61f0a3b29c4e7d1a2b3c4d99"
    request = CloneRequest(name="Copy", connection_map={old: new}, sandbox=False)
    cloned = face(celigo.integration.clone(integration_id=READY, request=request)).integration
    assert cloned.name == "Copy"
    assert cloned.install[0].connection_id == new


def test_clone_may_be_answered_by_a_list_of_what_was_made(face: Face, switched: Switched) -> None:
    client, _ = switched(clone="manifest")
    cloned = face(client.integration.clone(integration_id=DIY, request=CloneRequest(name="Copy")))
    assert cloned.integration is UNSET
    assert [made.id for made in cloned.manifest if made.model == "Integration"] == [cloned.id]
    assert face(client.integration.get(integration_id=cloned.id)).name == "Copy"


def test_a_clone_that_celigo_refuses(face: Face, celigo: Any) -> None:
    request = CloneRequest(connection_map={"x": "y"})
    with pytest.raises(BadRequestError) as caught:
        face(celigo.integration.clone(integration_id=READY, request=request))
    assert caught.value.code == "invalid_ref"
    with pytest.raises(NotFoundError):
        face(celigo.integration.clone(integration_id=UNKNOWN))


def test_patch_changes_what_it_names(face: Face, celigo: Any, sandbox: Sandbox) -> None:
    operations = [
        PatchOperation(op="test", path="/name", value="Licensing and Usage"),
        PatchOperation(op="replace", path="/name", value="Patched"),
        PatchOperation(op="remove", path="/readme"),
        PatchOperation(op="add", path="/description", value=None),
    ]
    patched = face(celigo.integration.patch(integration_id=DIY, operations=operations))
    assert (patched.name, patched.readme, patched.description) == ("Patched", UNSET, None)
    assert patched.to_json(reveal=True) == raw(sandbox, DIY)


def test_a_patch_may_be_answered_without_the_integration(face: Face, switched: Switched) -> None:
    client, _ = switched(patch="204")
    change = {
        "integration_id": DIY,
        "operations": [PatchOperation(op="replace", path="/name", value="P")],
    }
    assert face(client.integration.patch(**change)) is None
    assert face(client.integration.patch(**change, read_back=True)).name == "P"


def test_a_patch_that_celigo_refuses(face: Face, celigo: Any, sandbox: Sandbox) -> None:
    before = raw(sandbox, DIY)
    test = PatchOperation(op="test", path="/name", value="Another")
    with pytest.raises(UnprocessableEntityError, match="/name"):
        face(celigo.integration.patch(integration_id=DIY, operations=[test]))
    wrong = PatchOperation(op="polish", path="/name")
    with pytest.raises(BadRequestError):
        face(celigo.integration.patch(integration_id=DIY, operations=[wrong]))
    wrong_path: Any = 5
    bad = PatchOperation(op="add", path=wrong_path)
    with pytest.raises(InvalidArgumentError, match=r"patch\.operations\[0\]\.path: expected str"):
        face(celigo.integration.patch(integration_id=DIY, operations=[bad]))
    assert raw(sandbox, DIY) == before


def test_the_token_tells_whose_it_is(face: Face, celigo: Any) -> None:
    info = face(celigo.token.info())
    assert type(info) is TokenInfo
    assert info.user_id
    assert info.extra == {}


def test_a_wrong_or_expired_token_is_refused(face: Face, sandbox: Sandbox) -> None:
    for token in ("tok-SAMPLE-wrong", sandbox.token("celigo", expires_in=-1)):
        client = client_of(face, sandbox, token)
        for method, arguments in (
            (client.token.info, {}),
            (client.integration.get, {"integration_id": DIY}),
            (client.integration.list, {}),
            (client.integration.unlock, {"integration_id": READY}),
        ):
            with pytest.raises(AuthenticationError) as caught:
                face(method(**arguments))
            assert caught.value.code == "unauthorized"
            assert "SAMPLE" not in str(caught.value)


def test_a_token_that_is_good_once_is_asked_for_again(face: Face, sandbox: Sandbox) -> None:
    tokens = iter([sandbox.token("celigo", expires_in=-1), Secret(sandbox.token("celigo"))])
    client = client_of(face, sandbox, face.provider(lambda: next(tokens)))
    reply = face(client.integration.get.with_response(integration_id=DIY))
    assert [attempt.outcome for attempt in reply.attempts] == ["401", "200"]


@pytest.mark.parametrize("operation", ["get", "update", "clone", "patch", "unlock"])
def test_an_unknown_integration_is_not_found(face: Face, celigo: Any, operation: str) -> None:
    arguments: dict[str, Any] = {"integration_id": UNKNOWN}
    if operation == "update":
        arguments["integration"] = Integration(id=UNKNOWN, name="x")
    if operation == "patch":
        arguments["operations"] = []
    with pytest.raises(NotFoundError):
        face(getattr(celigo.integration, operation)(**arguments))


@pytest.mark.parametrize("wrong", ["", "554155c8", "z" * 24, "..", "a/b"])
def test_a_malformed_id_is_refused_before_anything_is_sent(
    face: Face, celigo: Any, wrong: str
) -> None:
    for operation in ("get", "delete", "clone", "unlock", "complete_install_step"):
        with pytest.raises(InvalidArgumentError, match="integration_id"):
            face(getattr(celigo.integration, operation)(integration_id=wrong))
    for context in ("edit", "managed_update"):
        with pytest.raises(InvalidArgumentError, match="integration_id"):
            getattr(celigo.integration, context)(integration_id=wrong)


def test_a_rate_limit_says_when_to_come_back(face: Face, switched: Switched) -> None:
    client, _ = switched(rate_limit="small")

    def hurry() -> None:
        for _ in range(50):
            face(client.integration.get(integration_id=DIY))

    with pytest.raises(RateLimitError) as caught:
        hurry()
    assert caught.value.code == "rate_limited"
    assert caught.value.retry_after is not None


def test_a_page_on_another_host_is_not_fetched(face: Face) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        link = '<https://evil.example/v1/integrations?after=x>; rel="next"'
        return httpx.Response(200, json=[{"_id": DIY}], headers={"link": link})

    client = face.client(
        Celigo, "tok-SAMPLE", transport=face.transport(httpx.MockTransport(answer))
    )
    with pytest.raises(DecodeError, match=r"the next page on api\.integrator\.io") as caught:
        face.all(client.integration.list())
    assert caught.value.operation == "integration.list"
    assert [request.url.host for request in asked] == ["api.integrator.io"]


def test_edit_writes_back_what_the_block_changes(face: Face, celigo: Any, sandbox: Sandbox) -> None:
    before = raw(sandbox, DIY)

    def body(integration: Integration) -> None:
        integration.name = "Edited"

    face.within(celigo.integration.edit(integration_id=DIY), body)
    after = raw(sandbox, DIY)
    assert after.pop("lastModified") != before.pop("lastModified")
    assert after == {**before, "name": "Edited"}


def test_edit_writes_nothing_when_nothing_changed_or_the_block_raises(
    face: Face, celigo: Any, sandbox: Sandbox
) -> None:
    before = raw(sandbox, READY)
    face.within(celigo.integration.edit(integration_id=READY), lambda integration: integration.id)

    def body(integration: Integration) -> None:
        integration.name = "Half"
        raise LookupError

    with pytest.raises(LookupError):
        face.within(celigo.integration.edit(integration_id=READY), body)
    assert raw(sandbox, READY) == before


@pytest.mark.parametrize("integration_id", [READY, CONNECTOR])
def test_edit_leaves_nobody_locked_out(
    face: Face, celigo: Any, sandbox: Sandbox, integration_id: str
) -> None:
    def body(integration: Integration) -> None:
        assert isinstance(integration.settings, dict)
        integration.settings["colour"] = "SAMPLE"

    face.within(celigo.integration.edit(integration_id=integration_id), body)
    after = raw(sandbox, integration_id)
    assert after["settings"]["colour"] == "SAMPLE"
    assert after["updateInProgress"] is False


def test_edit_locks_what_the_block_locks(face: Face, celigo: Any, sandbox: Sandbox) -> None:
    def body(integration: Integration) -> None:
        integration.update_in_progress = True

    face.within(celigo.integration.edit(integration_id=READY), body)
    assert raw(sandbox, READY)["updateInProgress"] is True


def test_the_steps_of_an_installation_are_completed_in_order(
    face: Face, celigo: Any, sandbox: Sandbox
) -> None:
    before = raw(sandbox, CONNECTOR)
    found = face(celigo.integration.get(integration_id=CONNECTOR))
    assert str(found.install_progress) == "1 of 5"
    assert found.next_install_step.name == "BigCommerce Connection"
    done = face(celigo.integration.complete_install_step(integration_id=CONNECTOR))
    assert done.next_install_step.name == "Integrator Bundle"
    expected = copy.deepcopy(before["install"])
    expected[1]["completed"] = True
    after = raw(sandbox, CONNECTOR)
    assert after["install"] == expected
    assert after["updateInProgress"] is False
    assert after["mode"] == "install"
    assert after["version"] == before["version"]
    for _ in range(3):
        done = face(celigo.integration.complete_install_step(integration_id=CONNECTOR))
    assert done.install_progress.is_complete
    assert done.next_install_step is None
    with pytest.raises(InvalidArgumentError, match="step: expected a step that is not done"):
        face(celigo.integration.complete_install_step(integration_id=CONNECTOR))


@pytest.mark.parametrize("step", ["Integrator Bundle", 2])
def test_a_step_is_completed_by_name_or_place(
    face: Face, celigo: Any, sandbox: Sandbox, step: str | int
) -> None:
    complete = celigo.integration.complete_install_step
    done = face(complete(integration_id=CONNECTOR, step=step))
    assert [one.completed for one in done.install] == [True, False, True, False, False]
    stamp = raw(sandbox, CONNECTOR)["lastModified"]
    assert face(complete(integration_id=CONNECTOR, step=step)).install == done.install
    assert raw(sandbox, CONNECTOR)["lastModified"] == stamp


@pytest.mark.parametrize(("integration_id", "step"), [(CONNECTOR, "No such"), (CONNECTOR, 5)])
def test_a_step_that_is_not_there_is_refused(
    face: Face, celigo: Any, integration_id: str, step: str | int
) -> None:
    with pytest.raises(InvalidArgumentError, match="step: expected one of the steps"):
        face(celigo.integration.complete_install_step(integration_id=integration_id, step=step))
    with pytest.raises(InvalidArgumentError, match="step"):
        face(celigo.integration.complete_install_step(integration_id=DIY, step=-1))
