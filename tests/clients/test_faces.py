"""What a person sees of a client in a shell or an editor: signatures, help, reprs."""

from __future__ import annotations

import inspect
import pydoc
import re
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import AsyncLosant, AsyncPages, InvalidArgumentError, Losant, Page
from integrations_sdk.losant import (
    Integration,
    IntegrationList,
    IntegrationPatch,
    IntegrationPost,
    IntegrationResource,
    Success,
)

from ..conftest import APPLICATION
from ..faces import Face
from .recorder import Answer, Recorder
from .samples import IDS, integration

Serve = Callable[..., tuple[Any, Recorder]]

RESULTS: dict[str, Any] = {
    "get": Integration,
    "create": Integration,
    "patch": Integration,
    "delete": Success,
}
PARAMETERS = {
    "list": [
        "application_id",
        "page",
        "per_page",
        "sort_field",
        "sort_direction",
        "filter_field",
        "filter",
    ],
    "get": ["application_id", "integration_id"],
    "create": ["application_id", "integration"],
    "patch": ["application_id", "integration_id", "integration"],
    "delete": ["application_id", "integration_id", "include_workflows"],
}


def unspaced(text: str) -> str:
    """Return a text without what later Pythons add to lay out a long signature."""
    return re.sub(r"[\s|]+", "", text)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_signature_names_the_arguments_and_the_result(face: Face, name: str) -> None:
    method = getattr(face.losant().integration, name)

    signature = inspect.signature(method)

    assert list(signature.parameters) == PARAMETERS[name]
    assert {p.kind for p in signature.parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    pages: Any = AsyncPages if face.is_async else Page
    expected = RESULTS.get(name, pages[Integration, IntegrationList])
    assert signature.return_annotation == expected


def test_annotations_are_types_and_not_text(face: Face) -> None:
    resource = face.losant().integration

    assert inspect.signature(resource.get).parameters["application_id"].annotation is str
    created = inspect.signature(resource.create).parameters["integration"]
    assert created.annotation is IntegrationPost
    patched = inspect.signature(resource.patch).parameters["integration"]
    assert patched.annotation is IntegrationPatch
    assert inspect.signature(resource.delete).parameters["include_workflows"].default is None


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_help_shows_name_signature_and_docstring(face: Face, name: str) -> None:
    method = getattr(face.losant().integration, name)

    text = pydoc.render_doc(method, renderer=pydoc.plaintext)  # type: ignore[attr-defined]

    assert f"{name}(*,application_id:str" in unspaced(text)
    assert "integrations_sdk.losant.integration" in text.splitlines()[0]
    for parameter in PARAMETERS[name]:
        assert f"{parameter}: " in text
    assert "Raises:" in text
    assert "MissingScopeError: When the token is known to lack the scope." in text


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_both_faces_say_the_same(name: str) -> None:
    with Losant("tok-SAMPLE") as client:
        one, other = (getattr(c.integration, name) for c in (client, AsyncLosant("tok-SAMPLE")))

    assert one.__doc__ == other.__doc__
    assert one.__name__ == other.__name__ == name
    assert one.__qualname__ == other.__qualname__ == f"IntegrationResource.{name}"
    assert one.__module__ == other.__module__ == "integrations_sdk.losant.integration"
    assert inspect.signature(one).parameters == inspect.signature(other).parameters


def test_help_on_a_resource_lists_its_methods(face: Face) -> None:
    text = pydoc.render_doc(face.losant().integration, renderer=pydoc.plaintext)  # type: ignore[attr-defined]

    for name, parameters in PARAMETERS.items():
        assert f"{name}(self,*,{parameters[0]}:str" in unspaced(text)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_docstring_names_every_argument_and_the_platforms_operation(name: str) -> None:
    doc = inspect.getdoc(getattr(IntegrationResource, name))

    assert doc is not None
    sentence, _, rest = doc.partition("\n\n")
    assert sentence.endswith(".")
    for parameter in PARAMETERS[name]:
        assert f"    {parameter}: " in rest
    assert rest.splitlines()[-1].startswith("Losant: *Integration")


def test_what_is_found_on_the_class_is_the_declaration() -> None:
    declared: Any = IntegrationResource.get

    assert declared.operation.name == "integration.get"
    assert declared.operation.method == "GET"
    assert repr(declared.operation) == (
        "<Operation integration.get: "
        "GET /applications/{applicationId}/integrations/{integrationId}>"
    )
    assert next(iter(inspect.signature(declared).parameters)) == "self"
    assert declared(None, **IDS) == declared.function(None, **IDS)


def test_reprs_say_what_a_thing_is(face: Face) -> None:
    client = face.losant()
    name = "AsyncLosant" if face.is_async else "Losant"
    kind = "Async" if face.is_async else ""

    assert repr(client) == f"<{name} https://api.losant.com>"
    assert repr(client.integration) == f"<IntegrationResource of <{name} https://api.losant.com>>"
    assert repr(client.integration.get) == (
        f"<{kind}Method IntegrationResource.get(*, application_id: str, integration_id: str)"
        " -> integrations_sdk.losant.models.Integration>"
    )
    assert repr(client.integration.list).startswith(f"<{kind}PageMethod IntegrationResource.list(")
    post = IntegrationPost(name="a", integration_type="mqtt")
    assert repr(client.integration.create.call(application_id=APPLICATION, integration=post)) == (
        f"<Call integration.create: POST /applications/{APPLICATION}/integrations"
        " with IntegrationPost>"
    )
    assert repr(client.integration.list.call(application_id=APPLICATION, page=2, filter="a b")) == (
        f"<Call integration.list: GET /applications/{APPLICATION}/integrations?page=2&filter=a+b>"
    )


def test_a_reply_shows_what_came_without_the_values_of_headers(face: Face, serve: Serve) -> None:
    client, _ = serve(Answer(json=integration(), headers={"X-Trace": "trace-SAMPLE"}))

    shown = repr(face(client.integration.get.with_response(**IDS)))

    assert shown.startswith("Reply(value=Integration(id=")
    assert "status=200" in shown
    assert "x-trace" in shown
    assert "trace-SAMPLE" not in shown


@pytest.mark.parametrize("way", ["", "with_response", "call"])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"application_id": APPLICATION},
        {**IDS, "colour": "red"},
    ],
)
def test_a_missing_or_unknown_argument_is_a_type_error(
    face: Face, serve: Serve, way: str, arguments: dict[str, Any]
) -> None:
    client, recorder = serve(Answer(json=integration()))
    method = client.integration.get

    with pytest.raises(TypeError, match=r"get\(\)"):
        face((getattr(method, way) if way else method)(**arguments))

    assert recorder.requests == []


def test_arguments_are_given_by_name(face: Face, serve: Serve) -> None:
    client, _ = serve(Answer(json=integration()))

    with pytest.raises(TypeError, match="positional"):
        face(client.integration.get(*IDS.values()))


def test_a_call_is_checked_when_it_is_built(face: Face) -> None:
    with pytest.raises(InvalidArgumentError, match="integration_id: expected 24 hexadecimal"):
        face.losant().integration.get.call(**{**IDS, "integration_id": "short"})


@pytest.mark.parametrize("class_", [Losant, AsyncLosant])
def test_a_client_documents_its_settings(class_: type) -> None:
    doc = inspect.getdoc(class_)
    described = inspect.getdoc(class_.__mro__[1])

    assert doc is not None
    assert ">>> " in doc
    assert described is not None
    for name in list(inspect.signature(class_).parameters):
        assert f"    {name}: " in described
