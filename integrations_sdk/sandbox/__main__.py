"""``python -m integrations_sdk.sandbox``: serves until it is stopped."""

import argparse
import contextlib
import os
import shlex
import signal
import sys
import tempfile
import threading
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.sandbox import PLATFORMS, Sandbox
from integrations_sdk.sandbox.server import HIGHEST_PORT
from integrations_sdk.sandbox.switches import known


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox until Ctrl-C or SIGTERM, and return the exit code."""
    options = _parser().parse_args(arguments)
    with _stop_signals() as stopping:
        try:
            sandbox = Sandbox(
                host=options.host,
                port=options.port,
                data=options.data,
                redact=options.redact,
                switches=dict(options.switch),
            )
            with sandbox:
                _announce(sandbox, options.env_file)
                # With a timeout, because on Windows a wait without one cannot be interrupted.
                while not stopping.wait(timeout=1):
                    pass
        except SandboxError as error:
            print(f"sandbox: {error}", file=sys.stderr)
            return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m integrations_sdk.sandbox",
        description="Serve a local sandbox of the platforms' APIs, with example data and a memory, "
        "until it is stopped with Ctrl-C. It prints the variables that point a client at it.",
        epilog=_switches_in_words(),
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s, which only this machine can reach)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8787,
        help="port to listen on, 0 for a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="keep all data in this SQLite file, made when missing (default: in memory)",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="write the variables to this file, readable by you alone, once listening",
    )
    parser.add_argument(
        "--redact",
        action="store_true",
        help="show ****** in the place of secrets, for demonstrations",
    )
    parser.add_argument(
        "--switch",
        type=_switch,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="choose where revisions of an API differ; may come more than once",
    )
    return parser


def _switches_in_words() -> str:
    choices = [f"{name}={'|'.join(values)}" for name, values in known(PLATFORMS).items()]
    return f"Switches, the default first: {', '.join(choices)}" if choices else ""


def _switch(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {HIGHEST_PORT}")
    return int(text)


@contextlib.contextmanager
def _stop_signals() -> Generator[threading.Event, None, None]:
    """Turn Ctrl-C and SIGTERM into an event."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _announce(sandbox: Sandbox, env_file: Path | None) -> None:
    variables = sandbox.environment()
    if env_file is not None:
        _write_private(env_file, variables)
    lines = [f"export {name}={value}" for name, value in variables.items()]
    lines += ["", f"# The sandbox listens on {sandbox.url} (Ctrl-C stops it). In another shell:"]
    if env_file is None:
        lines.append("#   paste the lines above")
    else:
        lines.append(f"#   set -a; . {shlex.quote(str(env_file.absolute()))}; set +a")
    lines += [f"#   {platform.hint}" for platform in PLATFORMS]
    lines.append(f"# Calls, faults and state, in a browser: {sandbox.url}/")
    try:
        print("\n".join(lines), flush=True)
    except OSError as error:
        # Python would complain of what it could not write once more when it exits.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - closed by the exit
        raise SandboxError(f"Cannot print the variables: {error.strerror}") from error


def _write_private(path: Path, variables: Mapping[str, str]) -> None:
    """Write the whole file at once: whoever waits for it to appear finds it complete."""
    path = path.resolve()  # what a link leads to is replaced, not the link
    if path.exists() and not path.is_file():
        raise SandboxError(f"Cannot write the env file {path}: it is not a regular file")
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w") as file:
                file.writelines(f"{name}={value}\n" for name, value in variables.items())
            Path(draft).replace(path)
        except OSError:
            Path(draft).unlink()
            raise
    except OSError as error:
        raise SandboxError(f"Cannot write the env file {path}: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
