#!/bin/sh
# Renew the lock files: exact versions and hashes, no host and no path of the machine that ran it.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
python3 -m venv "$tool"
"$tool/bin/python" -m pip install --quiet uv
lock() {
    "$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make lock" "$@"
}
lock --extra embedded pyproject.toml -o requirements/runtime.txt
lock pyproject.toml -c requirements/runtime.txt -o requirements/server.txt
lock --extra dev pyproject.toml -c requirements/runtime.txt -o requirements/dev.txt
lock requirements/build.in -c requirements/dev.txt -o requirements/build.txt
lock requirements/node.in -o requirements/node.txt
