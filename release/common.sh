#!/usr/bin/env bash
# What the scripts of a release share. Each reads it first, before it does anything.
#
#   MODEL_COMMIT           full SHA of the version to release: the one parameter
#   MODEL_STORE            where versions lie: a folder or an address (models)
#   SERVER_IMAGE           name of the image; one that begins with a registry is pushed to it, such
#                          as registry.example.com/tweet-sentiment (released/tweet-sentiment)
#   RELEASE_STORE          where archives of images lie: a folder or s3://bucket/prefix
#                          (.release/images)
#   COMPOSE_PROJECT_NAME   what production is called in Compose (tweet-sentiment)
#   SERVER_PORT            port of production (8080, see docker-compose.yml)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "$(basename "$0" .sh): $*"; }
die() {
  say "$@" >&2
  exit 1
}

# Before anything else: what comes from a form must not get any further unless it is a SHA.
[[ ${MODEL_COMMIT:-} =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] ||
  die "MODEL_COMMIT must be a full commit SHA (40 or 64 lower-case hex digits)," \
    "found $(printf %q "${MODEL_COMMIT:-}")"

export MODEL_STORE=${MODEL_STORE:-models} MODEL_NAME=${MODEL_NAME:-tweet-sentiment}
# Not the name that `docker compose up --build` gives: an image built by hand is no release.
export SERVER_IMAGE=${SERVER_IMAGE:-released/$MODEL_NAME}
RELEASE_STORE=${RELEASE_STORE:-.release/images}
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-tweet-sentiment}
image=$SERVER_IMAGE:$MODEL_COMMIT
sbom=.release/sbom/$MODEL_COMMIT.cdx.json
# The image that ran before the last deploy; empty where nothing did.
before=.release/before

# The id of the image in the engine; nothing where it has none.
image_id() { docker image inspect --format '{{.Id}}' "$image" 2>/dev/null || true; }

require_image() {
  [[ -n $(image_id) ]] || die "there is no image $image: build it with release/image.sh"
}

# archive id | put FOLDER | get FOLDER: see archive.mjs.
archive() { node release/archive.mjs "$1" "$RELEASE_STORE" "$MODEL_COMMIT" "${@:2}"; }

# As Docker reads a name: its first part is a registry where it has a dot or a port.
in_registry() { [[ ${SERVER_IMAGE%%/*} == *[.:]* ]]; }

# Gets the image from its registry; fails where the registry hasn't got it, ends where it can't tell.
pull() {
  local answer
  answer=$(docker pull "$image" 2>&1) && return
  [[ $answer == *'not found'* || $answer == *'manifest unknown'* ]] || die "$answer"
  return 1
}

. release/production.sh
