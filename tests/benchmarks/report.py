"""What is told of the results: tables for a terminal and for a page, and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from .contenders import TABLE
from .figures import quantity, ratios, spread
from .measurements import ALL, GROWING, GROWTH, Measurement, label
from .pictures import Bar, Curve, bar_chart, line_chart
from .processes import ROOT
from .server import DELAYS
from .thresholds import Verdict, check, load

PAGE: Final = ROOT / "docs" / "benchmarks.md"
FOLDER: Final = ROOT / "docs" / "benchmarks"

Table = list[list[str]]

_NAMES: Final = {
    "seconds": "time",
    "cpu_seconds": "CPU time",
    "calls_per_second": "calls",
    "bytes": "memory",
    "traced_bytes": "of it Python's",
}


def table(one: Measurement, result: dict[str, Any]) -> Table:
    """Lay out the results of a measurement; the first line is the heading."""
    if one.name == "growth":
        return _growth_table(result)
    main, *others = one.values
    compared = f"of {label(one.baseline)}'s" if one.baseline else ""
    lines = [["", _NAMES[main], "middle half", compared, *(_NAMES[name] for name in others), ""]]
    baseline = result["rows"].get(one.baseline)
    for row, values in result["rows"].items():
        seen = spread(values[main])
        ratio = spread(ratios(values[main], baseline[main])).median if baseline else None
        lines.append(
            [
                label(row),
                quantity(main, seen.median),
                f"{quantity(main, seen.low)} to {quantity(main, seen.high)}",
                "" if ratio is None else _ratio(ratio),
                *(quantity(name, spread(values[name]).median) for name in others),
                _failures(values),
            ]
        )
    order = list(one.rows)
    shown = list(result["rows"])
    lines[1:] = [line for _, line in sorted(zip(map(order.index, shown), lines[1:], strict=True))]
    return _without_empty_columns(lines)


def _growth_table(result: dict[str, Any]) -> Table:
    lines = [["", "server", *(f"{n:,} {'task' if n == 1 else 'tasks'}" for n in GROWTH), "growth"]]
    for key in GROWING:
        for delay in DELAYS:
            cells = [result["rows"].get(f"{key}/{n}/{delay}") for n in GROWTH]
            if any(cells):
                growth = _growth(cells[1], cells[-1])
                lines.append([label(key), f"{delay} ms", *map(_cell, cells), growth])
    return lines


def _cell(values: dict[str, Any] | None) -> str:
    if values is None:
        return "-"
    names = ("calls_per_second", "cpu_seconds")
    shown = ", ".join(quantity(name, spread(values[name]).median) for name in names)
    return f"{shown} {_failures(values)}".strip()


def _growth(few: dict[str, Any] | None, many: dict[str, Any] | None) -> str:
    if few is None or many is None:
        return "-"
    return _ratio(spread(ratios(many["cpu_seconds"], few["cpu_seconds"])).median)


def _ratio(figure: float) -> str:
    return f"{figure:.2f}" if figure >= 0.01 else f"{figure:.4f}"


def _failures(values: dict[str, Any]) -> str:
    counts: dict[str, int] = {}
    for failed in values.get("failed", ()):
        for name, count in failed.items():
            counts[name] = counts.get(name, 0) + count
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _without_empty_columns(lines: Table) -> Table:
    kept = [at for at in range(len(lines[0])) if any(line[at] for line in lines)]
    return [[line[at] for at in kept] for line in lines]


def judged(verdicts: Iterable[Verdict]) -> Table:
    """Lay out what came of the thresholds."""
    lines = [["", "measured", "wanted", ""]]
    for verdict in verdicts:
        bound = verdict.threshold
        lines.append([bound.name, verdict.shown, bound.bound, "pass" if verdict.passed else "MISS"])
    return lines


def missing(result: dict[str, Any]) -> list[str]:
    """Say what could not be measured, and why."""
    reasons: dict[str, list[str]] = {}
    for row, reason in result["missing"].items():
        name = TABLE[row.split("/")[0]].label
        if name not in reasons.setdefault(reason.partition(" (/")[0], []):
            reasons[reason.partition(" (/")[0]].append(name)
    return [f"{', '.join(names)}: not available ({why})" for why, names in reasons.items()]


def heading(one: Measurement, result: dict[str, Any]) -> str:
    """Say what a table shows."""
    size = f", {result['size'] / 1e6:.1f} MB" if "size" in result else ""
    return f"{one.title}{size}; {result['rounds']} rounds"


def plain(lines: Table) -> str:
    """Write a table for a terminal."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(lines: Table) -> str:
    """Write a table for a page."""
    head, *rows = lines
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *rows))


