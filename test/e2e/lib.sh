#!/usr/bin/env bash
# What the tests with containers share. They need a container engine (the one at DOCKER_HOST, or the
# default one), Compose, curl and Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. release/production.sh
. test/support/checks.sh

docker info >/dev/null || {
  echo "There is no container engine at ${DOCKER_HOST:-its default address}"
  exit 1
}
work=$(mktemp -d)

inspect() { docker inspect --format "$2" "$1"; }
