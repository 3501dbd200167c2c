"""Switches and gates: what a platform declares, what a person may choose, what a handler sees."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from integrations_sdk.sandbox import Sandbox, SandboxError
from integrations_sdk.sandbox.__main__ import main
from integrations_sdk.sandbox.app import build_app
from integrations_sdk.sandbox.platform import Call, Gate, Operation, Platform, Refusal
from integrations_sdk.sandbox.sandbox import PLATFORMS
from integrations_sdk.sandbox.server import BackgroundServer
from integrations_sdk.sandbox.store import Store
from integrations_sdk.sandbox.switches import known, settle
from integrations_sdk.sandbox.tokens import Tokens

from .facts import PLAIN


def tell(call: Call) -> Response:
    return JSONResponse({"era": call.switch("era"), "query": call.query("era")})


def two_calls(switches: Mapping[str, str]) -> Gate:
    """A limit that the old era did not have."""
    left = [2 if switches["era"] == "new" else 1000]

    def gate() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Refusal(429, "too many calls", headers={"Retry-After": "7"})

    return gate


ACME = Platform(
    name="acme",
    operations=[
        Operation("tell", "GET", "/tell", tell),
        Operation("replace", "PUT", "/tell", tell),
    ],
    examples=lambda _records: None,
    error_body=lambda refusal: refusal.message,
    base_url_variable="ACME_BASE_URL",
    token_variable="ACME_TOKEN",
    hint="",
    base_path="/v7",
    switches={"era": ("old", "new"), "mood": ("good", "bad")},
    gate=two_calls,
)
PLAINEST = Platform(
    name="plain",
    operations=[],
    examples=lambda _records: None,
    error_body=lambda refusal: refusal.message,
    base_url_variable="PLAIN_BASE_URL",
    token_variable="PLAIN_TOKEN",
    hint="",
)


@contextmanager
def served(switches: Mapping[str, str] | None = None) -> Iterator[httpx.Client]:
    store = Store()
    app = build_app(store, [ACME], host="127.0.0.1", switches=switches)
    server = BackgroundServer(app, host="127.0.0.1", port=0)
    headers = {"Authorization": f"Bearer {ACME.token(Tokens(store.signing_key()))}"}
    url = f"http://127.0.0.1:{server.port}/acme/v7"
    with httpx.Client(base_url=url, headers=headers, verify=PLAIN) as client:
        yield client
    server.stop()
    store.close()


def test_a_switch_has_its_first_value_unless_another_is_chosen() -> None:
    with served() as acme:
        assert acme.get("/tell").json() == {"era": "old", "query": ""}
    with served({"acme.era": "new"}) as acme:
        assert acme.get("/tell", params={"era": "old"}).json() == {"era": "new", "query": "old"}


def test_operations_are_below_the_base_path_and_nowhere_else() -> None:
    with served() as acme:
        assert acme.put("/tell").status_code == 200
        url = str(acme.base_url).rstrip("/").removesuffix("/v7")
        assert acme.get(f"{url}/tell").status_code == 404


def test_a_gate_refuses_after_the_token_was_checked_and_remembers() -> None:
    with served({"acme.era": "new"}) as acme:
        assert acme.get("/tell", headers={"Authorization": ""}).status_code == 401
        replies = [acme.get("/tell") for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert replies[2].headers["retry-after"] == "7"
        assert acme.get("/tell", headers={"Authorization": ""}).status_code == 401


def test_what_is_chosen_is_merged_with_the_defaults() -> None:
    assert settle([ACME, PLAINEST], {"acme.mood": "bad"}) == {"acme.era": "old", "acme.mood": "bad"}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("acme.eras", "new", "knows no switch 'acme.eras'; it knows: acme.era, acme.mood"),
        ("era", "new", "knows no switch 'era'; it knows: acme.era, acme.mood"),
        ("other.era", "new", "knows no switch 'other.era'"),
        ("acme.era", "newer", "acme.era cannot be 'newer'; it can be: old, new"),
    ],
)
def test_an_unknown_name_or_value_is_answered_with_the_known_ones(
    name: str, value: str, reason: str
) -> None:
    with pytest.raises(SandboxError, match=reason):
        settle([ACME, PLAINEST], {name: value})


def test_where_there_are_no_switches_the_complaint_says_so() -> None:
    with pytest.raises(SandboxError, match="it knows: none"):
        settle([PLAINEST], {"plain.era": "new"})


def test_a_sandbox_refuses_an_unknown_switch_at_once() -> None:
    with pytest.raises(SandboxError, match=r"knows no switch 'celigo\.nothing'"):
        Sandbox(switches={"celigo.nothing": "1"})


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("celigo.nothing=1", "knows no switch 'celigo.nothing'"),
        ("celigo.empty_list=418", "celigo.empty_list cannot be '418'; it can be: 200, 204"),
        ("celigo.empty_list=", "cannot be ''"),
    ],
)
def test_the_command_names_a_switch_that_cannot_be_and_ends_with_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    argument: str,
    reason: str,
) -> None:
    monkeypatch.setattr(Sandbox, "start", lambda _sandbox: pytest.fail("it starts"))
    assert main(["--port", "0", "--switch", argument]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("sandbox: ")
    assert complaint.count("\n") == 1
    assert reason in complaint


def test_the_command_wants_a_name_and_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--switch", "celigo.empty_list"])
    assert caught.value.code == 2
    assert "'celigo.empty_list' is not of the form NAME=VALUE" in capsys.readouterr().err


def test_the_commands_help_lists_every_switch(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = "".join(capsys.readouterr().out.split())
    assert known(PLATFORMS)
    for name, values in known(PLATFORMS).items():
        assert f"{name}={'|'.join(values)}" in said


def test_the_command_passes_every_switch_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Told(SandboxError):
        pass

    def start(sandbox: Sandbox) -> None:
        raise Told(str(sandbox._switches))

    monkeypatch.setattr(Sandbox, "start", start)
    said: list[str] = []
    monkeypatch.setattr("sys.stderr.write", said.append)
    arguments = ["--switch", "celigo.empty_list=204", "--switch", "polis.stale_etag=412"]
    assert main(arguments) == 2
    assert "'celigo.empty_list': '204'" in "".join(said)
    assert "'polis.stale_etag': '412'" in "".join(said)
