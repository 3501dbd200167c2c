"""Celigo in the sandbox: JSON Patch, clones, and the limit of calls."""

from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox.limits import LeakyBucket

from .celigo_facts import ALL, DIY, INSTALLED, INSTALLING, MANY, MODERN, ORDERS, got, one, refused
from .clients import served


def op(name: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {})}


def patched(celigo: httpx.Client, key: str, *operations: dict[str, Any]) -> Any:
    return got(celigo.patch(one(key), json=[*operations]))


def test_a_patch_changes_what_it_names_and_nothing_else(celigo: httpx.Client) -> None:
    before = got(celigo.get(one(MODERN)))
    after = patched(
        celigo,
        MODERN,
        op("test", "/name", before["name"]),
        op("replace", "/name", "Renamed"),
        op("add", "/settings/a~1b~0c", {"deep": [1]}),
        op("add", "/settings/a~1b~0c/deep/-", 3),
        op("add", "/settings/a~1b~0c/deep/1", 2),
        op("add", "/settings/a~1b~0c/deep/3", 4),
        op("replace", "/settings/a~1b~0c/deep/0", 0),
        op("test", "/settings/a~1b~0c", {"deep": [0, 2, 3, 4]}),
        op("remove", "/settings/a~1b~0c/deep/2"),
        op("add", "/settings/list", "other"),
        op("add", "/settings/~01", "a tilde and a one"),
        op("remove", "/sandbox"),
        op("add", "/", "an empty name"),
    )
    expected = {**before, "name": "Renamed", "lastModified": after["lastModified"]}
    expected["settings"] = {
        "list": "other",
        "a/b~c": {"deep": [0, 2, 4]},
        "~1": "a tilde and a one",
    }
    expected[""] = "an empty name"
    del expected["sandbox"]
    assert after == expected
    assert after["lastModified"] > before["lastModified"]
    assert got(celigo.get(one(MODERN))) == after


def test_a_patch_may_be_called_by_its_own_media_type(celigo: httpx.Client) -> None:
    headers = {"Content-Type": "application/json-patch+json"}
    reply = celigo.patch(one(DIY), content=b"[]", headers=headers)
    assert got(reply)["name"] == "Licensing and Usage"


def test_a_patch_is_answered_without_a_body_by_a_switch() -> None:
    with served("celigo", patch="204") as celigo:
        reply = celigo.patch(one(DIY), json=[op("replace", "/name", "x")])
        assert (reply.status_code, reply.content) == (204, b"")
        assert got(celigo.get(one(DIY)))["name"] == "x"


def test_a_patch_of_a_smart_connector_integration_is_a_managed_update(
    celigo: httpx.Client,
) -> None:
    assert patched(celigo, INSTALLED)["updateInProgress"] is False
    test = op("test", "/updateInProgress", False)
    assert patched(celigo, INSTALLED, test, op("add", "/settings/x", 1))["updateInProgress"] is True
    done = patched(celigo, INSTALLED, op("replace", "/updateInProgress", False))
    assert done["updateInProgress"] is False


def test_a_patch_of_the_whole_document_keeps_what_the_server_owns(celigo: httpx.Client) -> None:
    created = got(celigo.get(one(ORDERS)))["createdAt"]
    after = patched(celigo, ORDERS, op("replace", "", {"name": "x"}), op("add", "/readme", "y"))
    assert after == {
        "_id": ORDERS,
        "lastModified": after["lastModified"],
        "createdAt": created,
        "name": "x",
        "readme": "y",
    }
    assert patched(celigo, ORDERS, op("remove", "/createdAt"))["createdAt"] == created


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"op": "add", "path": "/x", "value": 1},
        [1],
        [{}],
        [{"op": "add", "value": 1}],
        [op("add", "/x")],
        [op("test", "/name")],
        [op("replace", "/name")],
        [op("move", "/x", 1)],
        [op("ADD", "/x", 1)],
        [{"op": ["add"], "path": "/x", "value": 1}],
        [op("add", "x", 1)],
        [op("add", "/x~2", 1)],
        [{"op": "add", "path": 1, "value": 1}],
        [op("remove", "")],
    ],
)
def test_what_is_no_patch_is_refused_as_a_whole(celigo: httpx.Client, patch: Any) -> None:
    before = got(celigo.get(one(DIY)))
    whole = [op("replace", "/name", "x"), *patch] if isinstance(patch, list) else patch
    assert refused(celigo.patch(one(DIY), json=whole), 400) == {"": "validation_failed"}
    assert got(celigo.get(one(DIY))) == before


