"""JSON documents as such, without a model: parse them, name their kinds, hide what they say."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeGuard, Union

from .secret import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

JSON: TypeAlias = Union[bool, int, float, str, "list[JSON]", "dict[str, JSON]", None]
"""Any value that JSON can hold."""

_DEEPEST: Final = 100  # far above any API's documents, far below Python's limit on recursion
_NESTED: Final = frozenset({dict, list})
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"  # of the byte order, as a character
_LARGE: Final = 1024 * 1024  # bytes: for less, importing a faster parser does not pay


def is_object(value: object) -> TypeGuard[dict[str, JSON]]:
    """Tell whether a parsed value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[JSON]]:
    """Tell whether a parsed value is an array."""
    return isinstance(value, list)


def parse(content: bytes | str, *, unique: bool = False) -> JSON:
    """Parse JSON as RFC 8259 has it: no NaN, no infinity, nor a number that Python takes for one.

    Args:
        content: The document; a byte order mark before it is passed over.
        unique: Refuse an object that has a member twice, of which readers take either one.

    Raises:
        ValueError: When it is not JSON, nested beyond reason, or has text that UTF-8 cannot write;
            quotes no part of it.
    """
    try:
        document = _read_unique(content) if unique else _read(content)
        if _openings(content) > _DEEPEST:  # else it cannot be deeper
            _bound(document)
    except RecursionError:
        problem = "JSON nested beyond reason"
    except json.JSONDecodeError as error:
        problem = f"broken JSON (line {error.lineno}, column {error.colno})"
    except _TwiceError:
        problem = "JSON with a member twice in one object"
    except ValueError:  # no UTF-8, half of a surrogate pair, NaN, a number beyond Python's reach
        problem = "text that is not JSON"
    else:
        return document
    del content
    raise ValueError(problem)  # outside of the handlers: their exceptions hold the document


def _read(content: bytes | str) -> JSON:
    if len(content) >= _LARGE and (msgspec := _msgspec()) is not None:
        try:
            parsed: JSON = msgspec.json.decode(content)
        except (msgspec.DecodeError, ValueError, RecursionError):
            pass  # it refuses more than the standard library does, and in other words
        else:
            return parsed
    return _decoded(content, _DECODER)


def _read_unique(content: bytes | str) -> JSON:
    return _decoded(content, _UNIQUE)


def _decoded(content: bytes | str, decoder: json.JSONDecoder) -> JSON:
    if isinstance(content, bytes):
        content = content.decode(json.detect_encoding(content))
    elif not content.isascii():
        content.encode()  # raises, where there is half of a surrogate pair
        content = content.removeprefix(_MARK)
    document: JSON = decoder.decode(content)
    if "\\" in content and _SURROGATE.search(content) is not None:
        json.dumps(document, ensure_ascii=False).encode()  # the same
    return document


@cache
def _msgspec() -> ModuleType | None:
    try:
        import msgspec
    except ImportError:
        return None
    return msgspec


def _openings(content: bytes | str) -> int:
    if isinstance(content, bytes):
        return content.count(b"[") + content.count(b"{")
    return content.count("[") + content.count("{")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def kind(value: object) -> str:
    """Name the kind of a value, in the words of JSON where it is JSON."""
    if value is None:
        return "null"
    for type_, name in ((bool, "bool"), (dict, "object"), (list, "array"), (str, "str")):
        if isinstance(value, type_):
            return name
    return type(value).__name__


def shape(document: JSON) -> JSON:
    """Return a document with every text and number replaced by its kind."""
    return _replace(document, lambda leaf: f"<{kind(leaf)}>")


def mask(document: JSON) -> JSON:
    """Return a document with every text and number replaced by the mask of a secret."""
    return _replace(document, lambda _: MASK)


def sentences(said: JSON, without: str | None = None) -> Iterator[str]:
    """Find what an error's body says, wherever it says it; each with the names that lead there.

    Args:
        said: The body, of any shape.
        without: A member that says nothing to people.
    """
    if isinstance(said, str) and said.strip():
        yield said
    elif isinstance(said, list):
        for item in said:
            yield from sentences(item, without)
    elif isinstance(said, dict):
        for name, member in said.items():
            for sentence in sentences(member, without) if name != without else ():
                yield sentence if name == "message" else f"{name}: {sentence}"


def is_page(content: bytes) -> bool:
    """Tell whether a body is a page, in HTML or XML, with or without a byte order mark."""
    return content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def find(document: JSON, wanted: Callable[[object], bool], path: str = "") -> str | None:
    """Return the path of the first value that is wanted, if there is one."""
    if wanted(document):
        return path
    members = (
        ((f".{name}", member) for name, member in document.items())
        if isinstance(document, dict)
        else ((f"[{index}]", item) for index, item in enumerate(document))
        if isinstance(document, list)
        else ()
    )
    found = (find(member, wanted, path + step) for step, member in members)
    return next((where for where in found if where is not None), None)


def is_foreign(value: object) -> bool:
    """Tell whether a value is none that JSON knows: a set, NaN."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is not None and not isinstance(value, (bool, int, str, dict, list))


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


class _TwiceError(ValueError):
    """An object has a member twice."""


def _once(members: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(members)
    if len(found) != len(members):
        raise _TwiceError
    return found


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
_UNIQUE: Final = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_once
)


def _bound(document: JSON) -> None:
    level: list[dict[str, Any] | list[Any]] = [[document]]
    for _ in range(_DEEPEST + 2):
        if not level:
            return
        level = [
            value
            for outer in level
            for value in (outer.values() if isinstance(outer, dict) else outer)
            if type(value) in _NESTED
        ]
    raise RecursionError


def _replace(document: JSON, leaf: Callable[[JSON], JSON]) -> JSON:
    if isinstance(document, dict):
        return {name: _replace(member, leaf) for name, member in document.items()}
    if isinstance(document, list):
        return [_replace(item, leaf) for item in document]
    return document if document is None or isinstance(document, bool) else leaf(document)
