"""What the sandbox pulls in, and what it says when that is missing."""

import pytest

from .facts import python

PROBE = """
import sys
import integrations_sdk.sandbox, integrations_sdk.sandbox.__main__
ours = sorted(name for name in sys.modules if name.startswith("integrations_sdk."))
others = [n for n in ours if not n.startswith(("integrations_sdk.sandbox", "integrations_sdk._"))]
print(others, *sorted({"httpx", "attrs", "attr", "cattrs", "tenacity"} & sys.modules.keys()))
"""

WITHOUT = """
import sys
sys.modules[{name!r}] = None
import integrations_sdk.sandbox
"""


def ran(code: str) -> tuple[int, str, str]:
    process = python("-c", code)
    said, complaints = process.communicate(timeout=30)
    return process.returncode, said, complaints


def test_it_shares_no_code_with_what_it_is_there_to_test() -> None:
    assert ran(PROBE) == (0, "[]\n", "")


@pytest.mark.parametrize("name", ["starlette", "uvicorn"])
def test_without_its_extra_it_says_what_to_install(name: str) -> None:
    code, _, complaints = ran(WITHOUT.format(name=name))
    assert code == 1
    last = complaints.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: integrations_sdk.sandbox needs ")
    assert name in last
    assert last.endswith("pip install 'integrations-sdk[sandbox]'")


def test_another_missing_module_is_not_mistaken_for_the_extra() -> None:
    code, _, complaints = ran(WITHOUT.format(name="sqlite3"))
    assert code == 1
    assert "sandbox]" not in complaints.splitlines()[-1]
    assert "sqlite3" in complaints.splitlines()[-1]
