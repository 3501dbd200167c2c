from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import click
import pytest

import integrations_sdk
from integrations_sdk import Losant
from integrations_sdk.cli import app, declared
from integrations_sdk.cli.clients import Constructor
from integrations_sdk.cli.command import command_for
from integrations_sdk.cli.declared import Declaration
from integrations_sdk.cli.options import Option
from integrations_sdk.core.call import Call, Operation
from integrations_sdk.core.faces import Declared, endpoint
from integrations_sdk.core.steps import DeclaredSession

from .conftest import Program

CLIENTS = declared.clients()
DECLARATIONS = {
    f"{client} {each.resource} {each.name}": each
    for client, name in CLIENTS.items()
    for each in declared.declarations(declared.client_class(name))
}
NOT_COMMANDS = {
    "celigo integration.patch": "asked by the steps of the same name",
    "cxengage token.request": "asked for by a client itself, when it needs a token",
}
SESSIONS = {
    "celigo integration edit": "--set, --set-secret and --file are what the block changes",
    "celigo integration managed_update": "the same",
}


def _operations(package: str) -> Iterator[Operation[object]]:
    """Find the operations of a platform wherever a module of it has one."""
    path = import_module(f"integrations_sdk.{package}").__path__
    for module in pkgutil.iter_modules(path):
        for value in vars(import_module(f"integrations_sdk.{package}.{module.name}")).values():
            if isinstance(value, Operation):
                yield value


def _commands(
    command: click.Command, *path: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _commands(inner, *path, name)


COMMANDS = dict(_commands(app.root))


def test_every_client_of_the_front_door_has_a_command() -> None:
    names = {name for name in dir(integrations_sdk) if f"Async{name}" in dir(integrations_sdk)}
    assert set(CLIENTS.values()) == {
        name for name in names if not name.endswith(("Transport", "Page", "Pages"))
    }


def test_every_operation_of_every_platform_is_a_command_or_has_its_reason() -> None:
    reached = {id(each.operation) for each in DECLARATIONS.values()}
    packages = {name.partition("-")[0] for name in CLIENTS}
    missing = {
        f"{package} {operation.name}"
        for package in packages
        for operation in _operations(package)
        if id(operation) not in reached
    }
    assert missing == set(NOT_COMMANDS)


def test_every_declaration_in_the_source_is_a_command() -> None:
    for package in {name.partition("-")[0] for name in CLIENTS}:
        path = import_module(f"integrations_sdk.{package}").__path__
        for module in pkgutil.iter_modules(path):
            for owner in vars(import_module(f"integrations_sdk.{package}.{module.name}")).values():
                for value in vars(owner).values() if isinstance(owner, type) else ():
                    if isinstance(value, Declared):
                        assert any(each.declared is value for each in DECLARATIONS.values())


@pytest.mark.parametrize("declaration", DECLARATIONS.values(), ids=list(DECLARATIONS))
def test_every_declared_call_has_a_command_with_an_option_for_each_parameter(
    declaration: Declaration,
) -> None:
    command = command_for(declaration)
    path = [name for name, class_ in CLIENTS.items() if class_ == declaration.client.__name__]
    path += [declaration.resource, declaration.name] if declaration.resource else [declaration.name]
    assert tuple(part.replace("_", "-") for part in path) in COMMANDS
    options = [each for each in command.params if isinstance(each, Option)]
    offered = {each.argument for each in options if each.kind == "call"}
    bodies = declaration.parameters.keys() - offered
    assert len(bodies) <= 1
    assert not bodies or any(each.kind == "body" for each in options)
    assert all(each.help for each in options)


def test_every_session_has_a_form_that_is_thought_of() -> None:
    found = {
        name for name, each in DECLARATIONS.items() if isinstance(each.declared, DeclaredSession)
    }
    assert found == set(SESSIONS)


def test_no_two_options_of_a_command_have_the_same_name() -> None:
    for path, command in COMMANDS.items():
        names = [name for each in command.params for name in each.opts + each.secondary_opts]
        assert len(names) == len(set(names)), path


def test_an_argument_with_the_name_of_an_option_of_all_commands_has_the_calls_before_it() -> None:
    options = {
        name for each in COMMANDS["celigo", "integration", "list"].params for name in each.opts
    }
    assert {"--limit", "--list-limit"} <= options


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_fits_100_columns(path: tuple[str, ...], integrations: Program) -> None:
    ran = integrations(*path, "--help")
    if path == ("sandbox",):
        assert "Serve a local sandbox" in ran.out
        return
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 100
    assert "``" not in ran.out
    assert "Usage: integrations" in ran.out


@pytest.mark.parametrize("client", CLIENTS.values())
def test_the_first_secret_of_every_client_is_read_from_a_variable(client: str) -> None:
    constructor = Constructor(declared.client_class(client))
    assert constructor.variable(constructor.secrets[0])


def test_the_help_imports_no_platform_and_nothing_that_draws() -> None:
    program = (
        "import sys; from integrations_sdk.cli import main; main(['--help']);"
        "print(sorted(name for name in sys.modules if name.count('.') < 2), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    for name in ("losant", "celigo", "polis", "cxengage", "optimizeplayer", "sandbox"):
        assert f"'integrations_sdk.{name}'" not in done.stderr
        assert name in done.stdout
    for name in ("rich", "yaml", "httpx", "httpcore", "asyncio", "cattrs"):
        assert f"'{name}'" not in done.stderr


def test_the_version_is_told(integrations: Program) -> None:
    assert integrations("--version").out == f"integrations {integrations_sdk.__version__}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["losant", "nonsense"], ["losant", "--x"]])
def test_what_is_no_command_is_a_usage_error(arguments: list[str], integrations: Program) -> None:
    ran = integrations(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert "No such" in ran.err


def test_a_new_endpoint_appears_without_new_code() -> None:
    ping: Operation[None] = Operation(
        name="ping", method="GET", path="/ping/{thing}", returns=type(None)
    )

    class Newer(Losant):
        @endpoint(ping)
        def ping_it(self, *, thing: str, loud: bool = False) -> Call[None]:
            """Ping a thing.

            Args:
                thing: What to ping.
                loud: Let it be heard.
            """
            return ping({"thing": thing}, query={"loud": loud})

    found = {each.name: each for each in declared.declarations(Newer)}
    command = command_for(found["ping_it"])
    shown = command.get_help(click.Context(command, info_name="ping-it"))
    assert command.name == "ping-it"
    assert "--thing TEXT" in shown
    assert "--loud / --no-loud" in shown
