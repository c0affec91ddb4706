#!/usr/bin/env bash
# What the tests with containers share. They need a container engine (the one at DOCKER_HOST, or the
# default one), Compose, curl and Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. release/production.sh

docker info >/dev/null || {
  echo "There is no container engine at ${DOCKER_HOST:-its default address}"
  exit 1
}
work=$(mktemp -d)
checks=0 failures=0

# check WHAT COMMAND…: ok if COMMAND succeeds.
check() {
  local what=$1
  shift
  checks=$((checks + 1))
  if "$@"; then
    echo "ok $checks - $what"
  else
    echo "not ok $checks - $what"
    failures=$((failures + 1))
  fi
}

# is WHAT EXPECTED FOUND
is() {
  check "$1" test "$2" = "$3"
  [[ $2 == "$3" ]] || printf '  expected: %s\n  found:    %s\n' "$2" "$3"
}

# within SECONDS COMMAND…: runs COMMAND until it succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# json PATH: a part of the JSON on standard input; nothing where there is none.
json() { node -pe "JSON.parse(require('fs').readFileSync(0, 'utf8'))$1" 2>/dev/null; }

inspect() { docker inspect --format "$2" "$1"; }

# Ends a test: in failure where a check has failed.
summary() {
  echo "# $checks checks, $failures failed"
  ((failures == 0))
}
