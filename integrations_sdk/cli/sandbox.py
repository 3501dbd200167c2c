"""``integrations sandbox``: the same as ``python -m integrations_sdk.sandbox``."""

from __future__ import annotations

from typing import Final

import click


def _serve(arguments: tuple[str, ...]) -> int:
    try:
        from integrations_sdk.sandbox.__main__ import main
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    try:
        return main(arguments)
    except SystemExit as end:  # of argparse, whose help or complaint is printed by now
        raise click.exceptions.Exit(end.code if isinstance(end.code, int) else 1) from None


sandbox: Final = click.Command(
    "sandbox",
    params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
    callback=_serve,
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
