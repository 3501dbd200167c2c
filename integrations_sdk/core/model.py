"""What every model shares: absent members, unknown members, and the way to JSON and back."""

from __future__ import annotations

import enum
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, TypeVar, cast

import attrs

from . import document
from .document import JSON
from .errors import DecodeError
from .extra import Extra
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typing_extensions import Self

    from .wire import Codec


class Unset(enum.Enum):
    """The type of [UNSET][integrations_sdk.UNSET]; it has no other value."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
"""A member that is not there at all, as opposed to ``None``, which is JSON's ``null``."""

T = TypeVar("T")
Maybe: TypeAlias = T | Unset
"""A member that may be absent: ``Maybe[str]`` is ``str | Unset``."""

_MEMBER: Final = "integrations_sdk.member"
_REQUIRED: Final = "integrations_sdk.required"
_HIDDEN: Final = "integrations_sdk.hidden"
_OPEN: Final = "integrations_sdk.open"
_LONG: Final = 8  # characters: a shorter text may be a word of any sentence

REQUIRED: Final[dict[str, object]] = {_REQUIRED: True}
"""The metadata of a field whose default is for callers only: a document must have its member."""

HIDDEN: Final[dict[str, object]] = {_HIDDEN: True}
"""The metadata of a free-form field, which may hold anything: only its members' names show."""

OPEN: Final[dict[str, object]] = {_OPEN: True}
"""The metadata of a field of which the platform documents some values, and says there are more."""


def named(member: str) -> dict[str, object]:
    """Give a field's metadata its exact JSON member name, where the naming style would miss it."""
    return {_MEMBER: member}


def is_required(attribute: attrs.Attribute[Any]) -> bool:
    """Tell whether a document must have a field's member."""
    return attribute.default is attrs.NOTHING or _REQUIRED in attribute.metadata


def is_hidden(attribute: attrs.Attribute[Any]) -> bool:
    """Tell whether a field's values do not show."""
    return _HIDDEN in attribute.metadata


def is_open(attribute: attrs.Attribute[Any]) -> bool:
    """Tell whether a field may have values that are not documented."""
    return _OPEN in attribute.metadata


def member_name(attribute: attrs.Attribute[Any], style: Callable[[str], str]) -> str:
    """Return the JSON member that an attribute stands for."""
    return str(attribute.metadata.get(_MEMBER) or style(attribute.name))


def to_secret(value: str | Secret | Unset) -> Secret | Unset:
    """Take a secret as text or as a [Secret][integrations_sdk.Secret]: the converter of fields."""
    return value if isinstance(value, (Secret, Unset)) else Secret(value)


def to_required_secret(value: str | Secret) -> Secret:
    """Do the same for a field that cannot be left out.

    Raises:
        TypeError: When it is neither, for it would show in a repr.
    """
    return value if isinstance(value, Secret) else Secret(value)


def secrets_in(value: object) -> list[str]:
    """Return what a model holds in confidence, in clear: to replace it where it is repeated.

    That is every secret, and every longer text of free-form fields and of ``extra``.
    """
    if isinstance(value, Secret):
        return [value.reveal()]
    if isinstance(value, Model):
        return [
            secret
            for field in attrs.fields(type(value))
            for secret in (_texts_in if _is_free(field) else secrets_in)(getattr(value, field.name))
        ]
    return [secret for part in _parts(value) for secret in secrets_in(part)]


def _is_free(attribute: attrs.Attribute[Any]) -> bool:
    return attribute.name == "extra" or is_hidden(attribute)


def _texts_in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if len(value) >= _LONG else []
    return [text for part in _parts(value) for text in _texts_in(part)]


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, (dict, Extra)):
        return cast("Mapping[object, object]", value).values()  # isinstance leaves types unknown
    return cast("list[object]", value) if isinstance(value, (list, tuple)) else ()  # the same


@attrs.define(kw_only=True, repr=False)
class Model:
    """A JSON object of a platform, typed.

    A member that is not there is [UNSET][integrations_sdk.UNSET], one that is ``null`` is ``None``.
    Nothing is lost on the way through: members that the model has no field for, and members whose
    value contradicts their documented type, stay in ``extra`` and are written back as they came.
    """

    codec: ClassVar[Codec]

    unmodelled: ClassVar[frozenset[str]] = frozenset()
    """Members that the platform is known to send although there is no field for them here."""

    extra: MutableMapping[str, JSON] = attrs.field(default=cast("Any", None))  # see _extra
    """Members without a field of their own, as they came; a value shows when asked by name only."""

    @classmethod
    def from_json(cls, data: JSON | bytes, *, strict: bool = False) -> Self:
        """Decode a JSON document that arrived some other way: a webhook, a file, a test.

        Args:
            data: The document as bytes or text, or already parsed.
            strict: Raise on a member that contradicts its documented type, rather than keep it in
                ``extra`` with its field absent.

        Raises:
            DecodeError: When the document is not JSON, not an object, or lacks its identity.
        """
        try:
            return cls.codec.load(cls, data, strict=strict)
        except DecodeError as error:
            failure = error.with_traceback(None)
        del data  # as the frames below, this one would show the document in a traceback
        raise failure

    @classmethod
    def variant(cls, _document: Mapping[str, JSON]) -> type[Self]:
        """Return the model of a document: a subclass, where a platform tells kinds apart by it."""
        return cls

    def to_json(self, *, reveal: bool = False) -> dict[str, JSON]:
        """Return the JSON object that this model stands for.

        Args:
            reveal: Write secrets in clear. By default a mask stands in their place, and in the
                place of every text and number in ``extra`` and in free-form fields, for who knows
                what is in there.
        """
        return self.codec.dump(self, reveal=reveal)

    def __repr__(self) -> str:
        shown = [
            f"{attribute.name}={_names(value) if is_hidden(attribute) else repr(value)}"
            for attribute in attrs.fields(type(self))
            if attribute.name != "extra" and (value := getattr(self, attribute.name)) is not UNSET
        ]
        if self.extra:
            shown.append(f"extra={self.extra!r}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _names(value: object) -> str:
    """Show the names of an object's members, and nothing else."""
    if value is None:
        return "None"
    return f"<{', '.join(sorted(map(str, value)))}>" if document.is_object(value) else "<...>"


def _extra(model: Model) -> Extra:
    members = _slot.__get__(model)
    if type(members) is not Extra:  # nothing yet, or a dict, as somebody assigned it
        members = Extra.of(members)
        _slot.__set__(model, members)
    return members


_slot: Any = vars(Model)["extra"]
setattr(Model, "extra", property(_extra, _slot.__set__))  # noqa: B010 -- checkers know it as a field
# A converter of attrs would make the assignment of every field slower, and not of this one.
