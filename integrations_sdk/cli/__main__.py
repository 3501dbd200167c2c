"""``python -m integrations_sdk.cli``: the same as ``integrations``."""

from __future__ import annotations

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
