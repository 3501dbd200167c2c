"""What users of Celigo see in a shell or an editor: names, signatures, words."""

from __future__ import annotations

import inspect
import pydoc
from typing import Any

import attrs
import pytest

from integrations_sdk import Model, celigo
from integrations_sdk.celigo import AsyncCeligo, Celigo, IntegrationResource, TokenResource
from integrations_sdk.core.faces import Declared

OPERATIONS = {
    "integration": [
        "clone",
        "complete_install_step",
        "create",
        "delete",
        "edit",
        "get",
        "list",
        "managed_update",
        "patch",
        "unlock",
        "update",
    ],
    "token": ["info"],
}
EVERY = [(resource, name) for resource, names in OPERATIONS.items() for name in names]


def test_every_operation_is_declared() -> None:
    for resource, class_ in (("integration", IntegrationResource), ("token", TokenResource)):
        declared = [name for name, value in vars(class_).items() if isinstance(value, Declared)]
        assert sorted(declared) == OPERATIONS[resource]


@pytest.mark.parametrize("client_class", [Celigo, AsyncCeligo])
@pytest.mark.parametrize(("resource", "operation"), EVERY)
def test_both_faces_show_name_signature_and_docstring(
    client_class: Any, resource: str, operation: str
) -> None:
    method = getattr(getattr(client_class("tok-SAMPLE"), resource), operation)
    assert method.__name__ == operation
    for section in ("Raises:", "Celigo: *"):
        assert section in method.__doc__
    signature = inspect.signature(method)
    for parameter in signature.parameters.values():
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert f"{parameter.name}:" in method.__doc__
    assert signature.return_annotation is not signature.empty
    assert method.__doc__.splitlines()[0] in pydoc.plain(pydoc.render_doc(method))


def test_both_clients_take_the_same_arguments_and_say_what_they_are() -> None:
    assert inspect.signature(Celigo).parameters == inspect.signature(AsyncCeligo).parameters
    documented = inspect.getdoc(celigo.client.CeligoClient) or ""
    for parameter in inspect.signature(Celigo).parameters:
        assert f"{parameter}:" in documented


def test_every_public_name_says_what_it_is() -> None:
    assert celigo.__all__ == sorted(celigo.__all__)
    for name in celigo.__all__:
        value = getattr(celigo, name)
        if inspect.isclass(value):
            assert inspect.getdoc(value), name
        if inspect.isclass(value) and issubclass(value, Model):
            assert all(field.kw_only for field in attrs.fields(value)), name
