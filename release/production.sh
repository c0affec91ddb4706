#!/usr/bin/env bash
# Production is Compose on this host. This is all that the scripts of a release know of it: another
# place, such as Kubernetes, is another file with these functions.

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  else
    docker-compose "$@"
  fi
}

# The container in production; nothing where none runs.
production() {
  docker ps --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter label=com.docker.compose.service=server
}

# The image in production, as NAME:SHA; nothing where none runs.
production_image() {
  local id
  id=$(production) || return
  [[ -z $id ]] || docker inspect --format '{{.Config.Image}}' "$id"
}

# replace_production NAME:SHA
replace_production() {
  SERVER_IMAGE=${1%:*} MODEL_COMMIT=${1##*:} compose up --detach --no-build server
}

stop_production() { compose rm --stop --force server; }
