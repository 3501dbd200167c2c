"""Pictures of the figures, as SVG that can be read on a light page and on a dark one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_STYLE: Final = """
text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
.title{font-size:16px;font-weight:600}.soft{fill:#59636e}.end{text-anchor:end}.mid{text-anchor:middle}
.strong{font-weight:600}.page{fill:#fff}.others{fill:#b6bfc9;stroke:#8c959f}
.ours{fill:#0969da;stroke:#0969da}.rule{stroke:#d1d9e0}.mark{stroke:#1f2328;stroke-dasharray:3 3}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.soft{fill:#9198a1}.page{fill:#0d1117}
.others{fill:#59636e;stroke:#9198a1}.ours{fill:#4493f8;stroke:#4493f8}.rule{stroke:#3d444d}
.mark{stroke:#f0f6fc}}
.bar{stroke:none}.curve{fill:none;stroke-width:2.5}.dash{stroke-dasharray:6 4}
"""
_WIDTH: Final = 820


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart."""

    label: str
    figure: float
    shown: str
    ratio: str
    ours: bool


@dataclass(frozen=True)
class Curve:
    """One line of a line chart; None where nothing was measured."""

    label: str
    figures: Sequence[float | None]
    ours: bool
    dashed: bool


def bar_chart(title: str, note: str, bars: Sequence[Bar], mark: float | None) -> str:
    """Draw a bar for each row, and a line at the figure that the others are compared to."""
    left, length, step, top = 215, 430, 26, 76
    scale = length / (max(bar.figure for bar in bars) or 1)
    parts = []
    for number, bar in enumerate(bars):
        y = top + number * step
        kind, weight = ("ours", "strong") if bar.ours else ("others", "")
        width = max(bar.figure * scale, 1)
        parts += [
            _text(left - 10, y + 14, bar.label, f"end {weight}"),
            f'<rect class="bar {kind}" x="{left}" y="{y}" width="{width:.1f}" height="18" rx="2"/>',
            _text(735, y + 14, bar.shown, f"end {weight}"),
            _text(800, y + 14, bar.ratio, f"end soft {weight}"),
        ]
    bottom = top + len(bars) * step
    if mark is not None:
        parts.insert(0, _line(left + mark * scale, top - 8, left + mark * scale, bottom, "mark"))
    return _page(title, note, bottom + 12, parts)


def line_chart(
    title: str, note: str, ticks: Sequence[int], panels: Mapping[str, Sequence[Curve]]
) -> str:
    """Draw panels side by side: curves of seconds over ticks, both in powers of ten."""
    seen = [f for curves in panels.values() for c in curves for f in c.figures if f]
    lowest, highest = math.floor(math.log10(min(seen))), math.ceil(math.log10(max(seen)))
    top, height, width, gap, left = 130, 190, 220, 24, 70
    parts = []
    for number, curve in enumerate(next(iter(panels.values()))):
        x = left + number * 150
        parts += [_line(x, 80, x + 28, 80, _look(curve)), _text(x + 36, 84, curve.label)]
    for power in range(lowest, highest + 1):
        y = top + height * (highest - power) / (highest - lowest)
        parts.append(_line(left, y, left + 3 * width + 2 * gap, y, "rule"))
        parts.append(_text(left - 8, y + 4, _seconds(power), "end soft"))
    for number, (name, curves) in enumerate(panels.items()):
        start = left + number * (width + gap)
        xs = [start + 14 + (width - 28) * at / (len(ticks) - 1) for at in range(len(ticks))]
        parts.append(_text(start + width / 2, top - 12, name, "mid"))
        parts += [
            _text(x, top + height + 20, f"{tick:,}", "mid soft")
            for x, tick in zip(xs, ticks, strict=True)
        ]
        for curve in curves:
            points = " ".join(
                f"{x:.1f},{top + height * (highest - math.log10(f)) / (highest - lowest):.1f}"
                for x, f in zip(xs, curve.figures, strict=True)
                if f
            )
            parts.append(f'<polyline class="{_look(curve)}" points="{points}"/>')
    parts.append(_text(_WIDTH / 2, top + height + 44, "tasks at once", "mid soft"))
    return _page(title, note, top + height + 60, parts)


def _page(title: str, note: str, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" '
        f'aria-labelledby="title desc" width="{_WIDTH}" height="{height:.0f}">'
        f'<title id="title">{escape(title)}</title><desc id="desc">{escape(note)}</desc>'
        f'<style>{_STYLE}</style><rect class="page" width="100%" height="100%"/>'
    )
    lines = [head, _text(20, 30, title, "title"), _text(20, 50, note, "soft"), *parts, "</svg>"]
    return "\n".join(lines) + "\n"


def _look(curve: Curve) -> str:
    return f"curve {'ours' if curve.ours else 'others'}{' dash' if curve.dashed else ''}"


def _seconds(power: int) -> str:
    unit, base = ("s", 0) if power >= 0 else ("ms", -3) if power >= -3 else ("µs", -6)
    return f"{10 ** (power - base):g} {unit}"


def _text(x: float, y: float, words: str, look: str = "") -> str:
    return f'<text class="{look.strip()}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, look: str) -> str:
    return f'<line class="{look}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
