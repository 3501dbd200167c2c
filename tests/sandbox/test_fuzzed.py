"""Schemathesis against the sandbox, by the document that the sandbox serves.

No call may end in a 5xx, every answer is as the document says, and what it does not allow is
refused with a 4xx. EXAMPLES says how many random calls each operation gets; it adds systematic ones
and the other revisions of the platforms.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.sandbox import PLATFORMS

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None,
    reason="schemathesis is not installed; make fuzz-sandbox does it",
)

THOROUGH = "EXAMPLES" in os.environ
EXAMPLES = os.environ.get("EXAMPLES", "3")
PHASES = "examples,coverage,fuzzing,stateful" if THOROUGH else "examples,fuzzing,stateful"
SEED = os.environ.get("SEED", "1")

# A valid document may still name a credential that nobody has, so a 400 is no sign of a mistake.
UNCHECKED = "positive_data_acceptance"


def settings(sandbox: Sandbox) -> str:
    """How to prove to each platform who one is, as schemathesis reads it."""
    variables = sandbox.environment()
    lines = [
        '[auth.openapi."cxengage.token"]',
        f'username = "{variables["CXENGAGE_CLIENT_ID"]}"',
        f'password = "{variables["CXENGAGE_CLIENT_SECRET"]}"',
    ]
    for platform in PLATFORMS:
        kind = "bearer" if platform.security["type"] == "http" else "api_key"
        token = variables[platform.token_variable]
        lines += [f"[auth.openapi.{platform.name}]", f'{kind} = "{token}"']
    return "\n".join(lines)


OTHER = {
    "celigo.empty_list": "204",
    "celigo.clone": "manifest",
    "celigo.patch": "204",
    "celigo.delete": "200",
    "polis.stale_etag": "412",
    "optimizeplayer.profile": "current",
    "optimizeplayer.missing": "404",
    "optimizeplayer.form_post": "accepted",
    "cxengage.profile": "later",
    "cxengage.unknown_provider": "refused",
    "cxengage.error": "object",
}
REVISIONS = {"usual": {}, "other": OTHER} if THOROUGH else {"usual": {}}


@pytest.mark.parametrize("switches", REVISIONS.values(), ids=REVISIONS)
@pytest.mark.parametrize("platform", [platform.name for platform in PLATFORMS])
def test_the_sandbox_keeps_to_its_document(
    platform: str, switches: dict[str, str], tmp_path: Path
) -> None:
    with Sandbox(switches=switches) as sandbox:
        (tmp_path / "settings.toml").write_text(settings(sandbox), encoding="utf-8")
        options = {
            "--include-tag": platform,
            "--exclude-checks": UNCHECKED,
            "--max-examples": EXAMPLES,
            "--phases": PHASES,
            "--max-redirects": "0",
            "--seed": SEED,
            "--warnings": "off",
        }
        command = [sys.executable, "-m", "schemathesis.cli", "--no-color"]
        command += ["--config-file", str(tmp_path / "settings.toml")]
        command += ["run", f"{sandbox.url}/openapi.json", "--continue-on-failure"]
        command += [part for option in options.items() for part in option]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "No issues found" in result.stdout, result.stdout
    sys.stdout.write(result.stdout)
