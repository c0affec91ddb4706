#!/usr/bin/env bash
# Pushes the image to the registry in its name. An existing image is never overwritten. (Another client
# may push between the check and the push: only a registry with immutable tags prevents that.)
. "$(dirname "$0")/common.sh"

require_image
if ! in_registry; then
  say "$SERVER_IMAGE names no registry: the image stays in this engine"
  exit
fi
id=$(image_id)
if ! pull; then
  docker push --quiet "$image"
  say "$image is pushed"
elif [[ $(image_id) == "$id" ]]; then
  say "the registry has $image already"
else
  # The pull has moved our tag to the registry's image.
  docker tag "$id" "$image"
  die "the registry has another image as $image: not overwritten"
fi
