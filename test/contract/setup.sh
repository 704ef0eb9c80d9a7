#!/usr/bin/env bash
# Makes the Python environment of the contract and client suites (moto's server, boto3, the AWS CLI) and prints its folder.
# It is made once and reused until requirements.txt changes; it needs python3 with venv, and PyPI.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cache="$here/../../node_modules/.cache"
mkdir -p "$cache"
environment="$(cd "$cache" && pwd)/regimen-moto"
wanted="$(cat "$here/requirements.txt")"
if [ ! -x "$environment/bin/moto_server" ] || [ "$(cat "$environment/made-of" 2>/dev/null || true)" != "$wanted" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment" >&2
  "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" >&2
  printf '%s' "$wanted" > "$environment/made-of"
fi
echo "$environment"
