#!/usr/bin/env bash
# Production is Compose on this host. Only this file depends on that. The functions that other scripts
# call are the same in production-kubernetes.sh: production_now, is_in_production, prepare_production,
# replace_production, restore_production, stop_production, smoke_production.

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

# Prints what is in production, as NAME:SHA, here the image; nothing if none runs.
production_now() {
  local id
  id=$(production) || return
  [[ -z $id ]] || docker inspect --format '{{.Config.Image}}' "$id"
}

# is_in_production NAME:SHA: whether what production_now has printed is what the release would put there.
is_in_production() { [[ $1 == "$image" ]]; }

# Fails if the release could not be put into production.
prepare_production() { require_image; }

# Replaces what runs by the release's image. Compose does not touch a container that is up to date.
replace_production() { restore_production "$image"; }

# restore_production NAME:SHA: goes back to what production_now has printed.
restore_production() {
  SERVER_IMAGE=${1%:*} MODEL_COMMIT=${1##*:} compose up --detach --no-build server
}

stop_production() { compose rm --stop --force server; }

# Checks that what runs is the version MODEL_COMMIT. Only smoke.sh calls it, which has smoke_container.
smoke_production() {
  local id
  id=$(production)
  [[ -n $id ]] || die 'nothing runs in production'
  smoke_container "$id"
}
