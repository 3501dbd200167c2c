"""A platform is one folder and its lines at two front doors: it can be taken out like a drawer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLATFORMS = sorted(path.parent.name for path in ROOT.glob("integrations_sdk/*/platform.py"))
PLATFORMS.remove("sandbox")
FRONT_DOORS = ("integrations_sdk/__init__.py", "integrations_sdk/sandbox/sandbox.py")
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "docs", "examples", "dist")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_others_pass_their_tests_without_a_platform(platform: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
    shutil.rmtree(copy / "integrations_sdk" / platform)
    for module in (copy / "integrations_sdk" / "sandbox").glob(f"{platform}*.py"):
        module.unlink()
    for door in FRONT_DOORS:
        text = (copy / door).read_text()
        text = re.sub(rf" *from \.{platform} import \([^)]*\)\n", "", text)
        kept = [line for line in text.splitlines(keepends=True) if platform not in line.lower()]
        (copy / door).write_text("".join(kept))
    others = [copy / "tests/contract" / f"test_{p}.py" for p in PLATFORMS if p != platform]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-k", "not async", *map(str, others)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
