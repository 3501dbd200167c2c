"""Members that callers may leave out, and documents may not."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pytest

from integrations_sdk import DecodeError, Maybe, Model
from integrations_sdk.core.model import REQUIRED, UNSET
from integrations_sdk.core.wire import Codec


@attrs.define(kw_only=True, repr=False)
class Cat(Model):
    codec: ClassVar[Codec] = Codec()
    kind: str = attrs.field(default="cat", metadata=REQUIRED)
    name: Maybe[str] = UNSET


def test_a_caller_may_leave_it_out() -> None:
    assert Cat(name="Tom").to_json() == {"kind": "cat", "name": "Tom"}


@pytest.mark.parametrize(
    ("document", "got"),
    [({}, "nothing"), ({"name": "Tom"}, "nothing"), ({"name": 5}, "nothing"), ({"kind": 5}, "int")],
)
@pytest.mark.parametrize("strict", [False, True])
def test_a_document_without_it_is_refused(document: Any, got: str, strict: bool) -> None:
    with pytest.raises(DecodeError) as caught:
        Cat.from_json(document, strict=strict)
    assert (caught.value.path, caught.value.expected, caught.value.got) == ("kind", "str", got)


def test_a_document_with_it_is_read_and_written_as_it_came() -> None:
    documents: list[Any] = [
        {"kind": "lion"},
        {"kind": "cat", "name": 5},
        {"kind": "cat", "tail": True},
    ]
    for document in documents:
        assert Cat.from_json(document).to_json(reveal=True) == document
