"""Figures of several rounds: their middle, their spread, their ratios, and how they are written."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The middle of some figures, and where the middle half of them lies."""

    median: float
    low: float
    high: float


def spread(figures: Sequence[float]) -> Spread:
    """Return the median and the quartiles."""
    if len(figures) == 1:
        return Spread(figures[0], figures[0], figures[0])
    low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
    return Spread(median, low, high)


def ratios(figures: Sequence[float], others: Sequence[float]) -> list[float]:
    """Divide the figures of each round, so that what disturbs a whole round cancels out."""
    return [one / other for one, other in zip(figures, others, strict=True)]


def quantity(value: str, figure: float) -> str:
    """Write a figure with its unit."""
    if "bytes" in value:
        return f"{figure / 1024:,.1f} KiB"
    if "seconds" in value:
        for unit, factor in (("µs", 1e6), ("ms", 1e3)):
            if figure * factor < 999.5:  # three digits, once rounded
                return f"{figure * factor:.3g} {unit}"
        return f"{figure:.3g} s"
    return f"{figure:,.0f} /s"