@pytest.mark.parametrize(
    "operation",
    [
        op("test", "/name", "Other"),
        op("test", "/install/0/completed", 1),
        op("test", "/install", []),
        op("test", "/settings", {}),
        op("test", "/nothing", None),
        op("replace", "/nothing", 1),
        op("remove", "/nothing"),
        op("remove", "/install/2"),
        op("remove", "/install/01"),
        op("remove", "/install/-"),
        op("replace", "/install/x", {}),
        op("add", "/install/3", {}),
        op("add", "/install/x", {}),
        op("add", "/nothing/x", 1),
        op("add", "/name/x", 1),
        op("remove", "/name/0"),
    ],
)
def test_a_patch_that_does_not_fit_changes_nothing(
    celigo: httpx.Client, operation: dict[str, Any]
) -> None:
    before = got(celigo.get(one(INSTALLED)))
    reply = celigo.patch(one(INSTALLED), json=[op("add", "/readme", "x"), operation])
    assert refused(reply, 422) == {operation["path"]: "invalid_field"}
    assert got(celigo.get(one(INSTALLED))) == before


@pytest.mark.parametrize(
    ("operation", "status", "errors"),
    [
        (op("remove", "/name"), 422, {"name": "missing_required_field"}),
        (op("replace", "/name", ""), 422, {"name": "invalid_field"}),
        (op("add", "/mode", "x"), 422, {"mode": "enum"}),
        (op("replace", "", [1]), 422, {"": "validation_failed"}),
        (op("replace", "/_id", ORDERS), 400, {"_id": "invalid_ref"}),
    ],
)
def test_what_a_patch_makes_must_be_an_integration(
    celigo: httpx.Client, operation: dict[str, Any], status: int, errors: dict[str, str]
) -> None:
    assert refused(celigo.patch(one(DIY), json=[operation]), status) == errors


def test_patches_cannot_dig_deeper_than_a_body_may(celigo: httpx.Client) -> None:
    deep: Any = 1
    for _ in range(60):
        deep = {"a": deep}
    below = "/x" + "/a" * 60
    assert "x" in patched(celigo, DIY, op("add", "/x", deep))
    reply = celigo.patch(one(DIY), json=[op("replace", below, deep)])
    assert refused(reply, 422) == {"": "validation_failed"}
    many = [op("replace", "/x" + "/a" * 60 * count, deep) for count in range(1, 90)]
    assert celigo.patch(one(DIY), json=many).status_code == 422
    assert got(celigo.get(one(DIY)))["x"] == deep


# --- Clones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [None, {}, {"_stackId": "x"}])
def test_a_clone_is_a_copy_with_an_id_dates_and_a_name_of_its_own(
    celigo: httpx.Client, body: dict[str, Any] | None
) -> None:
    source = got(celigo.get(one(ORDERS)))
    clone = got(celigo.post(f"{one(ORDERS)}/clone", json=body), 201)
    assert clone == {
        **source,
        "_id": clone["_id"],
        "name": "Clone - Orders to ledger",
        "lastModified": clone["createdAt"],
        "createdAt": clone["createdAt"],
    }
    assert clone["_id"] != ORDERS
    assert clone["createdAt"] > source["lastModified"]
    assert got(celigo.get(one(clone["_id"]))) == clone
    assert got(celigo.get(one(ORDERS))) == source


def test_a_clone_is_not_installed_yet_and_uses_other_connections(celigo: httpx.Client) -> None:
    source = got(celigo.get(one(INSTALLING)))
    mapped, kept = (step["_connectionId"] for step in source["install"][:2])
    body = {
        "name": "Test",
        "sandbox": True,
        "connectionMap": {mapped: "a" * 24, "b" * 24: "c" * 24},
    }
    clone = got(celigo.post(f"{one(INSTALLING)}/clone", json=body), 201)
    assert (clone["name"], clone["sandbox"]) == ("Test", True)
    connections = ["a" * 24, kept, None, None, None]
    assert [step.get("_connectionId") for step in clone["install"]] == connections
    assert [step["completed"] for step in clone["install"]] == [False] * 5
    different = {"completed": 0, "_connectionId": 0}
    for mine, theirs in zip(clone["install"], source["install"], strict=True):
        assert {**mine, **different} == {**theirs, **different}
    for name in ("_connectorId", "mode", "settings", "version"):
        assert clone[name] == source[name]


