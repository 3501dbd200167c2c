"""Choices drawn from bytes, so that any input is a case and a small change of it a similar one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

T = TypeVar("T")
_DEEPEST: Final = 6
_NUMBERS: Final = (0, 1, -1, 1.5, -0.0, 1e308, 2**53 + 1, 10**25)


class Chunks:
    """Bytes, taken from the front; when they have run out, all zero."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """Take one byte."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def pick(self, choices: Sequence[T]) -> T:
        """Take one of several, by two bytes."""
        return choices[(self.byte() << 8 | self.byte()) % len(choices)]

    def flag(self) -> bool:
        """Take one bit."""
        return self.byte() % 2 == 1

    def text(self) -> str:
        """Take a text of up to 63 bytes; what is no UTF-8 becomes halves of surrogate pairs."""
        length = self.byte() % 64
        taken = self._data[self._at : self._at + length]
        self._at += length
        return taken.decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        """Take all that is left."""
        taken = self._data[self._at :]
        self._at = len(self._data)
        return taken

    def json(self, names: Sequence[str], depth: int = 0) -> Any:
        """Take a value of JSON, its members mostly of these names."""
        kind = self.byte() % 12
        if kind < 3 and depth < _DEEPEST:
            count = self.byte() % 5
            members = [(self._name(names), self.json(names, depth + 1)) for _ in range(count)]
            return dict(members)
        if kind < 5 and depth < _DEEPEST:
            return [self.json(names, depth + 1) for _ in range(self.byte() % 4)]
        if kind < 8:
            return self.text()
        if kind == 8:
            return self.pick(_NUMBERS)
        if kind == 9:
            return "2025-02-11T08:15:30.120Z"
        return (None, True, False)[self.byte() % 3]

    def _name(self, names: Sequence[str]) -> str:
        return self.pick(names) if names and self.byte() % 8 else self.text()
