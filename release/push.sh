#!/usr/bin/env bash
# Pushes the image to the registry that its name begins with. One that is there already is never
# overwritten. (Between the look and the push another could push: only a registry that holds its
# tags immutable closes that gap.)
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
  # The pull has given our name to the registry's image.
  docker tag "$id" "$image"
  die "the registry holds another image as $image: not overwritten"
fi
