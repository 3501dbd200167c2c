"""The tree of commands: platforms, resources, calls, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import click

from integrations_sdk._version import __version__

from . import declared
from .docstrings import described

COMPLETION: Final = "_INTEGRATIONS_COMPLETE"
"""The variable by which a shell asks for completions."""

_WIDTH: Final = 100
_SETTINGS: Final = {"max_content_width": _WIDTH, "help_option_names": ["-h", "--help"]}


class Lazy(click.Group):
    """A group that makes a command when it is asked for, and not to list it.

    Args:
        name: Its own name.
        help: What it is.
        commands: How to make each command, and what a list says of it.
    """

    def __init__(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 -- click's name for it
        commands: dict[str, tuple[str, Callable[[], click.Command]]],
        params: list[click.Parameter] | None = None,
    ) -> None:
        super().__init__(
            name, help=help, params=params, no_args_is_help=True, context_settings=_SETTINGS
        )
        self._made: dict[str, click.Command] = {}
        self._makers = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self._makers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Make a command."""
        if cmd_name not in self._made and cmd_name in self._makers:
            self._made[cmd_name] = self._makers[cmd_name][1]()
        return self._made.get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without making them."""
        lines = [(name, summary) for name, (summary, _) in self._makers.items()]
        with formatter.section("Commands"):
            formatter.write_dl(lines)


def _platform(name: str, class_name: str) -> click.Command:
    """Return the group of a client."""
    client = declared.client_class(class_name)
    found = list(declared.declarations(client))
    commands: dict[str, tuple[str, Callable[[], click.Command]]] = {}
    for resource, class_ in declared.resources(client).items():
        mine = [each for each in found if each.resource == resource]
        summary = described(class_).summary
        commands[resource.replace("_", "-")] = (
            summary,
            partial(_group, resource, summary, mine),
        )
    own = [each for each in found if not each.resource]
    return Lazy(name, help=described(client).summary, commands={**commands, **_calls(own)})


def _group(name: str, summary: str, found: list[declared.Declaration]) -> click.Command:
    return Lazy(name, help=summary, commands=_calls(found))


def _calls(
    found: list[declared.Declaration],
) -> dict[str, tuple[str, Callable[[], click.Command]]]:
    return {
        each.name.replace("_", "-"): (
            described(each.declared).summary,
            partial(_command, each),
        )
        for each in found
    }


def _command(declaration: declared.Declaration) -> click.Command:
    from .command import command_for

    return command_for(declaration)


def _sandbox() -> click.Command:
    from .sandbox import sandbox

    return sandbox


def _doctor() -> click.Command:
    from .doctor import doctor

    return doctor


def _install(ctx: click.Context, _param: click.Parameter, shell: str | None) -> None:
    if shell is None or ctx.resilient_parsing:
        return
    from .completion import install

    click.echo(install(shell, ctx.command, COMPLETION))
    ctx.exit()


def _root() -> click.Group:
    platforms: dict[str, tuple[str, Callable[[], click.Command]]] = {
        name: (
            f"The calls of {class_name}.",
            partial(_platform, name, class_name),
        )
        for name, class_name in declared.clients().items()
    }
    tools: dict[str, tuple[str, Callable[[], click.Command]]] = {
        "doctor": ("Find out what keeps calls from working, and what to do about it.", _doctor),
        "sandbox": ("Serve a local sandbox of all platforms' APIs.", _sandbox),
    }
    version = click.version_option(__version__, message="integrations %(version)s")
    completion = click.Option(
        ["--install-completion"],
        type=click.Choice(["bash", "fish", "zsh"]),
        is_eager=True,
        expose_value=False,
        callback=_install,
        help="Let this shell complete the commands and their options.",
    )
    group = Lazy(
        "integrations",
        help="The integrations APIs of several platforms, from a shell.\n\nA token is read from "
        "the platform's variable, such as LOSANT_ACCESS_TOKEN. To try without an account, start "
        "the sandbox.",
        commands={**platforms, **tools},
        params=[completion],
    )
    return version(group)


root: Final = _root()
