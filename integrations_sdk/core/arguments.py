"""Checks of arguments against what a platform rules out, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from .document import kind
from .errors import InvalidArgumentError

C = TypeVar("C", bound=str)

_OBJECT_ID = re.compile(r"[A-Fa-f0-9]{24}")
_NO_SEGMENTS = frozenset({"", ".", ".."})
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 section 5.6.2
_HEADER_VALUE = r"[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?|"  # section 5.5, ASCII only


def text(name: str, value: str) -> str:
    """Return a text that can be percent-encoded.

    Raises:
        InvalidArgumentError: When UTF-8 cannot write it: it has half of a surrogate pair.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        pass  # raised below: the exception quotes the text
    else:
        return value
    raise InvalidArgumentError(name, "text that UTF-8 can write", "other text")


def filled(name: str, value: object, wanted: str = "an id") -> str:
    """Return a text with something in it.

    Args:
        name: The argument.
        value: What was passed.
        wanted: What would do, for the error.

    Raises:
        InvalidArgumentError: When it is no text, empty, or text that UTF-8 cannot write.
    """
    if not isinstance(value, str):
        raise InvalidArgumentError(name, "text", kind(value))
    if not value:
        raise InvalidArgumentError(name, wanted, "an empty text")
    return text(name, value)


def segment(name: str, value: object) -> str:
    """Return a value that can be one segment of a path.

    Raises:
        InvalidArgumentError: When it is no text, empty, a dot segment (RFC 3986 section 5.2.4),
            or text that UTF-8 cannot write.
    """
    if type(value) is str and value.isascii() and value not in _NO_SEGMENTS:
        return value  # as nearly all are
    written = filled(name, value)
    if written in _NO_SEGMENTS:
        raise InvalidArgumentError(name, "an id", "a dot segment")
    return written


def object_id(name: str, value: object) -> str:
    """Return an id of 24 hexadecimal characters.

    Raises:
        InvalidArgumentError: When it is none. Tells its length, not the id: it may be a token.
    """
    id_ = segment(name, value)
    if _OBJECT_ID.fullmatch(id_) is None:
        got = f"{len(id_)} characters" if len(id_) != 24 else "other characters"  # noqa: PLR2004
        raise InvalidArgumentError(name, "24 hexadecimal characters", got)
    return id_


def choice(name: str, value: C | None, choices: Any) -> C | None:  # noqa: ANN401 -- a Literal
    """Return a value that is None or one of a ``Literal``'s.

    Raises:
        InvalidArgumentError: When it is neither.
    """
    known = get_args(choices)
    if value is None or value in known:
        return value
    raise InvalidArgumentError(name, f"one of {', '.join(known)}", repr(value))


def at_least(name: str, value: int | None, least: int) -> int | None:
    """Return a number that is None or not below another.

    Raises:
        InvalidArgumentError: When it is below, or no whole number.
    """
    if value is None or (type(value) is int and value >= least):
        return value
    got = str(value) if type(value) is int else kind(value)
    raise InvalidArgumentError(name, f"a whole number of at least {least}", got)


def whole_number(name: str, value: object) -> int:
    """Return a whole number.

    Raises:
        InvalidArgumentError: When it is none: a bool, 1.0 and "1" are not.
    """
    if type(value) is int:
        return value
    raise InvalidArgumentError(name, "a whole number", kind(value))


def headers(name: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return headers that can travel, their names in lower case.

    Raises:
        InvalidArgumentError: When a name is none, or a value has a line break or a character
            beyond ASCII. Never quotes the value.
    """
    problem = _problem(name, values)
    if problem is None:
        return {header.lower(): value for header, value in values.items() if isinstance(value, str)}
    del values  # they may be secrets, and this frame may end up in a traceback
    raise InvalidArgumentError(*problem)


def _problem(name: str, values: Mapping[Any, object]) -> tuple[str, str, str] | None:
    for header, value in values.items():
        if not isinstance(header, str):  # callers without a type checker
            return name, "names of headers", kind(header)
        if re.fullmatch(_HEADER_NAME, header) is None:
            return name, "names of headers", f"{len(header)} characters"
        if not isinstance(value, str):
            return f"{name}[{header}]", "one line of visible ASCII", kind(value)
        if re.fullmatch(_HEADER_VALUE, value) is None:
            return f"{name}[{header}]", "one line of visible ASCII", "other text"
    return None
