#!/bin/sh
# Run every test on each supported Python that this machine has, each in its own environment.
# A Python is found on PATH, or among those of pyenv.
set -u
status=0
for version in 3.10 3.11 3.12 3.13; do
    python=""
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "##### SKIPPED: this machine has no Python $version #####"
        continue
    fi
    echo "##### Python $version ($python) #####"
    make --no-print-directory test VENV=".venv-$version" PYTHON="$python" || status=1
done
exit $status
