"""What was sent, beside what is read: member by member, secrets included, and no value shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from . import document
from .model import UNSET, Model
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

_MASKS: Final = ("***", "•••")
_NONE: Final[tuple[object, ...]] = (None, [])


@attrs.frozen
class Comparison:
    """How what is read compares with what was sent, by the paths of members.

    Attributes:
        same: Those that are as they were sent.
        different: Those that are not.
        unknown: Those that cannot be compared: where a mask stands in for a secret, for one.
    """

    same: tuple[str, ...]
    different: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def verdict(self) -> bool | None:
        """Whether it is as it was sent; None when that cannot be told."""
        if self.different:
            return False
        return None if self.unknown or not self.same else True

    @property
    def reason(self) -> str:
        """What the verdict rests on."""
        if self.different:
            return f"not as it was sent: {', '.join(self.different)}"
        if self.unknown:
            rest = "; all else is as it was sent" if self.same else ""
            return f"cannot be compared: {', '.join(self.unknown)}{rest}"
        return "it is as it was sent" if self.same else "nothing was sent that can be compared"


@attrs.frozen
class _Pair:
    """One member, as it was sent and as it is read."""

    path: str
    was_sent: bool
    equal: bool | None


def compared(
    sent: Model | None,
    found: Model,
    *,
    whole: bool = False,
    owned: frozenset[str] = frozenset(),
    unsettled: frozenset[str] = frozenset(),
) -> Comparison:
    """Compare what was sent with what is read.

    Null and absent are the same, and so is an empty array. Within an object that was sent, another
    member may be what the platform fills in, or what was there before: it proves nothing.

    Args:
        sent: What was sent.
        found: What is read.
        whole: Whether what was not sent should not be there.
        owned: Paths that are not compared.
        unsettled: Paths at which another value than was sent proves nothing.
    """
    results: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for pair in _models(sent, found, "", whole) if sent is not None else ():
        is_unsettled = pair.path in unsettled and not pair.equal
        if pair.path not in owned and not (is_unsettled and not pair.was_sent):
            results[None if is_unsettled else pair.equal].append(pair.path)
    return Comparison(*(tuple(results[equal]) for equal in (True, False, None)))


def _models(sent: Model, found: Model, path: str, whole: bool) -> Iterator[_Pair]:
    mine, theirs = _present(sent), _present(found)
    documented = type(found).codec.members(type(found)).values()
    for member in {**mine, **theirs} if whole or path else mine:
        where = f"{path}.{member}" if path else member
        drifts = member in found.extra and member in documented
        proves_nothing = drifts or not (whole or member in mine)
        for pair in _values(mine.get(member), theirs.get(member), where, whole):
            yield attrs.evolve(pair, equal=None) if proves_nothing and not pair.equal else pair


def _present(model: Model) -> dict[str, object]:
    """Return the members that a model has, whether it has a field for them or not."""
    names = type(model).codec.members(type(model))
    fields = {member: getattr(model, name) for name, member in names.items()}
    return {**model.extra, **{name: v for name, v in fields.items() if v is not UNSET}}


def _values(sent: object, found: object, path: str, whole: bool) -> Iterator[_Pair]:
    if isinstance(sent, Model) and isinstance(found, Model):
        yield from _models(sent, found, path, whole)
    elif document.is_array(sent) and document.is_array(found) and 0 < len(sent) == len(found):
        for index, (mine, theirs) in enumerate(zip(sent, found, strict=True)):
            yield from _values(mine, theirs, f"{path}[{index}]", whole)
    elif isinstance(sent, Secret) or isinstance(found, Secret):
        yield _Pair(path, sent is not None, _same_secret(sent, found))
    else:
        yield _Pair(path, sent is not None, same(sent, found))


def _same_secret(sent: object, found: object) -> bool | None:
    """Compare secrets; a platform that does not show one, or masks it, proves nothing."""
    mine, theirs = (Secret(value) if isinstance(value, str) else value for value in (sent, found))
    if mine == theirs:
        return True
    is_shown = isinstance(theirs, Secret) and theirs and not _is_masked(theirs.reveal())
    return False if is_shown else None


def same(sent: object, found: object) -> bool | None:
    """Compare values; a mask in what is read proves nothing."""
    if sent == found or (sent in _NONE and found in _NONE):
        return True
    if isinstance(found, str) or document.is_array(found) or document.is_object(found):
        return None if document.find(found, _is_masked) is not None else False
    return False


def _is_masked(value: object) -> bool:
    return isinstance(value, str) and any(mask in value for mask in _MASKS)
