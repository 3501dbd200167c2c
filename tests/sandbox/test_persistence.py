"""Data in a file: what was answered is still there, whatever ended the sandbox."""

import sqlite3
import stat
import subprocess
import threading
from pathlib import Path

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox, SandboxError, store

from .facts import MANY, ONE, PLAIN, integration, python


def client(sandbox: Sandbox, token: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token or sandbox.token('losant')}"}
    return httpx.Client(
        base_url=sandbox.base_url("losant"), headers=headers, verify=PLAIN, trust_env=False
    )


def test_data_and_tokens_survive_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data.sqlite3"
    with Sandbox(data=data) as sandbox, client(sandbox) as losant:
        token = sandbox.token("losant")
        created = losant.post(MANY, json=integration()).json()
        losant.delete(ONE)
    with Sandbox(data=str(data)) as sandbox, client(sandbox, token) as losant:
        assert losant.get(f"{MANY}/{created['id']}").json() == created
        assert losant.get(ONE).status_code == 404  # the example data are not loaded again


def test_a_reset_reaches_the_file(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Sandbox(data=data) as sandbox, client(sandbox) as losant:
        losant.delete(ONE)
        sandbox.reset()
    with Sandbox(data=data) as sandbox, client(sandbox) as losant:
        assert losant.get(ONE).status_code == 200


def test_the_file_is_readable_by_its_owner_alone_and_the_only_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Sandbox(data=data) as sandbox, client(sandbox) as losant:
        losant.delete(ONE)
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def started(data: Path) -> tuple["subprocess.Popen[str]", httpx.Client]:
    """A sandbox in a process of its own, and a client of it."""
    process = python("-m", "integrations_sdk.sandbox", "--port", "0", "--data", str(data))
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(2)]
    variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
    headers = {"Authorization": f"Bearer {variables['LOSANT_ACCESS_TOKEN']}"}
    url = variables["LOSANT_BASE_URL"]
    return process, httpx.Client(
        base_url=url, headers=headers, verify=PLAIN, trust_env=False, timeout=10
    )


def test_what_was_answered_survives_kill_9_in_the_midst_of_writing(tmp_path: Path) -> None:
    answered: list[dict[str, object]] = []
    enough = threading.Event()

    def write(losant: httpx.Client, number: int) -> None:
        try:
            for count in range(1000):
                body = {**integration(), "name": f"{number}-{count}"}
                answered.append(losant.post(MANY, json=body).json())
                if len(answered) >= 40:
                    enough.set()
        except httpx.TransportError:
            return

    process, losant = started(tmp_path / "data")
    with process, losant:
        writers = [threading.Thread(target=write, args=(losant, number)) for number in range(4)]
        for writer in writers:
            writer.start()
        assert enough.wait(timeout=20)
        process.kill()
        for writer in writers:
            writer.join()
    assert len(answered) >= 40
    with Sandbox(data=tmp_path / "data") as sandbox, client(sandbox) as again:
        kept = again.get(MANY, params={"perPage": "10000"}).json()["items"]
        found = {item["id"]: item for item in kept}
        assert all(found[item["id"]] == item for item in answered)


def test_a_token_survives_kill_9(tmp_path: Path) -> None:
    process, losant = started(tmp_path / "data")
    with process, losant:
        token = losant.headers["Authorization"].removeprefix("Bearer ")
        process.kill()
    with Sandbox(data=tmp_path / "data") as sandbox, client(sandbox, token) as again:
        assert again.get(ONE).status_code == 200


def test_two_sandboxes_may_share_a_file(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first, second = Sandbox(data=data), Sandbox(data=data)
    with first, second, client(first) as one, client(second) as two:
        one.patch(ONE, json={"name": "Renamed"})
        two.patch(ONE, json={"enabled": False})
        after = one.get(ONE).json()
    assert (after["name"], after["enabled"]) == ("Renamed", False)


def refused(data: Path, reason: str) -> None:
    with pytest.raises(SandboxError, match=reason) as caught:
        Sandbox(data=data).start()
    assert str(data) in str(caught.value) or "now" in str(caught.value)


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "it is not a regular file")
    refused(tmp_path / "missing" / "data", "No such file")


def test_a_file_of_another_kind_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("Dear diary, " * 100)
    refused(text, "file is not a database")
    assert text.read_text() == "Dear diary, " * 100


def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "theirs"
    connection = sqlite3.connect(data)
    connection.execute("CREATE TABLE documents (mine)")
    connection.close()
    before = data.read_bytes()
    refused(data, "database of another program")
    assert data.read_bytes() == before


def test_a_file_that_another_process_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0)
    data = tmp_path / "data"
    with Sandbox(data=data):
        pass
    connection = sqlite3.connect(data, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    refused(data, "Cannot use the data file now: database is locked")
    connection.close()
