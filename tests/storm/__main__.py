"""``python -m tests.storm``: run a storm, and say what it came to."""

from __future__ import annotations

import argparse
import secrets
import sys
import warnings
from collections import Counter

from .storm import Report, sky, storm
from .world import WORKERS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--worker", type=int, default=None, help=f"one of {WORKERS}, alone")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    print(f"storm: {asked.calls:,} calls, seed {seed}", flush=True)
    workers = range(WORKERS) if asked.worker is None else [asked.worker]
    with sky(seed) as above:
        report = storm(above, asked.calls, workers=workers)
    _print(report)
    return bool(report.violations)


def _print(report: Report) -> None:
    made = sum(report.calls.values())
    print(f"{made:,} calls in {report.seconds:.0f} s: {made / report.seconds:.0f} a second")
    beyond, late = report.overrun
    print(
        f"longest stay beyond a deadline or a cancellation: {beyond:.3f} s, "
        f"and {late:.3f} s that the machine was busy"
    )
    _table("calls", report.calls)
    _table("outcomes", report.outcomes)
    _table("ambiguous writes, read back", report.checks)
    _table("faults", report.faults)
    for group in report.not_tested:
        print(f"##### NOT TESTED: {group}: its library is not installed #####")
    for violation in report.violations:
        print(f"##### VIOLATION: {violation}")
    print("the invariants hold" if not report.violations else f"seed {report.seed} FAILED")


def _table(title: str, counts: Counter[str]) -> None:
    print(f"{title}:")
    for name, count in counts.most_common():
        print(f"  {count:8,}  {name}")


if __name__ == "__main__":
    sys.exit(main())