def picture(one: Measurement, result: dict[str, Any]) -> str:
    """Draw the results of a measurement."""
    if one.name == "growth":
        return _growth_picture(result)
    main = one.values[0]
    rows = result["rows"]
    order = sorted(rows, key=lambda row: spread(rows[row][main]).median)
    bars = []
    for row in order if main != "calls_per_second" else reversed(order):
        figure, ratio = spread(rows[row][main]).median, ""
        if one.baseline in rows:
            ratio = _ratio(spread(ratios(rows[row][main], rows[one.baseline][main])).median)
        bars.append(Bar(label(row), figure, quantity(main, figure), ratio, row.startswith("sdk")))
    better = "more" if main == "calls_per_second" else "less"
    note = f"{_NAMES[main]}; {better} is better".capitalize()
    mark = None
    if one.baseline is not None and one.baseline in rows:
        mark = spread(rows[one.baseline][main]).median
        note += f"; dashed line and last column: as compared to {label(one.baseline)}"
    title = one.title[0].upper() + one.title[1:]
    return bar_chart(title, note, bars, mark)


def _growth_picture(result: dict[str, Any]) -> str:
    def curve(key: str, delay: int) -> Curve:
        cells = [result["rows"].get(f"{key}/{n}/{delay}") for n in GROWTH]
        figures = [cell and spread(cell["cpu_seconds"]).median for cell in cells]
        ours = key.startswith("sdk")
        return Curve(label(key), figures, ours=ours, dashed=key in {"aiohttp", "sdk-fast"})

    keys = [key for key in GROWING if f"{key}/1/0" in result["rows"]]
    panels = {
        f"server answers after {delay} ms" if delay else "server answers at once": [
            curve(key, delay) for key in keys
        ]
        for delay in DELAYS
    }
    note = "CPU time of a call, in powers of ten; level lines are best, and low ones"
    return line_chart("More tasks, and a slower server", note, GROWTH, panels)


def fill(page: str, results: dict[str, Any]) -> str:
    """Put what was measured in its places on the page."""
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    parts = {
        "machine": f"Measured on {results['date']} at commit `{results['commit']}`, on "
        f"{machine['cpu']} with {machine['cores']} cores, {machine['system']}, Python "
        f"{machine['python']}. Plain sockets get {results['server_calls_per_second']:,.0f} calls "
        f"per second out of the server.\n\n{versions}.",
        "bounds": markdown(judged(check(load(), results["measured"]))),
    }
    for name, result in results["measured"].items():
        one = ALL[name]
        said = "".join(f"\n\n{line}." for line in missing(result))
        title = heading(one, result)
        parts[name] = (
            f"![{one.title}](benchmarks/{name}.svg)\n\n{title[0].upper() + title[1:]}.\n\n"
            f"{markdown(table(one, result))}{said}"
        )
    for name, part in parts.items():
        page = re.sub(
            rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)",
            lambda match, part=part: f"{match[1]}{part}\n{match[2]}",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
    return page


def publish(results: dict[str, Any], page: Path = PAGE, folder: Path = FOLDER) -> Sequence[Path]:
    """Fill the page, and draw its pictures."""
    page.write_text(fill(page.read_text("utf-8"), results), "utf-8")
    written = [page]
    for name, result in results["measured"].items():
        written.append(folder / f"{name}.svg")
        written[-1].write_text(picture(ALL[name], result), "utf-8")
    return written
