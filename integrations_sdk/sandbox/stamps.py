"""Identifiers and dates of new records, in the forms that the platforms share."""

import secrets
import time
from datetime import datetime, timezone


def object_id() -> str:
    """Return a new 24-digit hexadecimal id; like MongoDB's, it starts with the time."""
    return f"{int(time.time()):08x}{secrets.token_hex(8)}"


def timestamp() -> str:
    """Return the present moment, such as ``2025-02-11T08:15:30.120Z``."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return now.isoformat(timespec="milliseconds") + "Z"
