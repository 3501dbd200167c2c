"""A command for a declared call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from integrations_sdk.core.errors import IntegrationsError
from integrations_sdk.core.faces import Pages
from integrations_sdk.core.steps import DeclaredSession

from .clients import Constructor
from .docstrings import described
from .failures import told
from .options import Option, is_secret, item_of, model_of, option
from .output import Format, Look
from .sources import FORMS, Given, Sources

if TYPE_CHECKING:
    from integrations_sdk.core.model import Model

    from .declared import Declaration

_CALL: Final = "Arguments"
_BODY: Final = "Body"
_OUTPUT: Final = "Output options"
_OWN: Final = frozenset(
    {"columns", "dry-run", "file", "help", "limit", "output", "reveal", "set", "set-secret"}
)
"""The names that options of every command have: an argument's option must not have one of them."""


class SectionedCommand(click.Command):
    """A command whose help has its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each heading with what belongs to it."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            section = parameter.section if isinstance(parameter, Option) else _OUTPUT
            line = parameter.get_help_record(ctx)
            if line is not None:
                sections.setdefault(section, []).append(line)
        for section, lines in sections.items():
            with formatter.section(section):
                formatter.write_dl(lines)


def command_for(declaration: Declaration) -> click.Command:
    """Return the command for a declared call."""
    return _Maker(declaration).command()


class _Maker:
    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        self._described = described(declaration.declared)
        self._constructor = Constructor(declaration.client)
        self._secrets: list[str] = []
        self._body: tuple[str, type[Model]] | None = None
        self._items: tuple[str, type[Model]] | None = None
        self._is_list = isinstance(declaration.declared, Pages)
        is_session = isinstance(declaration.declared, DeclaredSession)
        given: object = getattr(declaration.declared, "value", None)  # of a session, to its body
        self._session: type[Model] | None = model_of(given) if is_session else None

    def command(self) -> click.Command:
        arguments = [each for name in self._declaration.parameters for each in self._options(name)]
        if self._session is not None:
            arguments += self._body_options(self._session, required=False)
        return SectionedCommand(
            self._declaration.name.replace("_", "-"),
            params=[
                *arguments,
                *_output_options(is_list=self._is_list),
                *self._constructor.options(),
            ],
            help=self._help(),
            short_help=self._described.summary,
            callback=self._run,
        )

    def _help(self) -> str:
        details = [] if self._is_list else list(self._described.details)
        if self._session is not None:
            details.append("What --set, --set-secret and --file say is what the block changes.")
        return "\n\n".join([self._described.summary, *details])

    def _options(self, name: str) -> list[click.Parameter]:
        """Return the options for a parameter of the call."""
        parameter = self._declaration.parameters[name]
        annotation, required = parameter.annotation, parameter.default is parameter.empty
        help_ = self._described.arguments.get(name, "")
        if (model := model_of(annotation)) is not None:
            self._body = name, model
            return self._body_options(model, required=required)
        if (item := item_of(annotation)) is not None:
            self._items = name, item
            return self._item_options(name, help_)
        if is_secret(annotation):
            self._secrets.append(name)
            return [_argument(name, help_=f"{help_} Left out, it is asked for.", metavar=FORMS)]
        made = option(
            self._flag(name),
            annotation,
            section=_CALL,
            kind="call",
            argument=name,
            help_=help_,
            required=required,
        )
        if made is None:
            raise TypeError(f"no text stands for {self._declaration.declared.__qualname__}.{name}")
        return [made]

    def _flag(self, name: str) -> str:
        """Return an option's name; one that is taken has the call's before it."""
        flag = name.replace("_", "-")
        return f"{self._declaration.name.replace('_', '-')}-{flag}" if flag in _OWN else flag

    def _body_options(self, model: type[Model], *, required: bool) -> list[click.Parameter]:
        needed = " Needed, unless --file is given." if required else ""
        members = ", ".join(_members(model))
        return [
            _body(
                "--set",
                f"A member by its path, its value in JSON or plain text; may be repeated.{needed} "
                f"Members: {members}.",
                metavar="MEMBER=VALUE",
                multiple=True,
            ),
            _body(
                "--set-secret",
                "A secret by the path of its member; asked for when no source is given.",
                metavar=f"MEMBER[={FORMS}]",
                multiple=True,
            ),
            _body("--file", "The document in JSON or YAML; - is standard input.", metavar="FILE"),
        ]

    def _item_options(self, name: str, help_: str) -> list[click.Parameter]:
        return [
            _argument(name, help_=f"{help_} Each a JSON object; may be repeated.", multiple=True),
            _body("--file", "An array of them, in JSON or YAML; - is standard input."),
        ]

    def _run(self, **values: Any) -> int:
        from .running import DryTransport, run, show

        call, client = _of_kind(values, "call"), _of_kind(values, "client")
        output, body = _of_kind(values, "output"), _of_kind(values, "body")
        sources, look = Sources(), _look(output)
        arguments, change = self._arguments(call, body, sources), self._change(body, sources)
        if output["dry_run"]:
            with self._constructor.make(client, sources, transport=DryTransport()) as dry:
                show(self._declaration, dry, arguments, look)
            return 0
        limit = output.get("limit")
        with self._constructor.make(client, sources) as made:
            try:
                run(self._declaration, made, arguments, look=look, limit=limit, change=change)
            except IntegrationsError as error:
                failure = error
            else:
                return 0
            return told(failure)  # while there is a client to look for a lost write with

    def _arguments(
        self, call: dict[str, Any], body: dict[str, Any], sources: Sources
    ) -> dict[str, Any]:
        items = call.pop(self._items[0], ()) if self._items is not None else ()
        arguments = {name: value for name, value in call.items() if value not in (None, ())}
        for name in self._secrets:
            arguments[name] = sources.secret(call.get(name), f"--{name.replace('_', '-')}")
        given = _given(body)
        if self._body is not None:
            name, model = self._body
            if given or self._declaration.parameters[name].default is not None:
                _require(given, "the body: give --set, --set-secret or --file")
                from . import bodies

                arguments[name] = bodies.made(model, given, sources)
        elif self._items is not None:
            name, model = self._items
            _require(given or items, f"{name}: give --{name.replace('_', '-')} or --file")
            from . import bodies

            arguments[name] = bodies.several(model, given, tuple(items), sources)
        return arguments

    def _change(self, body: dict[str, Any], sources: Sources) -> Callable[[Model], None] | None:
        given = _given(body)
        if self._session is None or not given:
            return None
        from . import bodies

        return bodies.changing(self._session, given, sources)


def _members(model: type[Model]) -> list[str]:
    """Return the members of a model, and those that only a variant of it has."""
    variants = [model, *model.__subclasses__()]
    return list(
        dict.fromkeys(name for each in variants for name in each.codec.members(each).values())
    )


def _require(given: object, what: str) -> None:
    if not given:
        raise click.UsageError(f"Nothing was said of {what}")


def _given(body: dict[str, Any]) -> Given:
    return Given(
        file=body.get("file"),
        members=body.get("set", ()),
        secrets=body.get("set_secret", ()),
    )


def _look(output: dict[str, Any]) -> Look:
    columns: Iterable[str] = (output["columns"] or "").split(",")
    return Look(
        format=output["output"],
        columns=tuple(column.strip() for column in columns if column.strip()),
        reveal=output["reveal"],
    )


def _of_kind(values: dict[str, Any], kind: str) -> dict[str, Any]:
    prefix = f"{kind}__"
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }


def _argument(name: str, *, help_: str, **settings: Any) -> Option:
    flag = f"--{name.replace('_', '-')}"
    return Option([flag], section=_CALL, kind="call", argument=name, help=help_, **settings)


def _body(flag: str, help_: str, **settings: Any) -> Option:
    name = flag.lstrip("-").replace("-", "_")
    return Option([flag], section=_BODY, kind="body", argument=name, help=help_, **settings)


def _output_options(*, is_list: bool) -> list[click.Parameter]:
    def made(flag: str, help_: str, **settings: Any) -> Option:
        name = flag.lstrip("-").replace("-", "_")
        return Option([flag], section=_OUTPUT, kind="output", argument=name, help=help_, **settings)

    limit = made(
        "--limit", "How many to write at most; by default all.", type=click.IntRange(min=1)
    )
    many = "jsonl" if is_list else "json"
    return [
        *([limit] if is_list else []),
        made(
            "--output",
            f"By default a table on a terminal, {many} elsewhere.",
            type=click.Choice(get_args(Format)),
        ),
        made("--columns", "What a table shows: id,name,mqttConfig.port.", metavar="MEMBERS"),
        made("--reveal", "Write secrets in clear.", is_flag=True, default=False),
        made("--dry-run", "Show the request, and send nothing.", is_flag=True, default=False),
    ]
