"""Fuzz by atheris: ``python -m tests.fuzz NAME [SECONDS] [CORPUS_FOLDER]``.

What makes a body fail is written to ``crash-*`` in the folder of the corpus, whose files are kept
for the next run.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import atheris

NAMES = ("decoding", "addresses", "answers")


def main(name: str, seconds: str = "1200", folder: str = ".fuzz") -> None:
    """Fuzz one harness for so many seconds."""
    with atheris.instrument_imports(include=["integrations_sdk"]):
        harness = import_module(f"tests.fuzz.{name}")
    corpus = Path(folder) / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(harness.CORPUS):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]
    places = [f"-artifact_prefix={corpus.parent}/{name}-", str(corpus)]
    atheris.Setup([sys.argv[0], *limits, "-print_final_stats=1", *places], harness.run)
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        sys.exit(f"usage: python -m tests.fuzz {{{','.join(NAMES)}}} [SECONDS] [CORPUS_FOLDER]")
    main(*sys.argv[1:])
