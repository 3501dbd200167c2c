"""Requests as a hostile or clumsy client sends them; none may do more than be refused."""

import re
import socket
from collections.abc import Callable

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.app import build_app, load_examples
from integrations_sdk.sandbox.losant import LOSANT
from integrations_sdk.sandbox.server import BackgroundServer
from integrations_sdk.sandbox.store import Store

from .facts import MANY, ONE, PLAIN, integration
from .raw import connect, head, received, reply

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"name": "x",}', "not valid JSON"),
        (b"{'name': 'x'}", "not valid JSON"),
        (b'{"name": "x"} {}', "not valid JSON"),
        (b'\xef\xbb\xbf{"name": "x"}', "not valid JSON"),
        (b'{"name": "\xff"}', "not valid JSON"),
        ('{"name": "x"}'.encode("utf-16"), "not valid JSON"),
        (b'{"name": "\\ud800"}', "not valid JSON"),
        (b'{"\\ud800": 1}', "not valid JSON"),
        (b'{"name": NaN}', "NaN"),
        (b'{"mqttConfig": {"port": Infinity}}', "Infinity"),
        (b'{"mqttConfig": {"port": -Infinity}}', "-Infinity"),
        (b'{"mqttConfig": {"port": 1e999}}', "too large"),
        (b'{"mqttConfig": {"port": ' + b"1" * 5000 + b"}}", "not valid JSON"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "not valid JSON"),
        (b"name=x", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'"name"', "must be a JSON object"),
        (b"1", "must be a JSON object"),
        (b"true", "must be a JSON object"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", MANY), ("PATCH", ONE)])
def test_a_body_that_is_no_json_object_is_refused(
    losant: httpx.Client, method: str, path: str, body: bytes, reason: str
) -> None:
    answer = losant.request(method, path, content=body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "Validation"
    assert reason in answer.json()["message"]


@pytest.mark.parametrize("depth", [101, 1000, 100_000, 500_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_nesting_is_refused(
    losant: httpx.Client, depth: int, opening: bytes, closing: bytes
) -> None:
    depth = min(depth, MEBIBYTE // (len(opening) + 1) - 10)
    body = b'{"name": ' + opening * depth + b"1" + closing * depth + b"}"
    answer = losant.patch(ONE, content=body)
    assert answer.status_code == 400
    assert answer.json()["message"] == "The body is not valid JSON: nested too deeply"


def test_nesting_that_is_not_deep_is_judged_by_the_rules(losant: httpx.Client) -> None:
    answer = losant.patch(ONE, content=b'{"name": ' + b"[" * 90 + b"]" * 90 + b"}")
    assert answer.json()["message"] == "name must be a string"


def test_a_body_of_one_mebibyte_is_read_and_one_byte_more_is_not(losant: httpx.Client) -> None:
    body = b'{"name": "x"}'
    largest = body + b" " * (MEBIBYTE - len(body))
    assert losant.patch(ONE, content=largest).status_code == 200
    answer = losant.patch(ONE, content=largest + b" ")
    assert answer.status_code == 413
    assert answer.json() == {
        "type": "PayloadTooLarge",
        "message": "The body is larger than 1048576 bytes",
    }
    assert answer.headers["connection"] == "close"
    assert losant.get(ONE).json()["name"] == "x"


def test_a_large_body_is_refused_before_it_is_sent(sandbox: Sandbox) -> None:
    with connect(sandbox) as connection:
        connection.sendall(head(sandbox, Content_Length=str(10**12)))
        status, headers, body = reply(connection)
    assert (status, headers["connection"]) == (413, "close")
    assert body["type"] == "PayloadTooLarge"


def test_a_client_that_sends_all_before_it_listens_hears_of_it_too(sandbox: Sandbox) -> None:
    size = 7 * MEBIBYTE  # more than the buffers between the two can take
    with connect(sandbox) as connection:
        connection.sendall(head(sandbox, Content_Length=str(size)) + b"x" * size)
        assert reply(connection)[0] == 413


def test_a_body_without_end_is_refused_and_the_connection_closed(sandbox: Sandbox) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with connect(sandbox) as connection:
        connection.sendall(head(sandbox, Transfer_Encoding="chunked"))
        for _ in range(17):
            connection.sendall(chunk)
        assert reply(connection)[0] == 413
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            connection.sendall(chunk * 500)  # more than any buffer on the way can take


def test_a_client_that_hears_413_and_stays_silent_is_hung_up_on(sandbox: Sandbox) -> None:
    with connect(sandbox) as connection:
        connection.sendall(head(sandbox, Content_Length=str(10**12)))
        assert reply(connection)[0] == 413
        assert connection.recv(1) == b""


def test_slow_clients_do_not_keep_others_waiting(sandbox: Sandbox, losant: httpx.Client) -> None:
    begun = head(sandbox, Content_Length="100") + b'{"name'
    slow = [connect(sandbox) for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(begun)
        assert losant.get(ONE, timeout=2).status_code == 200
        finish = b'": "x", "integrationType": "mqtt"}'.ljust(94)
        slow[0].sendall(finish)
        assert reply(slow[0])[0] == 201
    finally:
        for connection in slow:
            connection.close()
    assert losant.get(MANY).json()["totalCount"] == 7


def test_a_client_that_is_too_slow_is_given_up() -> None:
    store = Store()
    load_examples(store, [LOSANT])
    app = build_app(store, [LOSANT], host="127.0.0.1", patience=0.05)
    server = BackgroundServer(app, host="127.0.0.1", port=0)
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(b"POST /losant/x HTTP/1.1\r\nHost: localhost\r\n")
            connection.sendall(b"Content-Length: 9\r\n\r\n{")
            status, headers, body = reply(connection)
            assert (status, headers["connection"]) == (408, "close")
            assert body == {
                "type": "RequestTimeout",
                "message": "The body did not arrive within 0.05 seconds",
            }
    finally:
        server.stop()
        store.close()


def test_a_client_that_leaves_in_mid_body_changes_nothing(
    sandbox: Sandbox, losant: httpx.Client
) -> None:
    with connect(sandbox) as connection:
        connection.sendall(head(sandbox, Content_Length="100") + b'{"name": "x"')
    assert losant.get(MANY).json()["totalCount"] == 6


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "10.0.0.1:{port}",
     "localhost.evil.example", "0.0.0.0", "[::2]", "[::1", "user@evil.example", "127.0.0.1,evil"],
)  # fmt: skip
def test_a_foreign_host_is_refused(sandbox: Sandbox, losant: httpx.Client, host: str) -> None:
    port = sandbox.url.rpartition(":")[2]
    answer = losant.get(ONE, headers={"Host": host.format(port=port)})
    assert answer.status_code == 403
    assert answer.json()["type"] == "Forbidden"
    assert "pw-SAMPLE-1" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "127.1.2.3", "[::1]"])
def test_every_name_of_this_machine_is_taken(losant: httpx.Client, host: str) -> None:
    assert losant.get(ONE, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://evil.example:8787", "null", "http://127.0.0.1.evil.example",
     "file://", "evil.example", "http://[::1"],
)  # fmt: skip
def test_a_page_of_a_foreign_origin_is_refused(losant: httpx.Client, origin: str) -> None:
    for method, path in (("GET", ONE), ("POST", MANY), ("OPTIONS", MANY)):
        answer = losant.request(method, path, json=integration(), headers={"Origin": origin})
        assert answer.status_code == 403
    assert losant.get(MANY).json()["totalCount"] == 6


def test_a_page_of_this_machine_may_call_but_is_granted_nothing(losant: httpx.Client) -> None:
    answer = losant.get(ONE, headers={"Origin": "http://localhost:5173"})
    assert answer.status_code == 200
    preflight = losant.options(MANY, headers={"Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 405
    for headers in (answer.headers, preflight.headers):
        assert not [name for name in headers if name.startswith("access-control")]


def test_a_request_of_http_1_0_needs_no_host(sandbox: Sandbox) -> None:
    with connect(sandbox) as connection:
        request = head(sandbox, "GET", f"/losant{ONE}", Host="")
        connection.sendall(request.replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert reply(connection)[0] == 200


@pytest.mark.parametrize(
    "path",
    ["", "/", "/applications", f"{MANY}/", f"{ONE}/", f"{ONE}/x", "/applications//integrations",
     MANY.upper(), f"{MANY}%2F", f"{MANY}%0A", f"{MANY}/a%2Fb/c", f"{MANY}/../x", "/integrations"],
)  # fmt: skip
def test_an_unknown_path_is_not_found_in_the_platforms_shape(sandbox: Sandbox, path: str) -> None:
    with connect(sandbox) as connection:
        connection.sendall(head(sandbox, "GET", f"/losant{path}"))
        status, headers, body = reply(connection)
    assert status == 404
    assert headers["content-type"] == "application/json"
    assert body["type"] == "NotFound"
    assert "is not a path of this sandbox" in body["message"]


@pytest.mark.parametrize("path", ["/nobody", "/losantx/applications"])
def test_a_path_of_no_platform_is_not_found_too(sandbox: Sandbox, path: str) -> None:
    answer = httpx.get(sandbox.url + path, verify=PLAIN)
    assert answer.status_code == 404
    assert answer.json() == {"message": f"GET {path} is not a path of this sandbox"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", MANY, {"GET", "HEAD", "POST"}),
        ("PATCH", MANY, {"GET", "HEAD", "POST"}),
        ("DELETE", MANY, {"GET", "HEAD", "POST"}),
        ("PUT", ONE, {"GET", "HEAD", "PATCH", "DELETE"}),
        ("POST", ONE, {"GET", "HEAD", "PATCH", "DELETE"}),
        ("BREW", ONE, {"GET", "HEAD", "PATCH", "DELETE"}),
    ],
)
def test_a_wrong_method_is_answered_with_the_right_ones(
    losant: httpx.Client, method: str, path: str, allowed: set[str]
) -> None:
    answer = losant.request(method, path, json={})
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allowed
    assert answer.json()["type"] == "MethodNotAllowed"
    assert answer.headers["allow"] in answer.json()["message"]


def test_a_head_is_a_get_without_its_body(losant: httpx.Client) -> None:
    answer = losant.head(ONE)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(losant.get(ONE).content))


def test_every_answer_has_a_request_id_of_its_own(sandbox: Sandbox, losant: httpx.Client) -> None:
    calls: list[Callable[[], httpx.Response]] = [
        lambda: losant.get(ONE),
        lambda: losant.post(MANY, json=integration()),
        lambda: losant.post(MANY, content=b"{"),
        lambda: losant.get(ONE, headers={"Authorization": ""}),
        lambda: losant.get(ONE, headers={"Host": "evil.example"}),
        lambda: losant.get("/nothing"),
        lambda: losant.put(ONE),
        lambda: losant.post(MANY, content=b"x" * (MEBIBYTE + 1)),
        lambda: httpx.get(f"{sandbox.url}/nobody", verify=PLAIN),
    ]
    answers = [call() for call in calls]
    ids = [answer.headers["x-request-id"] for answer in answers]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 201, 400, 401, 403, 404, 405, 413, 404]
    assert all(re.fullmatch("[0-9a-f]{32}", value) for value in ids)
    assert len(set(ids)) == len(ids)


def test_requests_on_one_connection_are_answered_in_turn(sandbox: Sandbox) -> None:
    with connect(sandbox) as connection:
        bad = head(sandbox, Content_Length="1") + b"{"
        good = head(sandbox, "GET", f"/losant{ONE}")
        connection.sendall(bad + good)
        data = b""
        while data.count(b"HTTP/1.1 ") < 2 or not data.endswith(b"}"):
            data += received(connection)
    assert [status.split()[1] for status in re.findall(rb"HTTP/1.1 \d+", data)] == [b"400", b"200"]
