#!/usr/bin/env bash
# Asks a server whether it is ready, is the version MODEL_COMMIT, and answers as that version should.
#
#   smoke.sh image        the image, in a container of its own that is removed again
#   smoke.sh production   what is deployed
. "$(dirname "$0")/common.sh"

case ${1:-} in
  image)
    require_image
    id=$(docker run --detach --publish 127.0.0.1::8080 "$image")
    trap 'docker rm --force --volumes "$id" >/dev/null' EXIT
    ;;
  production)
    id=$(production)
    [[ -n $id ]] || die 'nothing runs in production'
    ;;
  *) die 'usage: smoke.sh image | production' ;;
esac

fail() {
  docker logs --tail 20 "$id" || true
  die "$1: $image"
}

# Compose starts a server anew that has ended: it would look alive for ever.
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
