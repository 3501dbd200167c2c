"""What is particular to Celigo: regions, errors, versions, links to the next page."""

from __future__ import annotations

from typing import Any

import attrs
import httpx
import pytest
from hypothesis import given, strategies as st

from integrations_sdk import APIError, ConfigurationError, DecodeError, Reply, Retry
from integrations_sdk.celigo import AsyncCeligo, Celigo
from integrations_sdk.celigo.links import following
from integrations_sdk.celigo.operations import LIST
from integrations_sdk.celigo.platform import read_error
from integrations_sdk.celigo.versions import is_lower, next_patch
from integrations_sdk.core.transport import Headers
from tests.faces import Face
from tests.strategies import json_values

from .examples import DIY

URL = "https://api.integrator.io/v1/integrations"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REGION", "BASE_URL", "API_TOKEN"):
        monkeypatch.delenv(f"CELIGO_{name}", raising=False)


@pytest.mark.parametrize(
    ("arguments", "environment", "url"),
    [
        ({}, {}, "https://api.integrator.io/v1"),
        ({"region": "us"}, {}, "https://api.integrator.io/v1"),
        ({"region": "eu"}, {}, "https://api.eu.integrator.io/v1"),
        ({"region": "au"}, {}, "https://api.au.integrator.io/v1"),
        ({"region": "ca"}, {}, "https://api.ca.integrator.io/v1"),
        ({}, {"REGION": "eu"}, "https://api.eu.integrator.io/v1"),
        ({"region": "ca"}, {"REGION": "eu"}, "https://api.ca.integrator.io/v1"),
        ({"region": "eu", "base_url": "https://h.example/v1/"}, {}, "https://h.example/v1"),
        ({"base_url": "https://h.example"}, {"REGION": "eu"}, "https://h.example"),
        ({"region": "eu"}, {"BASE_URL": "https://h.example"}, "https://api.eu.integrator.io/v1"),
        ({}, {"BASE_URL": "https://h.example", "REGION": "eu"}, "https://h.example"),
        ({}, {"REGION": ""}, "https://api.integrator.io/v1"),
    ],
)
def test_a_region_has_its_address_and_base_url_wins(
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    environment: dict[str, str],
    url: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"CELIGO_{name}", value)
    for client_class in (Celigo, AsyncCeligo):
        assert repr(client_class("tok-SAMPLE", **arguments)) == f"<{client_class.__name__} {url}>"


def test_a_region_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: Any = "mars"
    with pytest.raises(ConfigurationError, match="region is none of Celigo's: us, eu, au, ca"):
        Celigo("tok-SAMPLE", region=wrong)
    monkeypatch.setenv("CELIGO_REGION", "mars")
    with pytest.raises(ConfigurationError, match="CELIGO_REGION is none"):
        AsyncCeligo("tok-SAMPLE")


def test_a_client_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="CELIGO_API_TOKEN"):
        Celigo()
    monkeypatch.setenv("CELIGO_API_TOKEN", "tok-SAMPLE")
    assert "SAMPLE" not in repr(Celigo())


def test_a_client_knows_its_operations() -> None:
    client = Celigo("tok-SAMPLE")
    for operation in ("integration.get", "integration.list", "integration.clone", "token.info"):
        assert client.can(operation)


@pytest.mark.parametrize(
    ("errors", "code", "message"),
    [
        (
            [{"field": "name", "code": "missing_required_field", "message": "name is required"}],
            "missing_required_field",
            "name is required",
        ),
        ([{"code": "not_found", "message": "Not found"}], "not_found", "Not found"),
        ([{"field": "mode", "code": "enum", "message": "is odd"}], "enum", "mode: is odd"),
        ([{"field": "mode", "code": "enum"}], "enum", "mode"),
        ([{"code": "enum"}], "enum", ""),
        ([{"message": "What?"}], None, "What?"),
        (
            [
                {"field": "name", "code": "invalid_field", "message": "too long"},
                {"field": "mode", "code": "enum", "message": "mode is odd"},
                {"message": "and so on"},
                {"code": "nothing_said"},
            ],
            "invalid_field",
            "name: too long; mode is odd (enum); and so on",
        ),
        (["x", {"code": "a", "message": "b"}, None], "a", "b"),
        ([{"field": 1, "code": 2, "message": 3}], None, ""),
        ([], None, ""),
        ({"code": "a", "message": "b"}, None, ""),
        (None, None, ""),
    ],
)
def test_an_array_of_errors_is_one_message(errors: Any, code: str | None, message: str) -> None:
    assert read_error({"errors": errors}) == (code, message)


