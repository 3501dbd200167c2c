"""What a platform is to the sandbox: a table of operations and a handful of facts.

One module per platform declares one ``Platform``; everything else is shared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from integrations_sdk.sandbox.documents import Json, JsonObject, NotJsonError, parse
from integrations_sdk.sandbox.schema import Anything, Record, Rule
from integrations_sdk.sandbox.store import Records
from integrations_sdk.sandbox.tokens import Tokens

NOTHING = Record({}, open=True)
"""The parameters of a query that has none; others than the known ones are passed over."""

YEAR = 365 * 24 * 60 * 60


def phrase(status: int) -> str:
    """Return what HTTP calls a status, such as ``Bad Gateway``."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Error"


class Refusal(Exception):
    """An answer other than success; the platform gives it its shape.

    Args:
        status: The HTTP status.
        message: What is wrong, for the person who reads it.
        headers: Headers that go with the status, such as ``Allow`` with 405.

    Attributes:
        switches: The value of each of the platform's switches, from when it is answered.
    """

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
        self.switches: Mapping[str, str] = {}


@dataclass(frozen=True)
class Call:
    """One request, as the function that answers it sees it.

    Attributes:
        request: Its path parameters, query and headers.
        body: Its body, whole.
        claims: The payload of its access token; empty where none is asked for.
        records: The documents, inside a transaction that ends with the answer.
        tokens: What signs new access tokens.
        redact: Whether answers are to hide secrets.
        switches: The value of each of the platform's switches.
    """

    request: Request
    body: bytes
    claims: JsonObject
    records: Records
    tokens: Tokens
    redact: bool
    switches: Mapping[str, str]

    def path(self, name: str) -> str:
        """Return a parameter of the path."""
        value: str = self.request.path_params[name]
        return value

    def query(self, name: str) -> str:
        """Return a parameter of the query; an absent one is an empty string."""
        return self.request.query_params.get(name, "")

    def switch(self, name: str) -> str:
        """Return the value of one of the platform's switches."""
        return self.switches[name]

    def json(self) -> Json:
        """Return the body, which must be JSON.

        Raises:
            Refusal: 400, when it is not.
        """
        try:
            return parse(self.body)
        except NotJsonError as error:
            raise Refusal(400, f"The body is not valid JSON: {error}") from error

    def json_object(self) -> JsonObject:
        """Return the body, which must be a JSON object.

        Raises:
            Refusal: 400, when it is not.
        """
        value = self.json()
        if not isinstance(value, dict):
            raise Refusal(400, "The body must be a JSON object")
        return value


Handler: TypeAlias = Callable[[Call], Response]
"""Answers a call, synchronously: nothing else happens between its reads and its writes."""


@dataclass(frozen=True)
class Body:
    """What a request carries.

    Attributes:
        rule: What it may be.
        required: Whether it may not be left out.
        media: Its media type.
        example: One that goes with the example data, where no other would.
    """

    rule: Rule
    required: bool = True
    media: str = "application/json"
    example: JsonObject | None = None


class PathParameter(NamedTuple):
    """What a parameter of a path may be, and one value of the example data."""

    rule: Rule
    example: str


@dataclass(frozen=True)
class Operation:
    """One thing that a platform's API can do.

    What follows ``only_with`` is what the sandbox tells of it in its OpenAPI document; the handler
    sees to it that it is true.

    Attributes:
        name: What the platform calls it, such as ``integration.get``.
        method: The HTTP method.
        path: The path below the platform's base URL, parameters in braces.
        handle: What answers it.
        scopes: Scopes any one of which a token must have; none are asked for when empty.
        public: Whether it is answered without a token.
        only_with: The name and the value of the switch that it is there with, if not always.
        query: The parameters of its query.
        headers: The headers that it heeds, besides those of every request.
        body: What its request carries, if anything.
        answers: The statuses of success, and what the answer's body is; None stands for no body.
        refusals: Statuses that it may refuse with, besides those of every operation.
        security: How a caller proves who it is, as an OpenAPI security scheme; like everywhere on
            the platform, or not at all if it is public, when left out.
    """

    name: str
    method: str
    path: str
    handle: Handler
    scopes: frozenset[str] = frozenset()
    public: bool = False
    only_with: tuple[str, str] | None = None
    query: Record = NOTHING
    headers: Record = NOTHING
    body: Body | None = None
    answers: Mapping[int, Rule | None] = field(default_factory=dict[int, "Rule | None"])
    refusals: Sequence[int] = ()
    security: JsonObject | None = None


def bearer(request: Request) -> str:
    """Return the token of the header ``Authorization: Bearer <token>``, or an empty string."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


Gate: TypeAlias = Callable[[], None]
"""Lets a call pass, or raises a ``Refusal``."""


def open_gate(_switches: Mapping[str, str]) -> Gate:
    """Return a gate that lets every call pass."""
    return lambda: None


@dataclass(frozen=True)
class Platform:
    """Everything that the sandbox has to know of one platform.

    Attributes:
        name: Its name, which is also the first segment of its paths.
        operations: What its API can do.
        examples: Fills an empty database with example data.
        error_body: Gives a refusal the platform's shape; None stands for no body at all.
        base_url_variable: The environment variable for its base URL.
        token_variable: The environment variable for a token.
        hint: A command for a first try, which may use the two variables.
        claims: Members of a token's payload besides scopes and dates.
        scopes: The scopes of a token that is to be allowed everything.
        token_seconds: How long a token lasts unless told otherwise.
        credential: Finds the token in a request.
        base_path: What a base URL has after the platform's name, such as ``/v1``.
        other_base_paths: What it may have there too, such as an older ``/api/v1``.
        switches: Where revisions of its API differ: names and allowed values, the default first.
        variables: Further environment variables, such as a client's id; ``{base_url}`` in a value
            stands for the platform's base URL.
        path_parameters: What the parameters of its paths may be; any text when left out.
        error: The shape that ``error_body`` gives.
        security: How ``credential`` is carried, as an OpenAPI security scheme.
        collections: What the documents of its collections hold, for who looks at them in a browser;
            a collection that is left out is secret.
        gate: Makes, from the values of the switches, what each call must pass once its token is
            known to be good, such as a limit of calls; it refuses by raising.
    """

    name: str
    operations: Sequence[Operation]
    examples: Callable[[Records], None]
    error_body: Callable[[Refusal], Json]
    base_url_variable: str
    token_variable: str
    hint: str
    claims: Mapping[str, Json] = field(default_factory=dict[str, Json])
    scopes: Sequence[str] = ()
    token_seconds: float = YEAR
    credential: Callable[[Request], str] = bearer
    base_path: str = ""
    other_base_paths: Sequence[str] = ()
    switches: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    path_parameters: Mapping[str, PathParameter] = field(default_factory=dict[str, PathParameter])
    error: Rule = field(default_factory=Anything)
    security: Mapping[str, Json] = field(
        default_factory=lambda: dict[str, Json](type="http", scheme="bearer")
    )
    collections: Mapping[str, Rule] = field(default_factory=dict[str, "Rule"])
    gate: Callable[[Mapping[str, str]], Gate] = open_gate

    def token(
        self,
        tokens: Tokens,
        *,
        scopes: Sequence[str] | None = None,
        expires_in: float | None = None,
    ) -> str:
        """Return a new access token; see ``Sandbox.token``."""
        return tokens.mint(
            self.claims,
            audience=self.name,
            scopes=self.scopes if scopes is None else scopes,
            lifetime=self.token_seconds if expires_in is None else expires_in,
        )
