"""JSON as the sandbox takes it: strictly, so that whatever is stored can be sent again."""

import json
import math
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, "Json"]

MAX_DEPTH = 100
"""How deep a document may nest: far above any real one, far below any interpreter's limit."""


class NotJsonError(ValueError):
    """The bytes are not JSON, or not JSON that could be sent on as it came."""


def parse(body: bytes) -> Json:
    """Read one JSON text, more strictly than the standard library does.

    Raises:
        NotJsonError: The text is not UTF-8 or not JSON, is nested too deeply, or holds a number
            that is not finite or a character that cannot be encoded.
    """
    try:
        value: Json = json.loads(body.decode(), parse_constant=_constant, parse_float=_finite)
        # A lone surrogate such as "\ud800" parses, but can never be sent as UTF-8.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise NotJsonError("nested too deeply") from None
    except ValueError as error:
        raise NotJsonError(str(error)) from None
    if is_deep(value):
        raise NotJsonError("nested too deeply")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def is_deep(value: Json) -> bool:
    """Tell whether a document nests deeper than ``MAX_DEPTH``."""
    # Layer by layer: a recursive walk would meet the very limit it looks for.
    layer = [value]
    for _ in range(MAX_DEPTH):
        layer = [child for node in layer for child in _children(node)]
    return bool(layer)


def _children(node: Json) -> list[Json]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
