"""Attacks: ids, headers, addresses, redirects and links that lead elsewhere than they seem to."""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from urllib.parse import quote

import pytest

from integrations_sdk import IntegrationsError

from ..transports.scripted import Server, answering
from .cases import case
from .samples import CANARY, CELIGO, CXENGAGE, EVERY, LOSANT, NAME
from .subjects import Outcome, Subject, settle

IDS = {LOSANT.name: "integration_id", CELIGO.name: "integration_id", CXENGAGE.name: "tenant_id"}
ONE = ("httpx",)
THREE = (LOSANT, CELIGO, CXENGAGE)


def read(subject: Subject, server: Server, key: str) -> Outcome:
    """Read what an id names: one in the middle of the path, or at its end."""
    client = subject.client(server.url)
    return client.do(subject.sample.deed("read"), **{IDS[subject.sample.name]: key})


@case(55, on=THREE, by=ONE)
@pytest.mark.parametrize("key", ["", ".", ".."], ids=["empty", "one dot", "two dots"])
def test_an_id_that_would_shorten_the_path_is_refused(subject: Subject, key: str) -> None:
    with Server(subject.sample.obliging) as server:
        assert read(subject, server, key).kind == "argument"
        assert server.connections == 0


HOSTILE = ["../x", "..%2fx", "%2e%2e", "a/b", "a?b=c", "a#b", "a\\b", "a;b", "a%", "\x00"]


@case(55, on=(CXENGAGE,))
@pytest.mark.parametrize("key", HOSTILE)
def test_an_id_that_may_be_any_text_travels_as_one_segment(subject: Subject, key: str) -> None:
    with Server(subject.sample.obliging) as server:
        assert read(subject, server, key).kind == "done"

        (request,) = server.requests
        path = f"/tenants/{quote(key, safe='')}/integrations/twilio"
        assert request.line.decode().split()[1].partition("?")[0] == path


@case(55, by=ONE, faces=("sync",))
@pytest.mark.parametrize("key", [*HOSTILE[:-1], "../../admin", "575ed78e7ae143cd83dc4aab/x"])
def test_an_id_that_has_a_form_is_refused_in_any_other(subject: Subject, key: str) -> None:
    with Server(subject.sample.obliging) as server:
        outcome = read(subject, server, key)

        assert outcome.kind == "argument"
        assert server.connections == 0


@case(56, on=THREE, by=ONE)
@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "a\n", " HTTP/1.1\r\n\r\nGET /b"])
def test_a_line_break_in_an_id_begins_no_line(subject: Subject, key: str) -> None:
    with Server(subject.sample.obliging) as server:
        outcome = read(subject, server, key)

        assert outcome.kind in {"argument", "done"}
        assert len(server.requests) == (outcome.kind == "done")
        for request in server.requests:
            assert "x-evil" not in request.headers
        assert CANARY not in outcome.shown


@case(56, by=ONE)
@pytest.mark.parametrize("value", [f"{CANARY}\r\nX-Evil: 1", f"{CANARY}\n", f"{CANARY}\x00"])
def test_a_line_break_in_a_header_is_refused_and_not_quoted(subject: Subject, value: str) -> None:
    with Server(subject.sample.obliging) as server:
        outcome = settle(lambda: subject.client(server.url, headers={"X-Team": value}).read())

        assert outcome.kind == "argument"
        assert CANARY not in outcome.shown
        assert server.connections == 0


NAMES = ["Z\u00fcrich #1", "\u00c5ngstr\u00f6m?", "\u6771\u4eac/\u5927\u962a", "\U0001f9ca 100%"]


@case(57, on=(CXENGAGE,))
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_travels_as_it_is_written(
    subject: Subject, name: str, form: Any
) -> None:
    name = unicodedata.normalize(form, name)
    with Server(subject.sample.obliging) as server:
        assert read(subject, server, name).kind == "done"

        (request,) = server.requests
        assert request.line.split()[1].startswith(
            b"/tenants/" + quote(name.encode(), safe="").encode() + b"/integrations/"
        )


@case(58, on=THREE, by=ONE)
def test_members_with_names_of_python_are_plain_data(subject: Subject) -> None:
    strange = {"__proto__": {"a": 1}, "__class__": "x", "self": 2, "__init__": 3, "extra": 4}
    body = json.dumps({**subject.sample.record, **strange}).encode()
    with Server(answering(body)) as server:
        client = subject.client(server.url)
        outcome = client.read()

        assert client.told(outcome) == NAME
        assert type(outcome.value).__module__.startswith("integrations_sdk.")
        assert {**outcome.value.extra} == strange
        assert len(server.requests) == 1


@case(59, on=EVERY, by=ONE, faces=("sync",))
@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{CANARY}@api.example",
        "http://api.example",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "http://127.0.0.1@api.example",
        "ftp://api.example",
        f"https://api.example?key={CANARY}",
    ],
)
def test_an_address_where_a_token_should_not_go_is_refused(subject: Subject, url: str) -> None:
    with pytest.raises(IntegrationsError) as caught:
        subject.client(url)

    assert CANARY not in str(caught.value)


STATUSES = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]


@case(60)
@pytest.mark.parametrize("status", STATUSES)
def test_a_redirect_is_not_followed(subject: Subject, status: str) -> None:
    sample = subject.sample
    with (
        Server(sample.obliging) as sink,
        Server(answering(b"{}", f"Location: {sink.url}/steal", status=status)) as server,
    ):
        client = subject.client(server.url)
        for outcome in (client.read(), client.do(sample.confide or sample.deed("write"))):
            assert outcome.kind == "refused"
        assert sink.connections == 0
        assert len(server.requests) == 2


@case(60, on=(CELIGO,))
def test_a_next_page_elsewhere_is_not_fetched(subject: Subject) -> None:
    page = json.dumps([subject.sample.record]).encode()
    with Server(answering(page)) as sink:
        for url in (f"{sink.url}/integrations?page=2", sink.url.replace("http", "https", 1)):
            with Server(answering(page, f'Link: <{url}>; rel="next"')) as server:
                assert subject.client(server.url).walk().kind == "undocumented"
                assert len(server.requests) == 1
        assert sink.connections == 0


@case(61)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
def test_a_token_for_this_machine_goes_to_no_proxy(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Server(subject.sample.obliging) as proxy, Server(subject.sample.obliging) as server:
        monkeypatch.setenv(name, proxy.url)
        client = subject.client(server.url)

        assert client.told(client.read()) == NAME
        assert (proxy.connections, len(server.requests)) == (0, 1)


@case(61)
def test_a_proxy_that_refuses_a_tunnel_is_told_the_host_and_nothing_else(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = answering(CANARY.encode(), status="407 Proxy Authentication Required")
    with Server(refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        outcome = subject.client("https://api.example", attempts=1).write()

        assert outcome.kind == "unsent"
        assert all(r.line == b"CONNECT api.example:443 HTTP/1.1" for r in proxy.requests)
        assert CANARY.encode() not in b"".join(r.head + r.body for r in proxy.requests)
        assert CANARY not in outcome.shown
