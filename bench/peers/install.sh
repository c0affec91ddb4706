#!/usr/bin/env bash
# Creates or updates two Python environments with the servers that this one is compared with.
# Usage: bench/peers/install.sh [folder]; PYTHON is the interpreter to use (3.11 or 3.12).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/.venv}

install() { # environment, requirements
  "${PYTHON:-python3}" -m venv "$folder/$1"
  "$folder/$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/$2"
}

# The mark is written last, so that an interrupted installation has none.
rm -f "$folder/installed"
install main requirements.txt
install mlserver requirements-mlserver.txt
cat "$here/requirements-mlserver.txt" "$here/requirements.txt" >"$folder/installed"
