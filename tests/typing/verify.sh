#!/bin/sh
# Every public symbol must have a type that is known: pyright measures the installed package, and
# prints what is not.
set -eu
bin=$(cd "$1" && pwd)
cd "$(mktemp -d)" # away from the source tree, so that the package is found where it is installed
report=$("$bin/pyright" --pythonpath "$bin/python" --verifytypes integrations_sdk --ignoreexternal 2>&1) || {
    printf '%s\n' "$report" >&2
    exit 1
}
printf '%s\n' "$report" | grep 'completeness'
