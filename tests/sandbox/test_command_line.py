"""``python -m integrations_sdk.sandbox``, as a process and as a function."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.__main__ import main
from integrations_sdk.sandbox.sandbox import PLATFORMS

from .facts import APPLICATION, MANY, ONE, PLAIN, python


def variables(lines: list[str]) -> dict[str, str]:
    return dict(line.strip().split("=", 1) for line in lines)


VARIABLES = sum(2 + len(platform.variables) for platform in PLATFORMS)


class Running:
    """A sandbox in a process of its own that has said that it listens."""

    def __init__(self, *arguments: str) -> None:
        self.process = python("-m", "integrations_sdk.sandbox", "--port", "0", *arguments)
        assert self.process.stdout
        self.said = [self.process.stdout.readline() for _ in range(VARIABLES + 3)]
        self.hints = [self.process.stdout.readline() for _ in PLATFORMS]

    def get(self, path: str) -> httpx.Response:
        found = variables([line.removeprefix("export ") for line in self.said[:VARIABLES]])
        headers = {"Authorization": f"Bearer {found['LOSANT_ACCESS_TOKEN']}"}
        return httpx.get(found["LOSANT_BASE_URL"] + path, headers=headers, verify=PLAIN)

    def stop(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        _, complaints = self.process.communicate(timeout=20)
        return self.process.returncode, complaints


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def run(*arguments: str) -> Running:
        running.append(Running(*arguments))
        return running[-1]

    yield run
    for one in running:
        with one.process:
            one.process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop_and_ends_in_silence(
    run: Callable[..., Running], number: int
) -> None:
    sandbox = run()
    assert sandbox.get(ONE).status_code == 200
    assert sandbox.stop(number) == (0, "")


def test_it_ends_in_silence_with_clients_in_mid_request(run: Callable[..., Running]) -> None:
    sandbox = run()
    port = int(sandbox.said[0].split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"POST /losant HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        assert sandbox.get(ONE).status_code == 200
        assert sandbox.stop(signal.SIGTERM) == (0, "")


def test_it_says_nothing_of_requests(run: Callable[..., Running]) -> None:
    sandbox = run()
    sandbox.get(f"{ONE}?api_key=key-SAMPLE")
    sandbox.process.terminate()
    said, complaints = sandbox.process.communicate(timeout=20)
    assert (said, complaints) == ("", "")


def test_the_printed_hints_work_in_a_shell(run: Callable[..., Running], tmp_path: Path) -> None:
    env_file = tmp_path / "with space.env"
    sandbox = run("--env-file", str(env_file))
    source = sandbox.said[-1].removeprefix("#").strip()
    assert source == f"set -a; . '{env_file}'; set +a"
    curl = sandbox.hints[0].removeprefix("#").strip()
    assert curl.endswith(f'"$LOSANT_BASE_URL/applications/{APPLICATION}/integrations"')
    script = f'{source}; eval "set -- $(cat)"; printf "%s\\n" "$@"'
    shell = subprocess.run(
        ["/bin/sh", "-c", script], input=curl, capture_output=True, text=True, check=True
    )
    _, option, header, url = shell.stdout.splitlines()
    assert option == "-H"
    name, value = header.split(": ")
    assert httpx.get(url, headers={name: value}, verify=PLAIN).status_code == 200


def test_the_env_file_is_private_and_says_what_was_printed(
    run: Callable[..., Running], tmp_path: Path
) -> None:
    env_file = tmp_path / "sandbox.env"
    env_file.write_text("OLD=1\n")
    env_file.chmod(0o666)
    sandbox = run("--env-file", str(env_file))
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    written = env_file.read_text().splitlines()
    assert [f"export {line}\n" for line in written] == sandbox.said[:VARIABLES]
    assert list(variables(written))[:2] == ["LOSANT_BASE_URL", "LOSANT_ACCESS_TOKEN"]
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.env"]


def failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    said, complaints = capsys.readouterr()
    assert said == ""
    assert complaints.startswith("sandbox: ")
    assert complaints.count("\n") == 1
    return complaints


def test_a_busy_port_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        complaint = failed(capsys, "--port", str(port))
    assert f"127.0.0.1 port {port}: Address already in use" in complaint


def test_a_data_file_that_cannot_be_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    complaint = failed(capsys, "--port", "0", "--data", str(tmp_path / "no" / "data"))
    assert f"Cannot use {tmp_path / 'no' / 'data'} as the data file" in complaint


@pytest.mark.parametrize("name", ["no/sandbox.env", "folder"])
def test_an_env_file_that_cannot_be_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    complaint = failed(capsys, "--port", "0", "--env-file", str(tmp_path / name))
    assert f"Cannot write the env file {tmp_path / name}" in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_an_env_file_behind_a_link_is_written_where_the_link_leads(
    run: Callable[..., Running], tmp_path: Path
) -> None:
    real, link = tmp_path / "real.env", tmp_path / "link.env"
    real.write_text("OLD=1\n")
    link.symlink_to(real)
    run("--env-file", str(link))
    assert link.is_symlink()
    assert "LOSANT_BASE_URL=" in real.read_text()


@pytest.mark.parametrize("option", ["--env-file", "--data"])
def test_a_file_that_is_none_is_refused_and_left_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert main(["--port", "0", option, str(pipe)]) == 2
    assert "it is not a regular file" in capsys.readouterr().err
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_variables_that_cannot_be_printed_are_one_line_and_exit_code_2() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "integrations_sdk.sandbox", "--port", "0"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "sandbox: Cannot print the variables: No space left on device\n"


def test_a_failure_of_the_process_has_no_traceback(tmp_path: Path) -> None:
    process = python("-m", "integrations_sdk.sandbox", "--port", "0", "--data", str(tmp_path))
    said, complaints = process.communicate(timeout=20)
    assert (process.returncode, said) == (2, "")
    assert complaints.splitlines() == [
        f"sandbox: Cannot use {tmp_path} as the data file: it is not a regular file"
    ]


@pytest.mark.parametrize("port", ["-1", "65536", "http", "1.0", ""])
def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main([f"--port={port}"])
    assert caught.value.code == 2
    assert f"{port!r} is not a number from 0 to 65535" in capsys.readouterr().err


def test_help_explains_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for option in ("--host", "--port", "--data FILE", "--env-file FILE", "--redact", "--switch"):
        assert option in text
    assert "(default: 8787)" in text
    assert "python -m integrations_sdk.sandbox" in text


def test_the_function_ends_at_a_signal_and_puts_the_handlers_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file = tmp_path / "sandbox.env"
    replies: list[httpx.Response] = []
    rename = Path.replace

    def use_and_stop() -> None:
        found = variables(env_file.read_text().splitlines())
        headers = {"Authorization": f"Bearer {found['LOSANT_ACCESS_TOKEN']}"}
        replies.append(httpx.get(found["LOSANT_BASE_URL"] + MANY, headers=headers, verify=PLAIN))
        os.kill(os.getpid(), signal.SIGTERM)

    def replace(draft: Path, target: Path) -> Path:
        # The file appears when the sandbox listens already.
        path = rename(draft, target)
        threading.Thread(target=use_and_stop).start()
        return path

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.chdir(tmp_path)
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert main(["--port", "0", "--env-file", "sandbox.env", "--redact"]) == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    assert replies[0].status_code == 200
    assert "pw-SAMPLE-1" not in replies[0].text
    assert f". {env_file}; set +a" in capsys.readouterr().out


def test_a_signal_that_comes_while_it_starts_is_not_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Sandbox.start

    def start_under_fire(sandbox: Sandbox) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        start(sandbox)

    monkeypatch.setattr(Sandbox, "start", start_under_fire)
    assert main(["--port", "0"]) == 0
    assert "paste the lines above" in capsys.readouterr().out