def test_later_kinds_of_steps_are_reset_too(celigo: httpx.Client) -> None:
    body = {"connectionMap": {"61f0a3b29c4e7d1a2b3c4d70": "a" * 24}}
    steps = got(celigo.post(f"{one(MODERN)}/clone", json=body), 201)["installSteps"]
    assert [(step["completed"], step.get("_connectionId")) for step in steps] == [
        (False, "a" * 24),
        (False, None),
    ]


@pytest.mark.parametrize(("steps", "expected"), [("x", "x"), ([1, {}], [1, {"completed": False}])])
def test_steps_of_an_unknown_shape_are_copied(
    celigo: httpx.Client, steps: Any, expected: Any
) -> None:
    celigo.put(one(DIY), json={"name": "x", "installSteps": steps})
    assert got(celigo.post(f"{one(DIY)}/clone"), 201)["installSteps"] == expected


def test_a_long_name_is_cut_in_the_clone(celigo: httpx.Client) -> None:
    celigo.put(one(DIY), json={"name": "x" * 100})
    name = got(celigo.post(f"{one(DIY)}/clone"), 201)["name"]
    assert name == "Clone - " + "x" * 92


def test_the_answer_to_a_clone_is_a_manifest_by_a_switch() -> None:
    with served("celigo", clone="manifest") as celigo:
        answer = got(celigo.post(f"{one(DIY)}/clone", json={"name": "x"}), 201)
        clone = got(celigo.get(MANY))[-1]
        assert answer == [{"model": "Integration", "_id": clone["_id"], "name": "x"}]


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        ({"name": ""}, 422, {"name": "invalid_field"}),
        ({"name": None}, 422, {"name": "invalid_field"}),
        ({"sandbox": "no"}, 422, {"sandbox": "invalid_field"}),
        ({"connectionMap": []}, 400, {"connectionMap": "invalid_connectionMap"}),
        ({"connectionMap": None}, 400, {"connectionMap": "invalid_connectionMap"}),
        ({"connectionMap": {"x": "y"}}, 400, {"connectionMap.x": "invalid_ref"}),
        ({"connectionMap": {"x": None}}, 400, {"connectionMap.x": "invalid_ref"}),
        ([], 400, {"": "validation_failed"}),
    ],
)
def test_a_clone_that_cannot_be_is_refused_and_not_made(
    celigo: httpx.Client, body: Any, status: int, errors: dict[str, str]
) -> None:
    assert refused(celigo.post(f"{one(INSTALLING)}/clone", json=body), status) == errors
    assert len(got(celigo.get(MANY))) == len(ALL)


# --- The limit of calls ---------------------------------------------------------------------------


def test_a_full_bucket_is_429_with_whole_seconds_to_wait() -> None:
    with served("celigo", rate_limit="small") as celigo:
        replies = [celigo.get("/tokenInfo") for _ in range(25)]
    assert {reply.status_code for reply in replies[:5]} == {200}
    full = next(reply for reply in replies if reply.status_code != 200)
    assert refused(full, 429) == {"": "rate_limited"}
    assert full.headers["retry-after"] == "1"


@pytest.mark.parametrize("switches", [{}, {"rate_limit": "on"}])
def test_usual_use_is_not_limited(switches: dict[str, Any]) -> None:
    with served("celigo", **switches) as celigo:
        assert {celigo.get("/tokenInfo").status_code for _ in range(50)} == {200}


def test_a_bucket_leaks_as_time_goes_by() -> None:
    now = [100.0]
    bucket = LeakyBucket(3, 2, clock=lambda: now[0])
    assert [bucket.wait() for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    now[0] += 0.25
    assert bucket.wait() == 0.25
    now[0] += 0.25
    assert [bucket.wait() for _ in range(2)] == [0, 0.5]
    now[0] += 1000
    assert [bucket.wait() for _ in range(4)] == [0, 0, 0, 0.5]
