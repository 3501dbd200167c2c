"""The public surface: its names, its signatures, its words, and what importing it costs."""

from __future__ import annotations

import importlib
import inspect
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

import integrations_sdk
from integrations_sdk import (
    AsyncLosant,
    AsyncPages,
    IntegrationsError,
    Losant,
    Model,
    Page,
    losant,
    transports,
)
from integrations_sdk.core.faces import Endpoint, Pages
from integrations_sdk.core.model import is_hidden
from integrations_sdk.core.wire import Codec
from integrations_sdk.losant import Integration, IntegrationList, IntegrationResource

FRONT_DOOR: Any = integrations_sdk  # its names appear when they are used
OPERATIONS = ["create", "delete", "get", "list", "patch"]

SIGNATURES = {
    "create": "(*, application_id: str, integration: IntegrationPost) -> Integration",
    "delete": (
        "(*, application_id: str, integration_id: str, include_workflows: bool | None = None)"
        " -> Success"
    ),
    "get": "(*, application_id: str, integration_id: str) -> Integration",
    "patch": (
        "(*, application_id: str, integration_id: str, integration: IntegrationPatch)"
        " -> Integration"
    ),
}


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for module in (FRONT_DOOR, losant, transports):
        names = module.__all__
        assert len(names) == len(set(names))
        for name in names:
            value = getattr(module, name)
            if inspect.isclass(value):
                assert inspect.getdoc(value), f"{name} has no docstring"
    assert set(FRONT_DOOR.__all__) <= set(dir(integrations_sdk))


def test_the_front_door_leads_to_all_errors_and_to_no_more_than_it_lists() -> None:
    def tree(root: type[BaseException]) -> set[type[BaseException]]:
        return {root}.union(*(tree(child) for child in root.__subclasses__()))

    public = {error.__name__ for error in tree(IntegrationsError) if error.__name__[0] != "_"}
    assert public <= set(FRONT_DOOR.__all__)
    with pytest.raises(AttributeError, match="Losantt"):
        _ = FRONT_DOOR.Losantt


def test_every_operation_is_declared() -> None:
    declared = {
        name
        for name, value in vars(IntegrationResource).items()
        if isinstance(value, (Endpoint, Pages))
    }
    assert sorted(declared) == OPERATIONS


@pytest.mark.parametrize("client_class", [Losant, AsyncLosant])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_faces_show_name_signature_and_docstring(client_class: Any, operation: str) -> None:
    method = getattr(client_class("tok-SAMPLE").integration, operation)
    declared: Any = vars(IntegrationResource)[operation]
    assert method.__name__ == operation
    assert method.__qualname__ == f"IntegrationResource.{operation}"
    for section in ("Args:", "Raises:", "Losant: *"):
        assert section in method.__doc__
    for parameter in inspect.signature(method).parameters.values():
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert f"{parameter.name}:" in method.__doc__
    text = pydoc.plain(pydoc.render_doc(method))
    assert method.__doc__.splitlines()[0] in text
    assert f"{operation}(*,application_id:str" in "".join(text.split())  # 3.13 breaks lines
    in_class = pydoc.plain(pydoc.render_doc(IntegrationResource))
    in_class = in_class.replace("|", "")  # which pydoc draws before each line of a class
    assert f"{operation}(self,*,application_id:str" in "".join(in_class.split())
    assert declared.operation.name == f"integration.{operation}"
    assert declared.operation.document.startswith("https://")


@pytest.mark.parametrize("client_class", [Losant, AsyncLosant])
@pytest.mark.parametrize("operation", SIGNATURES)
def test_a_signature_is_the_declaration_with_the_result(client_class: Any, operation: str) -> None:
    method = getattr(client_class("tok-SAMPLE").integration, operation)
    short = str(inspect.signature(method)).replace("integrations_sdk.losant.models.", "")
    short = short.replace("typing.", "").replace("Optional[bool]", "bool | None")  # Python 3.10
    assert short == SIGNATURES[operation]


def test_a_list_says_what_it_returns_on_each_face() -> None:
    synchronous = inspect.signature(Losant("tok-SAMPLE").integration.list)
    asynchronous = inspect.signature(AsyncLosant("tok-SAMPLE").integration.list)
    assert synchronous.return_annotation == Page[Integration, IntegrationList]
    assert asynchronous.return_annotation == AsyncPages[Integration, IntegrationList]
    assert synchronous.parameters == asynchronous.parameters


def test_both_clients_take_the_same_arguments() -> None:
    assert (
        inspect.signature(Losant).parameters.keys()
        == inspect.signature(AsyncLosant).parameters.keys()
    )
    documented = inspect.getdoc(losant.client.LosantClient) or ""
    for parameter in inspect.signature(Losant).parameters:
        assert f"{parameter}:" in documented or f"{parameter}," in documented


def test_every_field_of_every_model_is_a_keyword() -> None:
    for name in losant.__all__:
        value = getattr(losant, name)
        if inspect.isclass(value) and issubclass(value, Model):
            assert all(field.kw_only for field in attrs.fields(value)), name


def test_free_form_fields_of_every_platform_hide_their_values() -> None:
    def models(cls: type[Model]) -> list[type[Model]]:
        return [cls, *(model for child in cls.__subclasses__() for model in models(child))]

    for platform in ("celigo", "cxengage", "losant", "optimizeplayer", "polis"):
        importlib.import_module(f"integrations_sdk.{platform}")
    found = 0
    for model in (
        each for each in models(Model) if each.__module__.startswith("integrations_sdk.")
    ):
        for field in attrs.fields(attrs.resolve_types(model, localns={"Codec": Codec})):
            if field.name != "extra" and "JSON" in str(field.type):
                found += 1
                assert is_hidden(field), f"{model.__qualname__}.{field.name} may show anything"
    assert found > 5


def test_importing_the_package_imports_nothing_of_others() -> None:
    code = """
import sys
before = set(sys.modules)
import integrations_sdk
dir(integrations_sdk), integrations_sdk.__version__
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(new - set(sys.stdlib_module_names) - {"integrations_sdk"}))
print(sorted(name for name in sys.modules if name.startswith("integrations_sdk.")))
"""
    assert _python(code) == ["[]", "['integrations_sdk._version']"]


def test_a_client_is_made_without_an_http_library_a_converter_or_a_retry_library() -> None:
    code = """
import sys
from integrations_sdk import AsyncLosant, Losant
Losant("tok-SAMPLE"), AsyncLosant("tok-SAMPLE")
print(sorted({"httpx", "httpcore", "cattrs", "tenacity", "starlette", "redis"} & set(sys.modules)))
"""
    assert _python(code) == ["[]"]


def test_core_names_no_platform() -> None:
    for path in (Path(integrations_sdk.__file__).parent / "core").glob("*.py"):
        for platform in ("losant", "celigo", "polis", "optimizeplayer", "cxengage"):
            assert platform not in path.read_text().lower(), f"{path.name} names {platform}"


def test_the_version_is_the_one_that_is_installed() -> None:
    from importlib.metadata import version

    assert integrations_sdk.__version__ == version("integrations-sdk")


def _python(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.splitlines()
