"""Change the code in each way that mutmut knows, and count the changes that no test notices.

``python -m tests.mutation [GROUP ...]`` runs all groups or some, from scratch, and fails when a
group's score is below the bound. A mutant that makes the tests run out of time counts as killed,
one that no test reaches as survived.
"""

from __future__ import annotations

import fnmatch
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

BOUND: Final = 0.85
KILLED: Final = frozenset({"killed", "timeout"})
_CORE: Final = "integrations_sdk.core."
GROUPS: Final = {
    "retry": ("retry.*",),
    "scopes": ("scopes.*", "exchange.x_granted_scopes__*", "exchange.*ǁ_check_scopes__*"),
    "redaction": ("redaction.*", "secret.*", "model.x_secrets_in__*"),
    "addresses": (
        "address.*",
        "arguments.*",
        "call.x_written__*",
        "call.x__text__*",
        "settings.x_checked_base_url__*",
        "settings.x__as_ascii__*",
        "settings.x__by_idna__*",
        "settings.x__split__*",
        "settings.x_is_loopback__*",
    ),
    "documents": ("wire.*", "kinds.*", "tolerance.*", "document.*", "timestamps.*"),
}


def main(names: list[str]) -> int:
    """Run groups of mutants, and print their scores and what survived."""
    shutil.rmtree("mutants", ignore_errors=True)
    chosen = {name: GROUPS[name] for name in names or GROUPS}
    patterns = [_CORE + pattern for group in chosen.values() for pattern in group]
    _mutmut("run", "--max-children", "2", *patterns)
    statuses = _statuses()
    scores = [_report(name, patterns, statuses) for name, patterns in chosen.items()]
    return 0 if scores and min(scores) >= BOUND else 1


def _mutmut(*arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout[-4000:] + done.stderr[-4000:])
    return done.stdout


def _statuses() -> dict[str, str]:
    lines = _mutmut("results", "--all", "true").splitlines()
    pairs = (line.strip().rpartition(": ") for line in lines if "__mutmut_" in line)
    return {name: status for name, _, status in pairs}


def _report(group: str, patterns: tuple[str, ...], statuses: dict[str, str]) -> float:
    ours = {
        name: status
        for name, status in statuses.items()
        if any(fnmatch.fnmatchcase(name, _CORE + pattern) for pattern in patterns)
    }
    alive = [name for name, status in ours.items() if status not in KILLED]
    late = sum(status == "timeout" for status in ours.values())
    score = 1 - len(alive) / len(ours) if ours else 0.0
    print(f"{group:10} {score:6.1%}  {len(ours)} mutants, {len(alive)} alive, {late} out of time")
    for name in alive:
        print(f"  {name.removeprefix(_CORE)}: {ours[name]}")
        for line in _mutmut("show", name).splitlines():
            if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"}:
                print(f"    {line}")
    return score


if __name__ == "__main__":
    assert Path("pyproject.toml").exists(), "run it where the project is"
    sys.exit(main(sys.argv[1:]))
