"""Who is who in a storm: the names that both its sides know."""

from __future__ import annotations

from typing import Final

from .plan import SLOTS

APPLICATION: Final = "575ec8687ae143cd83dc4a97"
WORKERS: Final = 24
CUSTOMERS: Final = [f"3f1d8c52-7a40-4a63-9b0e-00000000000{slot}" for slot in range(SLOTS)]


def polis_client(worker: int) -> str:
    return f"w{worker}-polis"


def cxengage_id(worker: int, slot: int) -> str:
    return f"w{worker}-provider-{slot}"


def made_up_id(worker: int, number: int) -> str:
    """Return an id that nothing has."""
    return f"dead{worker:04x}{number:016x}"
