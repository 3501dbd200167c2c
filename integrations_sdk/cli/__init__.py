"""``integrations``: the calls of all platforms from a shell.

Nothing here names an endpoint: commands are made of the declared calls, when they are asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

_NEEDED: Final = {"click": "click", "rich": "rich", "yaml": "PyYAML"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code.

    Args:
        arguments: What follows ``integrations`` on the command line; by default that of this
            process.
    """
    missing = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if missing:
        names = ", ".join(missing)
        sys.stderr.write(
            f"The command line needs {names}, not installed: pip install 'integrations-sdk[cli]'\n"
        )
        return 1
    from .app import COMPLETION, root
    from .failures import guarded

    given = list(sys.argv[1:] if arguments is None else arguments)
    if COMPLETION in os.environ:
        root.main(given, prog_name="integrations")
    return guarded(root, given)
