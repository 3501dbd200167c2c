#!/bin/sh
# Write a software bill of materials: sh tests/packaging/sbom.sh TOOLS WHEEL EXTRAS FILE
# What the wheel brings is looked up where nothing else is installed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$1/python" -m venv --without-pip "$place/venv"
"$1/python" -m pip --python "$place/venv" install --quiet "$2[$3]"
# cyclonedx-py reads no version that is dynamic.
version=$(basename "$2" | cut -d - -f 2)
sed "s/^dynamic = .*/version = \"$version\"/" pyproject.toml >"$place/pyproject.toml"
mkdir -p "$(dirname "$4")"
"$1/cyclonedx-py" environment --pyproject "$place/pyproject.toml" --mc-type library \
    --output-reproducible --output-format JSON --output-file "$4" --validate "$place/venv/bin/python"
