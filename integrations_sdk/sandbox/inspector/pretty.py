"""JSON for people: indented, and coloured by what it is."""

import json

from integrations_sdk.sandbox.documents import Json
from integrations_sdk.sandbox.inspector.html import Html, element, join
from integrations_sdk.sandbox.schema import MASK


def pretty(value: Json, indent: str = "") -> Html:
    """Return a document as markup for a ``pre``.

    Args:
        value: The document.
        indent: What its further lines begin with.
    """
    deeper = f"{indent}  "
    match value:
        case dict() if value:
            rows = [
                join([element("b", None, _text(name)), ": ", pretty(each, deeper)])
                for name, each in value.items()
            ]
            return _block("{", rows, "}", indent)
        case list() if value:
            return _block("[", [pretty(each, deeper) for each in value], "]", indent)
        case str() if value == MASK:
            return element("span", {"class": "hidden-value"}, _text(value))
        case str():
            return element("i", None, _text(value))
        case _:
            return element("em", None, json.dumps(value))


def _block(opening: str, rows: list[Html], closing: str, indent: str) -> Html:
    lines = Html(f",\n{indent}  ").join(rows)
    return Html(f"{opening}\n{indent}  {lines}\n{indent}{closing}")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
