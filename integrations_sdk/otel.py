"""Spans and metrics by OpenTelemetry, made of a client's events.

Needs ``pip install 'integrations-sdk[otel]'``. Attributes follow the semantic conventions for HTTP.
"""

from __future__ import annotations

from contextvars import Token
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from ._version import __version__
from .core.errors import ConfigurationError
from .core.events import (
    CallEnded,
    CallInfo,
    CallStarted,
    DriftFound,
    Event,
    RequestFailed,
    RequestSent,
    ResponseReceived,
    RetryDecided,
    Waiting,
)

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

_NAME: Final = "integrations_sdk"
_SCHEMA: Final = "https://opentelemetry.io/schemas/1.40.0"
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
_LOWEST_ERROR: Final = 400
_PORTS: Final = {"http": 80, "https": 443}


@attrs.define
class _Open:
    """A span that is the current one until it ends."""

    span: Span
    token: Token[Context]
    attributes: dict[str, AttributeValue]


@attrs.define
class _Run:
    """The spans of a call that is under way."""

    call: _Open
    request: _Open | None = None


class OpenTelemetry:
    """An observer that makes a span of each call, one of each request, and metrics.

    The span of a call is a child of the caller's current span; those of its requests, of the waits
    and of a request for a token are within it. No attribute holds a query, a header or a body.

    Args:
        tracer_provider: Where spans go. Default: the provider that the program has set.
        meter_provider: Where metrics go. Default: the same.

    Raises:
        ConfigurationError: When opentelemetry-api is not installed.

    Example:
        >>> losant = Losant(observers=[OpenTelemetry()])
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        if find_spec("opentelemetry") is None:
            raise ConfigurationError(
                "OpenTelemetry needs opentelemetry-api: pip install 'integrations-sdk[otel]'"
            )
        from opentelemetry import metrics, trace

        self._tracer = trace.get_tracer(_NAME, __version__, tracer_provider, _SCHEMA)
        meter = metrics.get_meter(_NAME, __version__, meter_provider, _SCHEMA)
        self._durations = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._retries = meter.create_counter(
            "integrations_sdk.client.retries",
            unit="{retry}",
            description="Requests that were sent once more, by what went wrong before.",
        )
        self._runs: dict[int, _Run] = {}

    def __call__(self, event: Event, /) -> None:
        """Take note of an event."""
        if isinstance(event, CallStarted):
            self._runs[event.call.id] = _Run(self._begin_call(event.call))
        elif isinstance(event, CallEnded):
            self._end_call(event)
        elif (run := self._runs.get(event.call.id)) is not None:
            self._note(event, run)

    def _note(self, event: Event, run: _Run) -> None:
        tell = run.call.span.add_event
        if isinstance(event, RequestSent):
            run.request = self._begin_request(event)
        elif isinstance(event, (ResponseReceived, RequestFailed)):
            self._end_request(event, run)
        elif isinstance(event, RetryDecided):
            self._count_retry(event)
            tell("retry", {"error.type": event.error, f"{_NAME}.attempt": event.attempt})
        elif isinstance(event, Waiting):
            tell("wait", {f"{_NAME}.seconds": event.seconds, f"{_NAME}.reason": event.reason})
        elif isinstance(event, DriftFound):
            path, kind = event.drift.path, event.drift.kind
            tell("drift", {f"{_NAME}.drift.path": path, f"{_NAME}.drift.kind": kind})

    def _begin_call(self, call: CallInfo) -> _Open:
        from opentelemetry.trace import SpanKind

        about = _names(call)
        span = self._tracer.start_span(
            f"{call.platform} {call.operation}", kind=SpanKind.INTERNAL, attributes=about
        )
        return _entered(span, about)

    def _begin_request(self, event: RequestSent) -> _Open:
        from opentelemetry.trace import SpanKind

        call = event.call
        common: dict[str, AttributeValue] = {
            "http.request.method": call.method,
            "url.template": call.template,
            **_server(call.base_url),
        }
        about = {**_names(call), **common, "url.full": event.url}
        if event.attempt > 1:
            about["http.request.resend_count"] = event.attempt - 1
        span = self._tracer.start_span(
            f"{call.method} {call.template}", kind=SpanKind.CLIENT, attributes=about
        )
        return _entered(span, common)

    def _end_request(self, event: ResponseReceived | RequestFailed, run: _Run) -> None:
        if (request := run.request) is None:
            return
        run.request = None
        came: dict[str, AttributeValue] = {}
        if isinstance(event, RequestFailed):
            came["error.type"] = event.error
        else:
            came["http.response.status_code"] = event.status
            if event.status >= _LOWEST_ERROR:
                came["error.type"] = str(event.status)
            if event.request_id is not None:
                request.span.set_attribute(f"{_NAME}.request_id", event.request_id)
        request.span.set_attributes(came)
        self._durations.record(event.elapsed, {**request.attributes, **came})
        _end(request, is_error="error.type" in came)

    def _count_retry(self, event: RetryDecided) -> None:
        self._retries.add(1, {**_names(event.call), "error.type": event.error})

    def _end_call(self, event: CallEnded) -> None:
        run = self._runs.pop(event.call.id, None)
        if run is None:
            return
        run.call.span.set_attribute(f"{_NAME}.attempts", event.attempts)
        if event.error is not None:
            run.call.span.set_attribute("error.type", event.error)
        _end(run.call, is_error=event.error is not None)


def _names(call: CallInfo) -> dict[str, AttributeValue]:
    return {f"{_NAME}.platform": call.platform, f"{_NAME}.operation": call.operation}


@lru_cache(maxsize=64)
def _server(base_url: str) -> dict[str, AttributeValue]:
    parts = urlsplit(base_url)
    return {
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS[parts.scheme],
        "url.scheme": parts.scheme,
    }


def _entered(span: Span, attributes: dict[str, AttributeValue]) -> _Open:
    """Make a span the current one."""
    from opentelemetry import context, trace

    return _Open(span, context.attach(trace.set_span_in_context(span)), attributes)


def _end(opened: _Open, *, is_error: bool) -> None:
    from opentelemetry import context, trace

    if is_error:
        opened.span.set_status(trace.StatusCode.ERROR)
    if trace.get_current_span() is opened.span:  # not in a coroutine that another context closes
        context.detach(opened.token)
    opened.span.end()
