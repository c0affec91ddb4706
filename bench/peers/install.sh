#!/usr/bin/env bash
# Two Python environments with the servers that this one is measured beside; again: brings them up to
# date. Usage: bench/peers/install.sh [folder]; PYTHON says which Python (3.11 or 3.12).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/.venv}

install() { # environment, requirements
  "${PYTHON:-python3}" -m venv "$folder/$1"
  "$folder/$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/$2"
}

# The mark is written last, so that an installation that was cut short does not pass for one.
rm -f "$folder/installed"
install main requirements.txt
install mlserver requirements-mlserver.txt
cat "$here/requirements-mlserver.txt" "$here/requirements.txt" >"$folder/installed"
