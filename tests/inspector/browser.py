"""A browser of this machine, as playwright drives it."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def executable() -> str | None:
    """Return where a browser is, or None when there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def started() -> Generator[Browser, None, None]:
    """Run the browser without a window."""
    from playwright.sync_api import sync_playwright

    # Containers have no user namespaces and little shared memory.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()
