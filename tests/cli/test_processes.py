"""The program as a process: pipes, signals, terminals, disks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from ..transports.scripted import Peer, Server

pty = pytest.importorskip("pty", reason="NOT TESTED: needs POSIX")
PROGRAM = [sys.executable, "-m", "integrations_sdk.cli"]
LIST = [*PROGRAM, "losant", "integration", "list", "--application-id", APPLICATION]
ONE = ["--application-id", APPLICATION, "--integration-id", INTEGRATION]


@pytest.fixture
def environment(sandbox: Sandbox) -> dict[str, str]:
    own = {"COLUMNS": "100", "TERM": "xterm-256color", "PYTHONUNBUFFERED": ""}
    return {**os.environ, **sandbox.environment(), **own}


def on_a_terminal(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run a command whose every stream is a terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment
    ) as process:
        os.close(follower)
        shown = b"".join(_read(leader))
    os.close(leader)
    return process.returncode, shown.decode()


def _read(leader: int) -> Iterator[bytes]:
    with suppress(OSError):  # Linux's word for the end
        while data := os.read(leader, 65536):
            yield data


def test_a_terminal_gets_a_table_in_colours(environment: dict[str, str]) -> None:
    code, shown = on_a_terminal(LIST, environment)
    assert code == 0
    assert "integrationType" in shown
    assert "\x1b[1m" in shown
    assert "6 found" in shown
    _, plain = on_a_terminal(LIST, {**environment, "NO_COLOR": "1"})
    assert "\x1b[3" not in plain


def test_a_pipe_gets_neither_colours_nor_a_table(environment: dict[str, str]) -> None:
    done = subprocess.run(LIST, capture_output=True, env=environment, text=True, check=True)
    assert "\x1b" not in done.stdout + done.stderr
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 6


def test_a_secret_that_is_typed_does_not_show(environment: dict[str, str]) -> None:
    token = environment.pop("LOSANT_ACCESS_TOKEN")
    leader, follower = pty.openpty()
    get = [*PROGRAM, "losant", "integration", "get", *ONE]
    with subprocess.Popen(
        get,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(follower)
        shown = b""
        while b"access token" not in shown:
            shown += os.read(leader, 65536)
        os.write(leader, f"{token}\n".encode())
        shown += b"".join(_read(leader))
    os.close(leader)
    assert process.returncode == 0
    assert token not in shown.decode()
    assert "Cold room broker" in shown.decode()


def test_a_reader_that_leaves_is_not_complained_about(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        LIST, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NOT TESTED: there is no /dev/full")
@pytest.mark.parametrize("output", ["table", "json", "jsonl", "yaml"])
def test_a_full_disk_is_told(output: str, environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*LIST, "--output", output],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "Cannot write the output: No space left on device\n"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["get", *ONE], "Interrupted\n"),
        (["delete", *ONE], "Interrupted: delete may or may not have happened: read"),
    ],
)
def test_ctrl_c_ends_it_and_says_what_it_leaves_open(
    call: list[str], said: str, environment: dict[str, str]
) -> None:
    came = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        came.set()
        peer.silence()

    with Server(script) as server:
        environment["LOSANT_BASE_URL"] = server.url
        with subprocess.Popen(
            [*PROGRAM, "losant", "integration", *call],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        ) as process:
            assert came.wait(timeout=20)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert err.startswith(said)
    assert "Traceback" not in err


def test_a_wrong_token_is_an_exit_code(environment: dict[str, str]) -> None:
    environment["LOSANT_ACCESS_TOKEN"] = "t0ken-canary"
    done = subprocess.run(LIST, capture_output=True, env=environment, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("AuthenticationError: ")
    assert "t0ken-canary" not in done.stderr


def test_the_sandbox_is_served(tmp_path: Path) -> None:
    variables = tmp_path / "sandbox.env"
    serve = [*PROGRAM, "sandbox", "--port", "0", "--env-file", str(variables)]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        announced = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.returncode == 0
    assert announced.startswith("export ")
    assert "LOSANT_BASE_URL=http://127.0.0.1:" in variables.read_text()


@pytest.mark.parametrize("missing", ["click", "rich", "yaml"])
def test_without_the_extra_it_says_which_to_install(missing: str, tmp_path: Path) -> None:
    hide = (
        "import sys, importlib.util as u; real = u.find_spec;"
        f"u.find_spec = lambda name, *rest: None if name == {missing!r} else real(name, *rest);"
        "from integrations_sdk.cli import main; sys.exit(main(['--help']))"
    )
    done = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'integrations-sdk[cli]'" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_is_installed_where_the_shell_looks_for_it(shell: str, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [*PROGRAM, "--install-completion", shell],
        capture_output=True,
        env=environment,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (written,) = (each for each in tmp_path.rglob("*integrations*") if each.is_file())
    assert str(written) in done.stdout
    assert "_INTEGRATIONS_COMPLETE" in written.read_text()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("integrations los", {"losant"}),
        ("integrations celigo integration cl", {"clone"}),
        ("integrations losant integration list --app", {"--application-id"}),
        ("integrations losant integration list --sort-direction ", {"asc", "desc"}),
        ("integrations cxengage integration get --integration-id tw", {"twilio"}),
        ("integrations doctor polis", {"polis", "polis-auth"}),
    ],
)
def test_commands_options_and_values_are_completed(words: str, offered: set[str]) -> None:
    environment = {
        **os.environ,
        "_INTEGRATIONS_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(PROGRAM, capture_output=True, env=environment, text=True, check=True)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered
