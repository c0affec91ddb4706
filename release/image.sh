#!/usr/bin/env bash
# Ensures that the engine has the image of the version. The image of a SHA is built once: an existing
# image in the engine, the archives or the registry is used unchanged.
. "$(dirname "$0")/common.sh"

load_archive() {
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  archive get "$folder"
  docker load --quiet --input "$folder/image.tar.gz"
}

build() {
  # The engine must not get the store's credentials and sees only the build context: the version is
  # copied there, and verified again during the build.
  local context=.release/context revision
  rm -rf "$context"
  mkdir -p "$context/$MODEL_NAME"
  if [[ $MODEL_STORE == *://* ]]; then
    MODEL_CACHE=$context node dist/main.js models fetch "$MODEL_COMMIT"
  else
    # With its tag file, if there is one beside the folder.
    cp -R "$MODEL_STORE/$MODEL_NAME/$MODEL_COMMIT"* "$context/$MODEL_NAME/"
  fi
  # The source need not be a clone.
  revision=$(git rev-parse HEAD 2>/dev/null) || revision=
  docker build --tag "$image" --build-arg "MODELS=$context" \
    ${revision:+--label "org.opencontainers.image.revision=$revision"} \
    --build-arg "MODEL_NAME=$MODEL_NAME" --build-arg "MODEL_COMMIT=$MODEL_COMMIT" .
}

archived=$(archive id)
if [[ -n $(image_id) ]]; then
  say "the engine has $image: left as it is"
elif [[ -n $archived ]]; then
  load_archive
  say "$image comes from $RELEASE_STORE"
elif in_registry && pull; then
  say "$image comes from its registry"
else
  build
  say "$image is built"
fi

label=$(docker image inspect --format '{{index .Config.Labels "tweet-sentiment.model.commit"}}' "$image")
[[ $label == "$MODEL_COMMIT" ]] || die "$image has another version in its label: '$label'"
