#!/usr/bin/env bash
# Saves the image in RELEASE_STORE/<sha>, as an archive for `docker load`, with its bill of materials.
# Existing files are never overwritten.
. "$(dirname "$0")/common.sh"

require_image
archived=$(archive id)
if [[ $archived == "$(image_id)" ]]; then
  say "$RELEASE_STORE has $image already"
  exit
fi
[[ -z $archived ]] || die "$RELEASE_STORE has another image of $MODEL_COMMIT: not overwritten"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# --no-name leaves out the time, so the same image gives the same archive. --fast, because weights and
# libraries hardly compress.
docker save "$image" | gzip --no-name --fast >"$folder/image.tar.gz"
cp "$sbom" "$folder/sbom.cdx.json"
image_id >"$folder/image-id"
(cd "$folder" && sha256sum image.tar.gz sbom.cdx.json image-id >SHA256SUMS)
archive put "$folder"
say "$image is saved in $RELEASE_STORE/$MODEL_COMMIT, $(du -sh "$folder" | cut -f1)"
