#!/bin/sh
# Every public symbol must have a type that is known: pyright measures the installed package, and
# prints what is not.
set -eu
PATH="$(cd "$1" && pwd):$PATH" # pyright finds the environment by the python on its path
cd "$(mktemp -d)"              # away from the source tree, to find the package where it is installed
report=$(pyright --verifytypes integrations_sdk --ignoreexternal 2>&1) || {
    printf '%s\n' "$report" >&2
    exit 1
}
printf '%s\n' "$report" | grep 'completeness'
