#!/usr/bin/env bash
# Production is Compose on this host. Only this file depends on that: for another platform, such as
# Kubernetes, write another file with these functions.

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  else
    docker-compose "$@"
  fi
}

# Prints the container in production, or nothing if none runs.
production() {
  docker ps --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter label=com.docker.compose.service=server
}

# Prints the image in production, as NAME:SHA, or nothing if none runs.
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
