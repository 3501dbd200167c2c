"""Date-times as the platforms write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

_USUAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)  # JavaScript's
_RFC3339: Final = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)?"


def parse(text: str) -> datetime:
    """Read an RFC 3339 date-time; one without a zone stays naive.

    Raises:
        ValueError: When it is none.
    """
    if _USUAL.fullmatch(text):  # what the rest comes to, in a fraction of the time
        return datetime.fromisoformat(f"{text[:-1]}+00:00")
    match = re.fullmatch(_RFC3339, text, re.ASCII)
    if match is None:
        raise ValueError("no RFC 3339 date-time")
    day, time, fraction, zone = match.groups()
    offset = {None: "", "Z": "+00:00", "z": "+00:00"}.get(zone, zone)
    return datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6]:0<6}{offset}")


def six_digits(moment: datetime) -> str:
    """Write a date-time the way Ruby on Rails once did: six digits of a second, a zone if any."""
    return moment.isoformat(timespec="microseconds")


def javascript(moment: datetime) -> str:
    """Write a date-time the way JavaScript does: milliseconds, and ``Z`` for UTC.

    Digits beyond milliseconds are kept where there are any.
    """
    text = moment.isoformat(
        timespec="microseconds" if moment.microsecond % 1000 else "milliseconds"
    )
    return f"{text[:-6]}Z" if moment.utcoffset() == timedelta(0) else text
