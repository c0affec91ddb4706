#!/usr/bin/env bash
# Proves every byte of the version in its store from the SHA.
. "$(dirname "$0")/common.sh"

node dist/main.js models verify "$MODEL_COMMIT"
