"""OptimizePlayer in the sandbox: what it shows, to whom, and what it refuses."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import PLAIN

NOWHERE = 12345
FOREIGN = 99
STRIPE = 31

COMMON = [
    "id", "title", "type", "account_id", "use_cloudfront", "integration_type", "provider",
    "created_at", "updated_at",
]  # fmt: skip

# type: (fields, fields that the page calls encrypted or secret)
VARIANTS: dict[str, tuple[set[str], set[str]]] = {
    "IntegrationActiveCampaign": ({"api_endpoint", "actid"}, {"api_key", "event_key"}),
    "IntegrationAmazon": (
        {"bucket", "access_key_id", "cloudfront", "ready"},
        {"secret_access_key"},
    ),
    "IntegrationAweber": (
        {"access_token", "consumer_key"},
        {"access_token_secret", "consumer_secret"},
    ),
    "IntegrationConvertkit": ({"api_key"}, {"secret_key"}),
    "IntegrationDisqus": ({"forum_shortname"}, set()),
    "IntegrationDrip": ({"api_account_id"}, {"access_token"}),
    "IntegrationGetresponse": (set(), {"secret_api_key"}),
    "IntegrationGoogleAnalytics": (
        {"api_account_id", "web_property_id"},
        {"access_token", "refresh_token"},
    ),
    "IntegrationHtml": ({"html", "params", "url"}, set()),
    "IntegrationInfusionsoft": ({"app_name"}, {"api_key"}),
    "IntegrationIntercom": (set(), {"access_token"}),
    "IntegrationMailchimp": (set(), {"api_key"}),
    "IntegrationOntraport": ({"app_id"}, {"api_key"}),
    "IntegrationPaypal": ({"client_id"}, {"client_secret"}),
    "IntegrationSendreach": ({"api_key"}, {"secret_api_key"}),
    "IntegrationStripe": ({"publishable_key"}, {"secret_key"}),
    "IntegrationWishlist": ({"endpoint"}, {"api_key"}),
    "IntegrationZapier": (set(), set()),
}


def client_of(sandbox: Sandbox, **options: Any) -> httpx.Client:
    return httpx.Client(
        base_url=f"{sandbox.url}/optimizeplayer",
        params={"api_key": sandbox.token("optimizeplayer", **options)},
        verify=PLAIN,
        trust_env=False,
    )


@contextmanager
def served(*, redact: bool = False, **switches: str) -> Iterator[httpx.Client]:
    """A sandbox of its own, with switches."""
    named = {f"optimizeplayer.{name}": value for name, value in switches.items()}
    with Sandbox(redact=redact, switches=named) as sandbox, client_of(sandbox) as client:
        yield client


@pytest.fixture
def player(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with client_of(sandbox) as client:
        yield client


def refused(reply: httpx.Response, status: int) -> str:
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    message: str = reply.json()["error"]
    assert message
    return message


def bare(client: httpx.Client) -> list[dict[str, Any]]:
    reply = client.get("/api/v1/integrations")
    assert reply.status_code == 200
    items: list[dict[str, Any]] = reply.json()
    return items


def wrapped(client: httpx.Client) -> list[dict[str, Any]]:
    reply = client.get("/v1/integrations")
    assert reply.status_code == 200
    assert list(reply.json()) == ["integrations"]
    items: list[dict[str, Any]] = reply.json()["integrations"]
    return items


# --- What it shows --------------------------------------------------------------------------------


def test_the_older_path_shows_every_field_of_every_type_with_its_secrets(
    player: httpx.Client,
) -> None:
    shown = {item["type"]: set(item) - set(COMMON) for item in bare(player)}
    assert shown == {name: plain | secret for name, (plain, secret) in VARIANTS.items()}


def test_the_newer_path_leaves_out_what_its_page_calls_secret_and_nothing_else(
    player: httpx.Client,
) -> None:
    shown = {item["type"]: set(item) - set(COMMON) for item in wrapped(player)}
    assert shown == {name: plain for name, (plain, _) in VARIANTS.items()}


def test_every_integration_starts_with_the_common_fields_in_their_order(
    player: httpx.Client,
) -> None:
    for item in bare(player):
        assert list(item)[: len(COMMON)] == COMMON
        kinds = {name: type(item[name]).__name__ for name in COMMON}
        assert kinds.pop("id") == kinds.pop("account_id") == "int"
        assert kinds.pop("use_cloudfront") == "bool"
        assert set(kinds.values()) == {"str"}


def test_the_other_fields_are_strings_but_for_the_params_of_html(player: httpx.Client) -> None:
    for item in bare(player):
        for name in item.keys() - set(COMMON):
            assert isinstance(item[name], dict if name == "params" else str), name


def test_the_list_is_in_the_order_of_the_ids(sandbox: Sandbox, player: httpx.Client) -> None:
    ids = [item["id"] for item in wrapped(player)]
    assert len(ids) == 18
    assert ids == sorted(ids)
    with client_of(sandbox, scopes=["9"]) as other:
        # 101 was made first, and as a text it would come first too.
        assert [item["id"] for item in wrapped(other)] == [99, 101]


def test_moments_have_six_digits_and_no_zone(player: httpx.Client) -> None:
    for item in bare(player):
        for name in ("created_at", "updated_at"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", item[name])
        assert item["created_at"] < item["updated_at"]


@pytest.mark.parametrize("index", [0, 2, 17])
def test_one_integration_is_what_the_list_has_of_it(player: httpx.Client, index: int) -> None:
    original, current = bare(player)[index], wrapped(player)[index]
    one = f"integrations/{original['id']}"
    assert player.get(f"/api/v1/{one}").json() == original
    assert player.get(f"/v1/{one}").json() == {"integration": current}
    assert current.items() <= original.items()


@pytest.mark.parametrize("base", ["/v1", "/api/v1"])
@pytest.mark.parametrize("profile", ["original", "current"])
def test_a_profile_that_is_chosen_holds_for_both_paths(profile: str, base: str) -> None:
    with served(profile=profile) as player:
        listed = player.get(f"{base}/integrations").json()
        one = player.get(f"{base}/integrations/{STRIPE}").json()
    if profile == "original":
        assert listed[0] == one
        assert one["secret_key"] == "sk-SAMPLE-31"
    else:
        assert listed["integrations"][0] == one["integration"]
        assert one["integration"]["publishable_key"] == "pk-SAMPLE-31"
        assert "secret_key" not in one["integration"]


def test_for_a_demonstration_all_that_is_secret_anywhere_is_masked() -> None:
    with served(redact=True) as player:
        shown = {item["type"]: item for item in bare(player)}
    assert shown["IntegrationStripe"]["secret_key"] == "******"
    assert shown["IntegrationStripe"]["publishable_key"] == "pk-SAMPLE-31"
    assert shown["IntegrationConvertkit"]["api_key"] == "******"
    assert shown["IntegrationAweber"]["access_token"] == "******"
    for name, (_, secrets) in VARIANTS.items():
        assert {shown[name][field] for field in secrets} <= {"******"}


def test_a_head_is_a_get_without_its_body(player: httpx.Client) -> None:
    reply = player.head("/v1/integrations")
    assert (reply.status_code, reply.content) == (200, b"")


# --- To whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/integrations", f"/api/v1/integrations/{STRIPE}"])
def test_a_key_that_is_missing_empty_or_wrong_is_refused(sandbox: Sandbox, path: str) -> None:
    key, url = sandbox.token("optimizeplayer"), f"{sandbox.url}/optimizeplayer{path}"
    queries = ["", "?api_key=", "?api_key=test_key", f"?api_key={key}x", f"?API_KEY={key}"]
    for query in queries:
        reply = httpx.get(url + query, verify=PLAIN)
        assert key not in refused(reply, 401)
    headers = {"Authorization": f"Bearer {key}"}
    refused(httpx.get(url, headers=headers, verify=PLAIN), 401)


@pytest.mark.parametrize(
    "options", [{"expires_in": -1}, {"scopes": []}, {"scopes": ["8", "9"]}], ids=str
)
def test_a_key_that_has_expired_or_is_not_of_one_account_is_refused(
    sandbox: Sandbox, options: dict[str, Any]
) -> None:
    with client_of(sandbox, **options) as client:
        refused(client.get("/v1/integrations"), 401)


def test_a_token_of_another_platform_is_no_key(sandbox: Sandbox, player: httpx.Client) -> None:
    token = sandbox.token("losant")
    refused(player.get("/v1/integrations", params={"api_key": token}), 401)


def test_a_key_shows_the_integrations_of_its_account_alone(
    sandbox: Sandbox, player: httpx.Client
) -> None:
    assert {item["account_id"] for item in wrapped(player)} == {8}
    with client_of(sandbox, scopes=["9"]) as other:
        assert {item["account_id"] for item in wrapped(other)} == {9}
        assert other.get(f"/v1/integrations/{FOREIGN}").status_code == 200
        refused(other.get(f"/v1/integrations/{STRIPE}"), 401)


@pytest.mark.parametrize("base", ["/v1", "/api/v1"])
def test_what_another_account_has_is_answered_like_what_nobody_has(
    player: httpx.Client, base: str
) -> None:
    nobodys = refused(player.get(f"{base}/integrations/{NOWHERE}"), 401)
    assert refused(player.get(f"{base}/integrations/{FOREIGN}"), 401) == nobodys


def test_a_switch_makes_both_of_them_not_found_and_leaves_wrong_keys_as_they_are() -> None:
    with served(missing="404") as player:
        nobodys = refused(player.get(f"/v1/integrations/{NOWHERE}"), 404)
        assert refused(player.get(f"/v1/integrations/{FOREIGN}"), 404) == nobodys
        refused(player.get("/v1/integrations", params={"api_key": "test_key"}), 401)


def test_no_log_and_no_refusal_shows_the_key(
    sandbox: Sandbox,
    player: httpx.Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = sandbox.token("optimizeplayer")
    paths = {
        "/v1/integrations": 200,
        f"/v1/integrations/{NOWHERE}": 401,
        "/v1/integrations/one": 422,
        "/v1/nothing": 404,
    }
    with caplog.at_level(logging.DEBUG):
        for path, status in paths.items():
            reply = player.get(path)
            assert reply.status_code == status
            assert key not in reply.text
        assert player.put("/v1/integrations").status_code == 405
        monkeypatch.setattr("integrations_sdk.sandbox.optimizeplayer._shown", lambda: 0)
        refused(player.get("/v1/integrations"), 500)
    # httpx, which this test calls with, does log whole URLs.
    ours = [record for record in caplog.records if not record.name.startswith("http")]
    assert [record.getMessage() for record in ours if record.levelno >= logging.ERROR] == [
        "GET /optimizeplayer/v1/integrations failed"
    ]
    formatter = logging.Formatter()
    assert key not in "\n".join(map(formatter.format, ours))


# --- What it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["one", "1.0", "0x1f", "+31", "31a", "-", "%20", "٣١", "1e1"])
def test_an_id_that_is_no_integer_is_invalid(player: httpx.Client, number: str) -> None:
    assert "integer" in refused(player.get(f"/v1/integrations/{number}"), 422)


@pytest.mark.parametrize("number", ["-31", "0", "-0", "9" * 6000])
def test_an_id_that_no_integration_can_have_is_still_an_id(
    player: httpx.Client, number: str
) -> None:
    refused(player.get(f"/v1/integrations/{number}"), 401)


def test_zeros_before_an_id_do_not_matter(player: httpx.Client) -> None:
    assert player.get(f"/api/v1/integrations/00{STRIPE}").json()["id"] == STRIPE


def test_nothing_is_said_of_a_wrong_id_to_whom_is_not_known(player: httpx.Client) -> None:
    refused(player.get("/v1/integrations/one", params={"api_key": "test_key"}), 401)


@pytest.mark.parametrize("path", ["/v1/integrations", f"/api/v1/integrations/{STRIPE}"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(player: httpx.Client, method: str, path: str) -> None:
    reply = player.request(method, path, data={"api_key": player.params["api_key"]})
    refused(reply, 405)
    assert reply.headers["allow"] == "GET, HEAD"


def test_a_switch_lets_a_posted_form_carry_the_key() -> None:
    with served(form_post="accepted") as player:
        form = {"api_key": player.params["api_key"]}
        with httpx.Client(base_url=player.base_url, verify=PLAIN) as anonymous:
            reply = anonymous.post("/api/v1/integrations", data=form)
            assert (reply.status_code, reply.json()) == (200, bare(player))
            reply = anonymous.post(f"/v1/integrations/{STRIPE}", data=form)
            assert reply.json() == {"integration": wrapped(player)[0]}
            twice = {"api_key": ["test_key", form["api_key"]]}
            assert anonymous.post("/v1/integrations", data=twice).status_code == 200
            for wrong in ({}, {"api_key": ""}, {"api_key": "test_key"}):
                refused(anonymous.post("/v1/integrations", data=wrong), 401)
            refused(anonymous.post("/v1/integrations", content=b"\xff&api_key"), 401)
        assert player.post("/v1/integrations").status_code == 200
        refused(player.post("/v1/integrations", data={"api_key": "test_key"}), 401)
        assert player.put("/v1/integrations").headers["allow"] == "GET, POST, HEAD"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON;q=0.1, text/html", 200),
        ("text/html, application/*;q=0.8", 200),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200),
        ("text/html, *; q=.2", 200),
        ("*/*;q=0, application/json", 200),
        ("", 200),
        ("text/html", 406),
        ("application/xml, text/*", 406),
        ("application/json;q=0, */*", 406),
        ("application/json; Q=0.000", 406),
        ("application/*;q=0, */*", 406),
        ("*/*;q=0.0;ext=1", 406),
        ("application/jsonlines", 406),
    ],
)
@pytest.mark.parametrize("path", ["/v1/integrations", f"/v1/integrations/{STRIPE}"])
def test_only_a_request_that_takes_json_is_served(
    player: httpx.Client, path: str, accept: str, status: int
) -> None:
    reply = player.get(path, headers={"Accept": accept})
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/json"


def test_a_request_that_says_nothing_of_what_it_takes_is_served(player: httpx.Client) -> None:
    del player.headers["accept"]
    assert player.get("/v1/integrations").status_code == 200


def test_what_two_headers_take_counts_as_if_it_were_one(player: httpx.Client) -> None:
    both = [("Accept", "text/html"), ("Accept", "application/json")]
    del player.headers["accept"]
    assert player.get("/v1/integrations", headers=both).status_code == 200
    refused(player.get("/v1/integrations", headers=[*both[:1], ("Accept", "text/css")]), 406)


def test_a_path_without_its_version_is_unknown(player: httpx.Client) -> None:
    for path in ("/integrations", "/api/integrations", "/v2/integrations", "/v1/integrations/"):
        refused(player.get(path), 404)


# --- How to reach it ------------------------------------------------------------------------------


def test_the_variables_and_the_hint_point_here(sandbox: Sandbox) -> None:
    environment = sandbox.environment()
    assert environment["OPTIMIZEPLAYER_BASE_URL"] == sandbox.base_url("optimizeplayer")
    assert sandbox.base_url("optimizeplayer") == f"{sandbox.url}/optimizeplayer/v1"
    url = "$OPTIMIZEPLAYER_BASE_URL/integrations?api_key=$OPTIMIZEPLAYER_API_KEY"
    for name, value in environment.items():
        url = url.replace(f"${name}", value)
    assert httpx.get(url, verify=PLAIN).status_code == 200


def test_its_key_outlives_a_reset(sandbox: Sandbox, player: httpx.Client) -> None:
    before = bare(player)
    sandbox.reset()
    assert bare(player) == before
