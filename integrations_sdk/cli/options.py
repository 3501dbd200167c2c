"""From the type of a parameter to an option."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal, Union, get_args, get_origin

import click
from click.shell_completion import CompletionItem

from integrations_sdk.core.model import Model, Unset
from integrations_sdk.core.secret import Secret

_ABSENT: Final = (type(None), Unset)
_LISTS: Final = (list, Iterable)


class Option(click.Option):
    """An option that knows under which heading of the help it belongs, and whose value it is.

    Args:
        declarations: Its names.
        section: The heading.
        kind: Whom its value is for: the call, the client or the output.
        argument: The name of the argument there.
        settings: As click's own.
    """

    def __init__(
        self,
        declarations: list[str],
        *,
        section: str,
        kind: str,
        argument: str,
        **settings: Any,
    ) -> None:
        super().__init__([*declarations, f"{kind}__{argument}"], **settings)
        self.section: str = section
        self.kind: str = kind
        self.argument: str = argument


class Text(click.ParamType[str]):
    """A text; values that are known are offered to whoever completes."""

    name: str = "text"

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known: tuple[str, ...] = tuple(known)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the values that are known."""
        return [CompletionItem(value) for value in self.known if value.startswith(incomplete)]


class Place(click.ParamType[str | int]):
    """A name, or a place that is counted from 0."""

    name: str = "name|number"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | int:
        """Take digits for a number."""
        return int(value) if value.isascii() and value.isdecimal() else value


class Moment(click.ParamType[datetime]):
    """A date and a time, as ISO 8601 has it."""

    name: str = "timestamp"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it; one without a time zone is refused."""
        try:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            self.fail("expected a moment such as 2026-11-22T03:04:05Z", param, ctx)
        if moment.tzinfo is None:
            self.fail("it needs a time zone: 2026-11-22T03:04:05Z", param, ctx)
        return moment


class Pair(click.ParamType[tuple[str, str]]):
    """A name and a value."""

    name: str = "name=value"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Take the two apart."""
        name, separator, rest = value.partition("=")
        if not (separator and name):
            self.fail("expected NAME=VALUE", param, ctx)
        return name, rest


def arms(annotation: Any) -> Iterator[Any]:
    """Return what a union is made of, without what stands for nothing."""
    if get_origin(annotation) in {Union, types.UnionType}:
        for arm in get_args(annotation):
            yield from arms(arm)
    elif annotation not in _ABSENT:
        yield annotation


def is_secret(annotation: Any) -> bool:
    """Tell whether a parameter takes a secret."""
    return Secret in arms(annotation)


def model_of(annotation: Any) -> type[Model] | None:
    """Return the model that a parameter takes, if it takes one."""
    return next((arm for arm in arms(annotation) if _is_model(arm)), None)


def item_of(annotation: Any) -> type[Model] | None:
    """Return the model of which a parameter takes several, if it does."""
    lists = (arm for arm in arms(annotation) if _is_list(arm))
    return next((item for arm in lists for item in get_args(arm) if _is_model(item)), None)


def settings_of(annotation: Any) -> dict[str, Any] | None:
    """Return what click needs to know of a parameter; None when no text stands for its values."""
    found = list(arms(annotation))
    known = [value for arm in found if get_origin(arm) is Literal for value in get_args(arm)]
    if any(_is_list(arm) and str in get_args(arm) for arm in found):
        return {"type": Text(known), "multiple": True}
    if any(get_origin(arm) is Mapping for arm in found):
        return {"type": Pair(), "multiple": True}
    if str in found:
        return {"type": Place() if int in found else Text(known)}
    if known:
        return {"type": click.Choice(known)}
    plain = {bool: click.BOOL, int: click.INT, float: click.FLOAT, datetime: Moment()}
    return next(({"type": type_} for arm, type_ in plain.items() if arm in found), None)


def option(
    flag: str,
    annotation: Any,
    *,
    section: str,
    kind: str,
    argument: str,
    help_: str,
    required: bool = False,
) -> Option | None:
    """Return the option for a parameter; None when no text stands for its values."""
    settings = settings_of(annotation)
    if settings is None:
        return None
    is_flag = settings["type"] is click.BOOL
    names = [f"--{flag}/--no-{flag}"] if is_flag else [f"--{flag}"]
    return Option(
        names,
        section=section,
        kind=kind,
        argument=argument,
        help=help_,
        required=required,
        default=None,
        **({} if is_flag else settings),
    )


def _is_list(arm: Any) -> bool:
    return get_origin(arm) in _LISTS


def _is_model(arm: Any) -> bool:
    return isinstance(arm, type) and issubclass(arm, Model)
