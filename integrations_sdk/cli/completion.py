"""Shell completion: the script that a shell reads, and where it reads it from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click
from click.shell_completion import get_completion_class

_PLACES: Final = {
    "bash": ("XDG_DATA_HOME", ".local/share", "bash-completion/completions/integrations"),
    "fish": ("XDG_CONFIG_HOME", ".config", "fish/completions/integrations.fish"),
    "zsh": ("ZDOTDIR", "", ".zfunc/_integrations"),
}
_NEXT: Final = {
    "bash": "Open a new shell. It needs bash-completion, which most systems have.",
    "fish": "Open a new shell.",
    "zsh": "Have in .zshrc: fpath+=~/.zfunc; autoload -Uz compinit && compinit. Open a new shell.",
}


def install(shell: str, command: click.Command, variable: str) -> str:
    """Write the script for a shell to where it looks for it, and say what is left to do.

    Raises:
        ClickException: When it cannot be written.
    """
    class_ = get_completion_class(shell)
    if class_ is None:
        raise click.ClickException(f"{shell} is not known")
    home, default, below = _PLACES[shell]
    path = Path(os.environ.get(home) or Path.home() / default) / below
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(class_(command, {}, "integrations", variable).source())
    except OSError as error:
        raise click.ClickException(f"Cannot write {path}: {error.strerror}") from None
    return f"Written: {path}\n{_NEXT[shell]}"