@given(body=json_values, errors=st.lists(json_values))
def test_no_body_breaks_the_reading_of_an_error(body: Any, errors: Any) -> None:
    for one in (body, {"errors": body}, {"errors": errors}):
        code, message = read_error(one)
        assert code is None or isinstance(code, str)
        assert isinstance(message, str)


@pytest.mark.parametrize("content", [b"", b"<html>", b"null", b"[]", b'"x"', b'{"errors": 5}'])
def test_an_odd_error_is_an_error_all_the_same(face: Face, content: bytes) -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(418, content=content))
    client = face.client(Celigo, "tok-SAMPLE", transport=face.transport(mock))
    with pytest.raises(APIError) as caught:
        face(client.integration.get(integration_id=DIY["_id"]))
    assert (caught.value.status, caught.value.code, caught.value.message) == (418, None, "")


@pytest.mark.parametrize(
    ("version", "following_"),
    [
        ("1.0.1", "1.0.2"),
        ("1.0.9", "1.0.10"),
        ("2.1", "2.1.1"),
        ("3", "3.0.1"),
        ("1.2.3.4", "1.2.3.5"),
        ("0.0.0", "0.0.1"),
        ("", None),
        ("v1.0", None),
        ("1.0.", None),
        ("1..0", None),
        ("1.0-beta", None),
        ("spring", None),
        ("\u0661.0", None),
    ],
)
def test_the_patch_release_after_a_version(version: str, following_: str | None) -> None:
    assert next_patch(version) == following_


@pytest.mark.parametrize(
    ("version", "other", "lower"),
    [
        ("1.0.1", "1.0.2", True),
        ("1.0.2", "1.0.1", False),
        ("1.9", "1.10", True),
        ("1.0", "1.0.0", False),
        ("1", "1.0.1", True),
        ("spring", "1.0", False),
        ("1.0", "spring", False),
    ],
)
def test_versions_compare_as_numbers(version: str, other: str, lower: bool) -> None:
    assert is_lower(version, other) is lower


@given(parts=st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_the_release_after_a_version_is_higher(parts: list[int]) -> None:
    version = ".".join(map(str, parts))
    after = next_patch(version)
    assert after
    assert is_lower(version, after)
    assert not is_lower(after, version)


def reply(link: str | None, url: str = URL) -> Reply[Any]:
    headers = Headers([("Link", link)] if link is not None else [])
    return Reply(
        value=None, url=url, status=200, headers=headers, request_id=None, elapsed=0.1, attempts=()
    )


@pytest.mark.parametrize(
    ("link", "query"),
    [
        (f'<{URL}?limit=2&after=abc>; rel="next"', {"limit": "2", "after": "abc"}),
        (f"<{URL}?after=a%2Bb%3D%3D>; rel=next", {"after": "a+b=="}),
        (f'<{URL}?skip=2>; rel="NEXT"', {"skip": "2"}),
        (f'<{URL}?skip=2>; title="a, b"; REL = "last next"', {"skip": "2"}),
        (f'<{URL}?skip=0>; rel="first", <{URL}?skip=2>; rel="next"', {"skip": "2"}),
        (f"<{URL}?fields=a,b&after=>; rel=next", {"fields": "a,b", "after": ""}),
        ('<?after=x>; rel="next"', {"after": "x"}),
        ('</v1/integrations?after=x>; rel="next"', {"after": "x"}),
        ('<//api.integrator.io/v1/integrations?after=x>; rel="next"', {"after": "x"}),
        (f'<{URL.replace(".io", ".io:443")}?after=x>; rel="next"', {"after": "x"}),
        (f'<{URL.replace("https", "http")}?after=x>; rel="next"', {"after": "x"}),
        (
            f"<{URL.upper().replace('/V1/INTEGRATIONS', '/v1/integrations')}?after=x>; rel=next",
            {"after": "x"},
        ),
        (f'<{URL}/?after=x>; rel="next"', {"after": "x"}),
    ],
)
def test_the_next_page_is_the_one_that_is_linked(link: str, query: dict[str, str]) -> None:
    call = following(LIST({}, query={"limit": 5, "include": "name"}), reply(link))
    assert call == attrs.evolve(LIST({}), query=query)


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        f'<{URL}?skip=0>; rel="prev"',
        f'<{URL}?skip=0>; title="rel=next"',
        f"<{URL}?skip=0>",
        f'{URL}?skip=0; rel="next"',
        '<x>; rel="nextish"',
        "<<<>>>;;;,,,",
    ],
)
def test_without_a_link_to_it_there_is_no_next_page(link: str | None) -> None:
    assert following(LIST({}), reply(link)) is None


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://evil.example/v1/integrations?after=x", "the next page on api.integrator.io"),
        ("//evil.example/v1/integrations", "the next page on api.integrator.io"),
        ("https://api.integrator.io.evil.example/v1/integrations", "the next page on"),
        ("https://api.integrator.io@evil.example/v1/integrations", "the next page on"),
        ("https://api.integrator.io:8443/v1/integrations", "the next page on"),
        ("https://api.eu.integrator.io/v1/integrations", "the next page on"),
        ("ftp://api.integrator.io:21/v1/integrations", "the next page on"),
        ("javascript:alert(1)", "the next page on"),
        ("/v1/tokenInfo", "the next page of the same list"),
        ("/v2/integrations?after=x", "the next page of the same list"),
        ("https://[::1/v1/integrations", "a URL"),
        ("https://api.integrator.io:x/v1/integrations", "a URL"),
    ],
)
def test_a_link_to_elsewhere_is_refused_in_plain_words(link: str, says: str) -> None:
    with pytest.raises(DecodeError) as caught:
        following(LIST({}), reply(f'<{link}>; rel="next"'))
    assert caught.value.path == "Link"
    assert says in str(caught.value)
    assert "evil" not in str(caught.value)
    assert caught.value.operation == "integration.list"


