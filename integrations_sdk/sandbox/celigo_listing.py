"""How Celigo lists: ``limit`` and ``after`` with a ``Link`` header, ``include`` and ``exclude``.

The documents leave open what the cursor looks like and in which order a list comes. Here the order
is that of creation, then of the id, and the cursor names the last record that was sent: a record
that is there all the while is listed once, whatever is created or deleted between two pages.
"""

import base64
import re
from typing import TypeAlias

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.platform import Call, Refusal
from integrations_sdk.sandbox.schema import Record, Text

MOST = 1000
"""How many records a page has at most, and without a limit."""

_LIMIT = re.compile("[1-9][0-9]{0,8}")
_NAMES = re.compile(r"[A-Za-z0-9_]+([.,][A-Za-z0-9_]+)*")
_CURSOR = re.compile(r"([-0-9T:.Z]*) ([0-9a-f]{24})")

QUERY = Record(
    {
        "limit": Text(pattern=f"({_LIMIT.pattern})?"),
        "after": Text(),
        "include": Text(pattern=f"({_NAMES.pattern})?"),
        "exclude": Text(pattern=f"({_NAMES.pattern})?"),
    },
    open=True,
)
"""The parameters of a list; a cursor is taken from a ``Link`` header."""

_Tree: TypeAlias = "dict[str, _Tree]"


class BadQuery(Refusal):
    """A parameter of the query that makes no sense."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(400, message)
        self.field = field


def page(call: Call, records: list[JsonObject]) -> tuple[list[JsonObject], dict[str, str]]:
    """Return the page of the records that a call asks for, and the headers that go with it.

    Raises:
        BadQuery: ``limit`` or ``after`` makes no sense.
    """
    limit = _limit(call)
    after = _cursor(call)
    left = sorted((item for item in records if _rank(item) > after), key=_rank)
    if len(left) <= limit:
        return left, {}
    following = call.request.url.include_query_params(after=_cursor_of(left[limit - 1]))
    return left[:limit], {"Link": f'<{following}>; rel="next"'}


def projected(call: Call, records: list[JsonObject]) -> list[JsonObject]:
    """Return the records with the members that a call asks for; ``_id`` is always there.

    Raises:
        BadQuery: ``include`` or ``exclude`` makes no sense, or both are given.
    """
    include, exclude = _tree(call, "include"), _tree(call, "exclude")
    if include and exclude:
        raise BadQuery("exclude", "include and exclude cannot be used together")
    if include:
        return [_only(item, {"_id": {}, **include}) for item in records]
    exclude.pop("_id", None)
    return [_without(item, exclude) for item in records]


def _limit(call: Call) -> int:
    text = call.query("limit") or str(MOST)
    if not _LIMIT.fullmatch(text):
        raise BadQuery("limit", "limit must be a whole number of at least 1")
    return min(int(text), MOST)


def _rank(item: JsonObject) -> tuple[str, str]:
    return str(item.get("createdAt", "")), str(item["_id"])


def _cursor(call: Call) -> tuple[str, str]:
    text = call.query("after")
    if not text:
        return "", ""
    try:
        found = _CURSOR.fullmatch(base64.urlsafe_b64decode(text).decode())
    except ValueError:
        found = None
    if found is None:
        raise BadQuery("after", "after must be taken from a Link header")
    return found[1], found[2]


def _cursor_of(item: JsonObject) -> str:
    return base64.urlsafe_b64encode(" ".join(_rank(item)).encode()).decode()


def _tree(call: Call, parameter: str) -> _Tree:
    """Read names such as ``name,settings.sections`` as the branches of a tree."""
    tree: _Tree = {}
    text = call.query(parameter)
    if not text:
        return tree
    if not _NAMES.fullmatch(text):
        raise BadQuery(parameter, f"{parameter} must be names of fields, separated by commas")
    for name in text.split(","):
        branch = tree
        for step in name.split("."):
            branch = branch.setdefault(step, {})
    return tree


def _only(item: JsonObject, tree: _Tree) -> JsonObject:
    return {name: _inner_only(item[name], tree[name]) for name in item if name in tree}


def _inner_only(value: Json, tree: _Tree) -> Json:
    if isinstance(value, list):
        return [_inner_only(item, tree) for item in value]
    return _only(value, tree) if tree and isinstance(value, dict) else value


def _without(item: JsonObject, tree: _Tree) -> JsonObject:
    return {
        name: _inner_without(value, tree.get(name, {}))
        for name, value in item.items()
        if tree.get(name) != {}
    }


def _inner_without(value: Json, tree: _Tree) -> Json:
    if isinstance(value, list):
        return [_inner_without(item, tree) for item in value]
    return _without(value, tree) if isinstance(value, dict) else value
