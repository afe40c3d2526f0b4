#!/bin/sh
# Pins the packages of each requirements file, without download addresses. Run it
# on the oldest Python that pyproject.toml names.
set -eu

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check pip-tools

pin() {
  file=$1
  shift
  echo "pinning $file"
  CUSTOM_COMPILE_COMMAND="make lock" "$tools/bin/pip-compile" --quiet --strip-extras \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
    --output-file "$file" "$@" pyproject.toml
}

pin requirements.txt
pin requirements-dev.txt --extra dev --extra test
pin requirements-bench.txt --extra bench
pin requirements-scale.txt --extra scale
pin requirements-fuzz.txt --extra fuzz
