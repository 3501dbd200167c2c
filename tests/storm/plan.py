"""What a storm does, as a pure function of its seed: which calls, and which faults they meet.

A plan assumes that every write takes effect; whoever follows it sees to that afterwards. So what a
step is does not depend on how the steps before it went.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

import attrs

from integrations_sdk import Timeout

SLOTS: Final = 3
"""How many documents of a platform a worker has at most."""

PATIENCE: Final = {
    "calm": Timeout(connect=0.5, read=0.15, total=0.6),
    "brisk": Timeout(connect=0.5, read=5, total=0.25),
    "hasty": Timeout(connect=0.5, read=5, total=0.01),
}
"""The timeouts of a call: a wait for bytes ends it first, or its deadline, or its deadline soon."""

_PATIENCE_WEIGHTS: Final = {"calm": 75, "brisk": 22, "hasty": 3}

_PLATFORMS: Final = {"losant": 36, "celigo": 36, "polis": 8, "optimizeplayer": 8, "cxengage": 12}

_ON_NOTHING: Final = {
    "losant": {"create": 16, "get": 1, "patch": 1, "delete": 1, "list": 1, "malformed": 1},
    "celigo": {"create": 16, "get": 1, "update": 1, "patch": 1, "delete": 1, "list": 1},
    "polis": {"set": 8, "delete": 1},
    "optimizeplayer": {"get": 3, "list": 1},
    "cxengage": {"set": 6, "get": 1, "list": 1},
}
_ON_SOMETHING: Final = {
    "losant": {"get": 8, "patch": 6, "delete": 4, "list": 2, "malformed": 1},
    "celigo": {"get": 8, "update": 4, "patch": 4, "clone": 4, "delete": 4, "list": 1},
    "polis": {"set": 1, "delete": 2},
    "optimizeplayer": {"get": 3, "list": 1},
    "cxengage": {"set": 2, "get": 3, "list": 1},
}

FAULTS: Final = {
    "reset before the request was forwarded": 3,
    "close before the request was forwarded": 3,
    "reset after the sandbox answered": 3,
    "close after the sandbox answered": 3,
    "cut in mid-body": 3,
    "reset in mid-body": 3,
    "truncated chunk": 3,
    "slow drip": 1,
    "stall before the request was forwarded": 1,
    "stall after the sandbox answered": 1,
    "garbage for a status line": 3,
    "bytes after the answer": 3,
    "the answer twice": 3,
    "429 with Retry-After: 0": 4,
    "503 before the request was forwarded": 4,
    "503 after the sandbox answered": 4,
    "200 with HTML": 3,
    "invalid JSON": 3,
    "Content-Length too short": 3,
    "Content-Length too long": 3,
    "two Content-Lengths": 3,
    "gzip that is none": 3,
    "gzip": 2,
    "an interim answer first": 2,
    "the answer in pieces": 2,
    "close after the answer": 4,
}
"""What a proxy does to a request, and how often beside the others; the last four do no harm."""


@attrs.frozen
class Step:
    """One call of a plan.

    Attributes:
        worker: Whose plan it is.
        number: Its place in the plan, from 0.
        action: What to do: ``losant.create``.
        slot: The document that it is about; of OptimizePlayer, which of the examples.
        into: The slot that a clone goes into.
        patience: Which of the timeouts.
        refused: Whether nobody listens at the address that is called.
        cancel: Seconds after which a task is cancelled; None for never.
    """

    worker: int
    number: int
    action: str
    slot: int
    into: int
    patience: str
    refused: bool
    cancel: float | None

    @property
    def platform(self) -> str:
        return self.action.partition(".")[0]

    @property
    def ticket(self) -> str:
        """What each of its requests carries in a header."""
        return f"{self.worker}-{self.number}"

    @property
    def marker(self) -> str:
        """What a write of it writes, and no other."""
        return f"w{self.worker}-s{self.number}"


def steps(seed: int, worker: int, count: int) -> Iterator[Step]:
    """Return the plan of one worker."""
    random = Random(f"{seed}/{worker}")
    full = {platform: [False] * SLOTS for platform in _PLATFORMS}
    for number in range(count):
        platform = _chosen(random, _PLATFORMS)
        slots = full[platform]
        slot = random.randrange(SLOTS)
        verb = _chosen(random, (_ON_SOMETHING if slots[slot] else _ON_NOTHING)[platform])
        into = slots.index(False) if verb == "clone" and False in slots else slot
        if verb == "clone" and into == slot:
            verb = "get"
        slots[into] = verb in {"create", "clone", "set"} or (slots[into] and verb != "delete")
        yield Step(
            worker=worker,
            number=number,
            action=f"{platform}.{verb}",
            slot=slot if platform != "optimizeplayer" else random.randrange(18),
            into=into,
            patience=_chosen(random, _PATIENCE_WEIGHTS),
            refused=random.random() < 0.01,
            cancel=random.expovariate(1 / 0.004) if random.random() < 0.06 else None,
        )


def fault(seed: int, ticket: str, attempt: int, rate: float) -> str | None:
    """Return what happens to a request.

    Args:
        seed: The storm's.
        ticket: Which call it belongs to.
        attempt: How many requests of the same call came before it.
        rate: The share of requests that something happens to.
    """
    random = Random(f"{seed}/{ticket}/{attempt}")
    return _chosen(random, FAULTS) if random.random() < rate else None


def _chosen(random: Random, weights: dict[str, int]) -> str:
    return random.choices([*weights], [*weights.values()])[0]
