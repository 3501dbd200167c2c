"""Tables of what a document may hold, and the one way in which they are checked.

A platform declares its members as data, for example::

    Record({"port": Number(1, 65535), "password": Text(1, 1024, secret=True)}, required=["port"])

``check`` finds everything that a value does wrong by such a table; ``mask`` hides its secrets.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from integrations_sdk.sandbox.documents import Json

MASK = "******"


@dataclass(frozen=True)
class Text:
    """A string of ``least`` to ``most`` characters, or of any length, that a pattern fits."""

    least: int = 0
    most: int | None = None
    secret: bool = False
    pattern: str | None = None


@dataclass(frozen=True)
class Number:
    """A number from ``least`` to ``most``."""

    least: int
    most: int


@dataclass(frozen=True)
class Flag:
    """``true`` or ``false``; 0, 1 and strings are not."""


@dataclass(frozen=True)
class Choice:
    """One of a closed set of strings."""

    values: Sequence[str]


@dataclass(frozen=True)
class Nullable:
    """``null``, or what another rule allows."""

    rule: "Rule"


@dataclass(frozen=True)
class Items:
    """An array of what another rule allows; ``unique`` forbids that a string comes twice."""

    rule: "Rule"
    most: int | None = None
    unique: bool = False


@dataclass(frozen=True)
class Record:
    """An object of known members.

    Attributes:
        members: The rule of each member; any other member is forbidden unless ``open``.
        required: Members that must be there.
        one_of: Members of which exactly one must be there.
        open: Whether members beyond the known ones are allowed.
    """

    members: Mapping[str, "Rule"]
    required: Sequence[str] = ()
    one_of: Sequence[str] = ()
    open: bool = False


@dataclass(frozen=True)
class Either:
    """What any one of several rules allows."""

    rules: Sequence["Rule"]


@dataclass(frozen=True)
class Anything:
    """Any value."""


Rule: TypeAlias = Text | Number | Flag | Choice | Nullable | Items | Record | Either | Anything


class Violation(NamedTuple):
    """One way in which a document breaks its schema, at a dotted path such as ``a.b[2].c``."""

    path: str
    rule: Literal["required", "unknown", "type", "choice", "limit", "pattern", "unique", "one-of"]
    message: str


def check(rule: Rule, value: Json, path: str = "") -> Iterator[Violation]:
    """Yield what is wrong with a value.

    Args:
        rule: What the value may be.
        value: The value, as it was parsed.
        path: Where it stands in its document; empty for the document itself.
    """
    match rule:
        case Items():
            yield from _check_items(rule, value, path)
        case Record():
            yield from _check_record(rule, value, path)
        case Nullable():
            if value is not None:
                yield from check(rule.rule, value, path)
        case Either():
            if all(any(check(one, value)) for one in rule.rules):
                yield Violation(path, "type", f"{path or 'The document'} is of none of its kinds")
        case Anything():
            pass
        case _:
            yield from _check_plain(rule, value, path)


def _check_plain(
    rule: Text | Number | Flag | Choice, value: Json, path: str
) -> Iterator[Violation]:
    match rule:
        case Text():
            yield from _check_text(rule, value, path)
        case Number():
            yield from _check_number(rule, value, path)
        case Flag():
            yield from _check_flag(value, path)
        case Choice():
            yield from _check_choice(rule, value, path)


def _check_text(rule: Text, value: Json, path: str) -> Iterator[Violation]:
    if not isinstance(value, str):
        yield Violation(path, "type", f"{path} must be a string")
    elif rule.most is not None and not rule.least <= len(value) <= rule.most:
        message = f"{path} must have {rule.least} to {rule.most} characters, not {len(value)}"
        yield Violation(path, "limit", message)
    elif rule.pattern is not None and not re.fullmatch(rule.pattern, value):
        yield Violation(path, "pattern", f"{path} is not of its form")


def _check_number(rule: Number, value: Json, path: str) -> Iterator[Violation]:
    # In Python, unlike in JSON, a boolean is a number.
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Violation(path, "type", f"{path} must be a number")
    elif not rule.least <= value <= rule.most:
        yield Violation(path, "limit", f"{path} must be from {rule.least} to {rule.most}")


def _check_flag(value: Json, path: str) -> Iterator[Violation]:
    if not isinstance(value, bool):
        yield Violation(path, "type", f"{path} must be true or false")


def _check_choice(rule: Choice, value: Json, path: str) -> Iterator[Violation]:
    if value not in rule.values:
        yield Violation(path, "choice", f"{path} must be one of: {', '.join(rule.values)}")


def _check_items(rule: Items, value: Json, path: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield Violation(path, "type", f"{path} must be an array")
        return
    if rule.most is not None and len(value) > rule.most:
        yield Violation(path, "limit", f"{path} must have at most {rule.most} items")
    strings = [item for item in value if isinstance(item, str)]
    if rule.unique and len(set(strings)) < len(strings):
        yield Violation(path, "unique", f"{path} must not hold the same item twice")
    for index, item in enumerate(value):
        yield from check(rule.rule, item, f"{path}[{index}]")


def _check_record(rule: Record, value: Json, path: str) -> Iterator[Violation]:
    subject, prefix = (path, f"{path}.") if path else ("The document", "")
    if not isinstance(value, dict):
        yield Violation(path, "type", f"{subject} must be an object")
        return
    for name in rule.required:
        if name not in value:
            yield Violation(prefix + name, "required", f"{prefix}{name} is required")
    if rule.one_of and sum(name in value for name in rule.one_of) != 1:
        names = " and ".join(rule.one_of)
        yield Violation(path, "one-of", f"{subject} must have exactly one of {names}")
    for name, content in value.items():
        if name in rule.members:
            yield from check(rule.members[name], content, prefix + name)
        elif not rule.open:
            message = f"{prefix}{name} is not allowed here; allowed are: {', '.join(rule.members)}"
            yield Violation(prefix + name, "unknown", message)


def mask(rule: Rule, value: Json) -> Json:
    """Return a value with its secrets replaced by asterisks."""
    match rule, value:
        case Text(secret=True), str():
            return MASK
        case Nullable(), _:
            return mask(rule.rule, value)
        case Items(), list():
            return [mask(rule.rule, item) for item in value]
        case Record(), dict():
            return {
                name: mask(rule.members[name], content) if name in rule.members else content
                for name, content in value.items()
            }
        case _:
            return value
