#!/usr/bin/env bash
# Verifies every byte of the version in its store against the SHA.
. "$(dirname "$0")/common.sh"

node dist/main.js models verify "$MODEL_COMMIT"
