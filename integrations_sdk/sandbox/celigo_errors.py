"""How Celigo refuses: an array of errors, each with a code that stays the same."""

from integrations_sdk.sandbox.celigo_listing import BadQuery
from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.platform import Refusal, phrase

_CODES = {
    400: "validation_failed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
    500: "internal_error",
}
RULE_CODES = {"required": "missing_required_field", "choice": "enum"}


class Invalid(Refusal):
    """A refusal that names fields: field, code and message of each."""

    def __init__(self, status: int, *complaints: tuple[str, str, str]) -> None:
        super().__init__(status, "; ".join(message for _, _, message in complaints))
        self.complaints = complaints


def error_body(refusal: Refusal) -> Json:
    """Return the body of a refusal."""
    code = _CODES.get(refusal.status) or phrase(refusal.status).lower().replace(" ", "_")
    complaints: tuple[tuple[str, str, str], ...] = (("", code, refusal.message),)
    if isinstance(refusal, Invalid):
        complaints = refusal.complaints
    elif isinstance(refusal, BadQuery):
        complaints = ((refusal.field, "invalid_query_params", refusal.message),)
    return {"errors": [_error(*complaint) for complaint in complaints]}


def _error(field: str, code: str, message: str) -> Json:
    named: JsonObject = {"field": field} if field else {}
    return {**named, "code": code, "message": message}
