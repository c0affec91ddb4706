#!/usr/bin/env bash
# Keeps the image in RELEASE_STORE/<sha>, as an archive for `docker load`, with its bill of materials.
# What is there already is never overwritten.
. "$(dirname "$0")/common.sh"

require_image
archived=$(archive id)
if [[ $archived == "$(image_id)" ]]; then
  say "$RELEASE_STORE has $image already"
  exit
fi
[[ -z $archived ]] || die "$RELEASE_STORE holds another image of $MODEL_COMMIT: not overwritten"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Without a time inside, the same image makes the same archive; fast, for weights and libraries hardly
# get any smaller.
docker save "$image" | gzip --no-name --fast >"$folder/image.tar.gz"
cp "$sbom" "$folder/sbom.cdx.json"
image_id >"$folder/image-id"
(cd "$folder" && sha256sum image.tar.gz sbom.cdx.json image-id >SHA256SUMS)
archive put "$folder"
say "$image is kept in $RELEASE_STORE/$MODEL_COMMIT, $(du -sh "$folder" | cut -f1)"
