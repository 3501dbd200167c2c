"""The library's logger, and what the environment says of it."""

from __future__ import annotations

import logging
import os
from typing import Final

from .errors import ConfigurationError
from .locks import Lock

log: Final = logging.getLogger("integrations_sdk")
VARIABLE: Final = "INTEGRATIONS_SDK_LOG"
"""The environment variable that names a level: ``debug`` or ``info``."""

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}
_LINE: Final = "%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s"
_lock: Final = Lock()
_state: Final = {"is_configured": False}


def configure() -> None:
    """Show the log as the environment asks for, the first time that this is called.

    Lines go to standard error, unless the program has told logging where they go.

    Raises:
        ConfigurationError: When the environment names a level that is none.
    """
    with _lock:
        if not _state["is_configured"]:
            _apply(os.environ.get(VARIABLE, ""))
            _state["is_configured"] = True


def _apply(level: str) -> None:
    if not level:
        return
    if level.lower() not in _LEVELS:
        wanted = " or ".join(_LEVELS)
        raise ConfigurationError(f"the environment variable {VARIABLE} must be {wanted}")
    if not log.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(_LINE, "%H:%M:%S"))
        log.addHandler(handler)
    log.setLevel(_LEVELS[level.lower()])
