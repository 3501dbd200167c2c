"""Members of a document that its model has no field for: kept, written back, and never shown."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, MutableMapping
from typing import NoReturn

from .document import JSON


class Extra(MutableMapping[str, JSON]):
    """Members by their names, as a ``dict`` has them; a value shows only when asked by name.

    Nobody knows what is in there, and it may be a secret. So its ``repr`` has the names alone; and
    it is no ``dict``, so that ``attrs.asdict`` does not open it and ``json.dumps`` refuses it. With
    anything in it, it cannot be pickled: send ``to_json(reveal=True)`` where secrets may go.
    ``dict(extra)`` is all of it in clear.
    """

    __slots__ = ("_members",)

    _members: dict[str, JSON]

    @classmethod
    def of(cls, members: Mapping[str, JSON] | None = None) -> Extra:
        """Return what is one already, else one of these members: the converter of fields."""
        if isinstance(members, Extra):
            return members
        made = cls()
        if members:
            made._members = members if isinstance(members, dict) else dict(members)
        return made

    def __getattr__(self, name: str) -> dict[str, JSON]:
        """Begin with no members when the first is asked for: most documents never have one."""
        if name != "_members":
            raise AttributeError(name)
        self._members = {}
        return self._members

    def __getitem__(self, name: str) -> JSON:
        return self._members[name]

    def __setitem__(self, name: str, value: JSON) -> None:
        self._members[name] = value

    def __delitem__(self, name: str) -> None:
        del self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"<{', '.join(sorted(map(str, self._members)))}>"

    def __copy__(self) -> Extra:
        return Extra.of(dict(self._members))

    def __deepcopy__(self, memo: dict[int, object]) -> Extra:
        return Extra.of(copy.deepcopy(self._members, memo))

    def __reduce_ex__(self, _protocol: object) -> tuple[type[Extra], tuple[()]]:
        if self._members:
            raise TypeError(
                "members without a field cannot be pickled, for they may be secrets: "
                "send to_json(reveal=True) by a channel made for secrets"
            )
        return Extra, ()

    def __getstate__(self) -> NoReturn:
        """Refuse what Python would otherwise answer with the members, since 3.11."""
        raise TypeError("members without a field show themselves only when asked by name")
