"""The bounds in `thresholds.json`, and whether what was measured keeps to them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .figures import quantity, ratios, spread
from .measurements import ALL, label

FILE: Final = Path(__file__).with_name("thresholds.json")


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A bound.

    Attributes:
        measure: The measurement.
        of: Whose figure it is.
        to: What it is divided by; nothing bounds the figure itself.
        value: Which figure; by default the first of the measurement.
        at_most: The upper bound.
        at_least: The lower bound.
    """

    measure: str
    of: str
    to: str | None = None
    value: str | None = None
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"a threshold needs one bound: {self}")
        one = ALL[self.measure]
        for row in self.rows:
            if row not in one.rows:
                raise ValueError(f"{self.measure} has no row {row}")

    @property
    def rows(self) -> tuple[str, ...]:
        """Return the rows that must be measured."""
        return (self.of,) if self.to is None else (self.of, self.to)

    @property
    def name(self) -> str:
        """Return what is bounded."""
        value = self.value or ALL[self.measure].values[0]
        of = f"{self.measure}: {label(self.of)}"
        return f"{of}, {value}" if self.to is None else f"{of} / {label(self.to)}"

    @property
    def bound(self) -> str:
        """Return the bound in words."""
        if self.at_most is None:
            return f"at least {self._shown(self.at_least or 0)}"
        return f"at most {self._shown(self.at_most)}"

    def _shown(self, figure: float) -> str:
        if self.to is not None:
            return f"{figure:.3g}"
        return quantity(self.value or ALL[self.measure].values[0], figure)

    def judge(self, measured: dict[str, Any]) -> Verdict:
        """Compare the bound with the results of all measurements."""
        rows = measured.get(self.measure, {}).get("rows", {})
        if any(row not in rows for row in self.rows):
            return Verdict(self, None, "not available")
        value = self.value or ALL[self.measure].values[0]
        figures = rows[self.of][value]
        if self.to is not None:
            figures = ratios(figures, rows[self.to][value])
        seen = spread(figures).median
        return Verdict(self, seen, self._shown(seen))


@dataclass(frozen=True)
class Verdict:
    """What came of a threshold; one that could not be measured is missed."""

    threshold: Threshold
    seen: float | None
    shown: str

    @property
    def passed(self) -> bool:
        """Whether the bound is kept."""
        most, least = self.threshold.at_most, self.threshold.at_least
        if self.seen is None:
            return False
        return (most is None or self.seen <= most) and (least is None or self.seen >= least)


def load(file: Path = FILE) -> list[Threshold]:
    """Read the thresholds."""
    return [Threshold(**one) for one in json.loads(file.read_text())]


def check(thresholds: Iterable[Threshold], measured: dict[str, Any]) -> list[Verdict]:
    """Judge all thresholds by the results of all measurements."""
    return [threshold.judge(measured) for threshold in thresholds]


def needed(thresholds: Iterable[Threshold]) -> dict[str, list[str]]:
    """Return the measurements that thresholds are about, and the rows of each."""
    wanted: dict[str, dict[str, None]] = {}
    for threshold in thresholds:
        wanted.setdefault(threshold.measure, {}).update(dict.fromkeys(threshold.rows))
    return {measure: list(rows) for measure, rows in wanted.items()}
