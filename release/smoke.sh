#!/usr/bin/env bash
# Checks that a server is ready, serves the version MODEL_COMMIT, and returns its golden scores.
#
#   smoke.sh image        the image, in a temporary container
#   smoke.sh production   what is deployed; on Kubernetes, `helm test` checks a text instead of all scores
. "$(dirname "$0")/common.sh"

# smoke_container ID
smoke_container() {
  local id=$1 first_life
  fail() {
    docker logs --tail 20 "$id" || true
    die "$1: $image"
  }
  # Compose restarts a server that has ended, so a running container alone proves nothing.
  life() { docker inspect --format '{{.State.Running}} {{.State.StartedAt}}' "$id"; }
  url() { echo "http://$(docker port "$id" 8080/tcp)"; }
  ready() { curl --silent --fail --max-time 5 --output /dev/null "$(url)/readyz"; }

  first_life=$(life)
  until ready; do
    [[ $first_life == true* && $(life) == "$first_life" ]] || fail 'the server ended'
    ((SECONDS < 60)) || fail 'the server is not ready after 60 s'
    sleep 0.2
  done
  node release/smoke.mjs "$(url)" "$MODEL_COMMIT" || fail 'the server is not what it should be'
}

case ${1:-} in
  image)
    require_image
    id=$(docker run --detach --publish 127.0.0.1::8080 "$image")
    trap 'docker rm --force --volumes "$id" >/dev/null' EXIT
    smoke_container "$id"
    ;;
  production) smoke_production ;;
  *) die 'usage: smoke.sh image | production' ;;
esac
