"""A value that never shows itself."""

from __future__ import annotations

from typing import NoReturn

MASK = "**********"
"""What stands in a secret's place wherever it would otherwise show."""


class Secret:
    """A password, token or key that shows itself only when asked by name.

    Its ``repr``, ``str`` and ``format`` are a mask. It is no ``str``, so ``json.dumps`` and
    ``"".join`` refuse it instead of writing it out, and it cannot be pickled. Copies of an object
    that holds a secret share it. Two secrets compare in constant time.

    Args:
        value: The text to keep.

    Raises:
        TypeError: When the value is not text. The message never quotes it.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
            raise TypeError(f"a Secret holds text, not {type(value).__name__}")
        self.__value = value

    def reveal(self) -> str:
        """Return the text itself: the only way to it, and one word to search a codebase for."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        from hmac import compare_digest  # not at the top: it brings OpenSSL

        return compare_digest(_encoded(self.__value), _encoded(other.__value))

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: send it by a channel made for secrets")

    def __getstate__(self) -> NoReturn:
        """Refuse what Python would otherwise answer with the text, since 3.11."""
        raise TypeError("a Secret shows its state only by reveal()")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # JSON may hold half of a surrogate pair
