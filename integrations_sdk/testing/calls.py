"""The calls that a sandbox received, to assert on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar, overload

import attrs

from integrations_sdk.core.document import JSON
from integrations_sdk.core.model import Model
from integrations_sdk.sandbox.journal import Entry

from .operations import names

M = TypeVar("M", bound=Model)


@attrs.frozen
class ReceivedCall:
    """A call that the sandbox received, without its secrets: ``******`` stands in their place.

    What is no documented member of a body or of a query is masked, too. To see whether a secret
    arrived, read it back by a client.

    Attributes:
        number: Which one it was, in the order of their answers.
        platform: The platform that was called; empty when the path is of none.
        operation: What was called, by its name on a client, such as ``integration.patch``; empty
            when there is no such path or method.
        method: The HTTP method.
        path: The path as it was sent, with the platform's name before it.
        query: The query without its question mark.
        headers: What was sent, by names in lower case.
        body: The JSON, or the members of the form, that were sent; None when there was no body.
        status: The status of the answer; None when the connection was cut instead.
        answer: The body of the answer; None when there was none.
        answer_headers: The headers of the answer, by names in lower case.
        fault: The kind of the scripted fault that befell it, if any.
    """

    number: int
    platform: str
    operation: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: JSON
    status: int | None
    answer: JSON
    answer_headers: Mapping[str, str]
    fault: str | None

    @classmethod
    def of(cls, entry: Entry) -> ReceivedCall:
        """Return what an entry of the sandbox's journal tells."""
        known = names(entry.platform) if entry.platform else {}
        return cls(
            number=entry.number,
            platform=entry.platform,
            operation=known.get(entry.operation, entry.operation),
            method=entry.method,
            path=entry.path,
            query=entry.query,
            headers=entry.request_headers,
            body=entry.request_body,
            status=entry.status,
            answer=entry.response_body,
            answer_headers=entry.response_headers,
            fault=entry.fault,
        )

    def body_as(self, model: type[M]) -> M:
        """Return the body as a model, whose secrets are masks.

        Args:
            model: The class of the model, such as ``IntegrationPatch``.

        Raises:
            DecodeError: When it is no such document.
        """
        return model.from_json(self.body)

    def answer_as(self, model: type[M]) -> M:
        """Do the same with the answer.

        Raises:
            DecodeError: When it is no such document.
        """
        return model.from_json(self.answer)


class Calls(Sequence[ReceivedCall]):
    """Calls that were received, oldest first."""

    def __init__(self, calls: Iterable[ReceivedCall]) -> None:
        self._calls = tuple(calls)

    @overload
    def __getitem__(self, index: int) -> ReceivedCall: ...
    @overload
    def __getitem__(self, index: slice) -> Calls: ...
    def __getitem__(self, index: int | slice) -> ReceivedCall | Calls:
        if isinstance(index, slice):
            return Calls(self._calls[index])
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[ReceivedCall]:
        return iter(self._calls)

    @property
    def last(self) -> ReceivedCall:
        """The last of them.

        Raises:
            LookupError: There is none.
        """
        if not self._calls:
            raise LookupError("the sandbox received no such call")
        return self._calls[-1]

    @property
    def operations(self) -> list[str]:
        """What was called, in order: the operations by their names on a client."""
        return [call.operation for call in self._calls]

    def where(
        self,
        operation: str | None = None,
        *,
        platform: str | None = None,
        method: str | None = None,
        status: int | None = None,
        fault: str | None = None,
    ) -> Calls:
        """Return those of the calls that fit everything that is given.

        Args:
            operation: The name on a client, such as ``integration.patch``.
            platform: The platform, such as ``losant``.
            method: The HTTP method, in capitals.
            status: The status of the answer.
            fault: The kind of the fault that befell it.
        """
        wanted = {
            "operation": operation,
            "platform": platform,
            "method": method,
            "status": status,
            "fault": fault,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return Calls(
            call
            for call in self._calls
            if all(getattr(call, name) == value for name, value in given.items())
        )

    def __repr__(self) -> str:
        told = [f"{call.method} {call.path} -> {call.status or call.fault}" for call in self._calls]
        return f"<Calls: {'; '.join(told) or 'none'}>"
