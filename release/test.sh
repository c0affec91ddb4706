#!/usr/bin/env bash
# Runs the tests of the server. TESTED=true skips them, if the same source has passed before.
. "$(dirname "$0")/common.sh"

if [[ ${TESTED:-} == true ]]; then
  say 'TESTED=true: this source has passed its tests'
  exit
fi
# Tests select their own versions, so the release's settings must not reach their servers.
unset MODEL_COMMIT MODEL_STORE MODEL_NAME
npm test
