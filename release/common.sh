#!/usr/bin/env bash
# Variables and functions of all release scripts. Each script reads this file first.
#
#   MODEL_COMMIT           full SHA of the version to release; the only parameter
#   MODEL_STORE            store of the versions: a folder or a URL (models)
#   SERVER_IMAGE           name of the image; a name with a registry, such as
#                          registry.example.com/tweet-sentiment, is pushed to it
#                          (released/tweet-sentiment)
#   RELEASE_STORE          store of the image archives: a folder or s3://bucket/prefix
#                          (.release/images)
#   KUBE_CONTEXT           context of kubectl; with it, production is on Kubernetes, else it is Compose
#   KUBE_NAMESPACE         namespace of production on Kubernetes (tweet-sentiment)
#   HELM_RELEASE           name of production in Helm (tweet-sentiment)
#   HELM_VALUES            file with the values of the chart (those of the last release)
#   DEPLOY_TIMEOUT_S       how long a deployment to Kubernetes or a way back may take, in seconds (1800)
#   COMPOSE_PROJECT_NAME   name of production in Compose (tweet-sentiment)
#   SERVER_PORT            port of production (8080, see docker-compose.yml)
#   SERVER_CPUS            CPUs of production (2, see docker-compose.yml)
#   SERVER_MEMORY          memory of production (1g, see docker-compose.yml)
#   API_KEYS               setting of the server in production, see docs/reference/settings.md
#   FEEDBACK_KEY           setting of the server in production
#   MAX_CONNECTIONS        setting of the server in production
#   DRAIN_DELAY_MS         setting of the server in production (3000, see docker-compose.yml)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "$(basename "$0" .sh): $*"; }
die() {
  say "$@" >&2
  exit 1
}

# First of all: the value may come from a web form, so nothing else than a SHA is accepted.
[[ ${MODEL_COMMIT:-} =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] ||
  die "MODEL_COMMIT must be a full commit SHA (40 or 64 lower-case hex digits)," \
    "found $(printf %q "${MODEL_COMMIT:-}")"

export MODEL_STORE=${MODEL_STORE:-models} MODEL_NAME=${MODEL_NAME:-tweet-sentiment}
# Different from the name in docker-compose.yml: an image that was built by hand is not a release.
export SERVER_IMAGE=${SERVER_IMAGE:-released/$MODEL_NAME}
RELEASE_STORE=${RELEASE_STORE:-.release/images}
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-tweet-sentiment}
image=$SERVER_IMAGE:$MODEL_COMMIT
# What a deployment puts into production; prepare_production may know better.
deployed=$image
sbom=.release/sbom/$MODEL_COMMIT.cdx.json
# What ran before the last deploy, as production_now prints it; empty if nothing ran.
before=.release/before

# Prints the id of the image in the engine, or nothing if there is no such image.
image_id() { docker image inspect --format '{{.Id}}' "$image" 2>/dev/null || true; }

require_image() {
  [[ -n $(image_id) ]] || die "there is no image $image: build it with release/image.sh"
}

# archive id | put FOLDER | get FOLDER: see archive.mjs.
archive() { node release/archive.mjs "$1" "$RELEASE_STORE" "$MODEL_COMMIT" "${@:2}"; }

# Docker's rule: the first part of a name is a registry if it has a dot or a port.
in_registry() { [[ ${SERVER_IMAGE%%/*} == *[.:]* ]]; }

# Pulls the image from its registry. Returns 1 if the registry does not have it; exits on other errors.
pull() {
  local answer
  answer=$(docker pull "$image" 2>&1) && return
  [[ $answer == *'not found'* || $answer == *'manifest unknown'* ]] || die "$answer"
  return 1
}

if [[ -n ${KUBE_CONTEXT:-} ]]; then
  . release/production-kubernetes.sh
else
  . release/production.sh
fi
