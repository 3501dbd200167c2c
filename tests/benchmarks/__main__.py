"""Measure, and tell what came of it: `make bench`, `make bench-check`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from . import report, server, thresholds
from .contenders import TABLE
from .measurements import ALL, measure
from .processes import ROOT, raise_file_limit

RESULTS = report.FOLDER / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return its exit status."""
    options = _options(arguments)
    if options.redraw:
        _publish(json.loads(RESULTS.read_text()))
        return 0
    bounds = thresholds.load()
    wanted = {name: list(one.rows) for name, one in ALL.items()}
    if options.check:
        wanted = thresholds.needed(bounds)
    if options.only:
        wanted = {name: rows for name, rows in wanted.items() if name in options.only}
        bounds = [bound for bound in bounds if bound.measure in options.only]
    results = _measured(wanted, options.rounds)
    verdicts = thresholds.check(bounds, results["measured"])
    if verdicts:
        print(report.plain(report.judged(verdicts)))
    if options.json:
        options.json.write_text(_written(results))
    if not options.check and not options.only:
        RESULTS.write_text(_written(results))
        _publish(json.loads(RESULTS.read_text()))
    return 0 if all(verdict.passed for verdict in verdicts) or not options.check else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = ",".join(ALL)
    parser.add_argument("--only", type=_names, help=f"some of {names}; nothing is written then")
    parser.add_argument("--rounds", type=int, help="how many, instead of each one's own number")
    parser.add_argument("--check", action="store_true", help="fail when a threshold is missed")
    parser.add_argument("--json", type=Path, help="write the results to this file, too")
    parser.add_argument("--redraw", action="store_true", help="write the page from old results")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(ALL):
        raise argparse.ArgumentTypeError(f"no such measurement: {', '.join(unknown)}")
    return names


def _measured(wanted: Mapping[str, Sequence[str]], rounds: int | None) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    with server.running() as servers:
        ceiling = server.ceiling(servers[0])
        print(f"server: {ceiling:,.0f} calls per second from plain sockets")
        for name, rows in wanted.items():
            one = ALL[name]
            result = measure(one, servers, rounds or one.rounds, rows)
            measured[name] = result
            title = f"\n{name}: {report.heading(one, result)}"
            print(title, report.plain(report.table(one, result)), sep="\n")
            print(*report.missing(result), sep="\n", flush=True)
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "commit": _commit(),
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "versions": _versions(),
        "server_calls_per_second": ceiling,
        "measured": measured,
    }


def _written(results: dict[str, Any]) -> str:
    def short(value: Any) -> Any:
        if isinstance(value, float):
            return float(f"{value:.5g}")
        if isinstance(value, dict):
            return {name: short(member) for name, member in value.items()}
        return [short(item) for item in value] if isinstance(value, list) else value

    return json.dumps(short(results), indent=1) + "\n"


def _publish(results: dict[str, Any]) -> None:
    for path in report.publish(results):
        print(f"wrote {path.relative_to(ROOT)}")


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def _cpu() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for contender in TABLE.values():
        try:
            found[str(contender.package)] = version(str(contender.package))
        except PackageNotFoundError:  # told beside its row
            continue
    return found


if __name__ == "__main__":
    raise_file_limit()
    sys.exit(main())
