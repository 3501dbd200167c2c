#!/bin/sh
# Run every test on each supported Python that this machine has, each in its own environment.
set -u
status=0
for version in 3.10 3.11 3.12 3.13; do
    python=$(sh tests/find_python.sh "$version") || {
        echo "##### SKIPPED: this machine has no Python $version #####"
        continue
    }
    echo "##### Python $version ($python) #####"
    make --no-print-directory test VENV=".venv-$version" PYTHON="$python" || status=1
done
exit $status