@given(header=st.text(alphabet='<>;,="rel nxt/?a:.', max_size=60))
def test_no_link_breaks_the_walk(header: str) -> None:
    try:
        call = following(LIST({}), reply(header))
    except DecodeError:
        return
    assert call is None or call.target == "/integrations"


def test_the_token_goes_to_no_page_of_another_host(face: Face) -> None:
    hosts: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        port = {"first": "h.example", "": "evil.example"}[request.url.params.get("after", "first")]
        link = f'<https://{port}/integrations?after=>; rel="next"'
        return httpx.Response(200, json=[DIY], headers={"link": link})

    client = face.client(
        Celigo,
        "tok-SAMPLE",
        base_url="https://h.example",
        transport=face.transport(httpx.MockTransport(answer)),
    )
    with pytest.raises(DecodeError, match=r"the next page on h\.example, got one elsewhere"):
        face.all(client.integration.list())
    assert hosts == ["h.example", "h.example"]


def test_a_walk_in_circles_ends(face: Face) -> None:
    link = {"link": "<?after=x>; rel=next"}
    mock = httpx.MockTransport(lambda _: httpx.Response(200, json=[DIY], headers=link))
    client = face.client(Celigo, "tok-SAMPLE", transport=face.transport(mock))
    with pytest.raises(DecodeError, match="a page not seen before"):
        face.all(client.integration.list())


@pytest.mark.parametrize("content", [b"", b"null", b"{}", b'{"items": []}', b"5"])
def test_a_list_that_is_none_is_no_empty_list(face: Face, content: bytes) -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    client = face.client(Celigo, "tok-SAMPLE", transport=face.transport(mock))
    with pytest.raises(DecodeError, match="array"):
        face(client.integration.list.with_response())


def test_a_deletion_that_may_have_been_done_already_is_done(face: Face) -> None:
    answers = iter([httpx.Response(503), httpx.Response(404)])
    mock = httpx.MockTransport(lambda _: next(answers))
    client = face.client(
        Celigo, "tok-SAMPLE", transport=face.transport(mock), retry=Retry(initial=0)
    )
    assert face(client.integration.delete(integration_id=DIY["_id"])) is None


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([{"model": "Flow", "_id": "x"}], "_id"),
        ([], "_id"),
        ({"name": "x"}, "_id"),
        ({"_id": None}, "_id"),
        ("x", "$"),
    ],
)
def test_a_clone_without_an_id_is_no_clone(face: Face, body: Any, path: str) -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(201, json=body))
    client = face.client(Celigo, "tok-SAMPLE", transport=face.transport(mock))
    with pytest.raises(DecodeError) as caught:
        face(client.integration.clone(integration_id=DIY["_id"]))
    assert caught.value.path == path


def test_all_that_a_clone_made_is_told(face: Face) -> None:
    made = [
        {"model": "Connection", "_id": "c1", "name": "Shop"},
        {"model": "Integration", "_id": "i1", "_sourceId": "i0"},
        {"model": "Integration", "_id": "i2"},
    ]
    mock = httpx.MockTransport(lambda _: httpx.Response(201, json=made))
    client = face.client(Celigo, "tok-SAMPLE", transport=face.transport(mock))
    cloned = face(client.integration.clone(integration_id=DIY["_id"]))
    assert cloned.id == "i1"
    assert [(one.model, one.id) for one in cloned.manifest] == [
        ("Connection", "c1"),
        ("Integration", "i1"),
        ("Integration", "i2"),
    ]
    assert cloned.manifest[1].extra == {"_sourceId": "i0"}
