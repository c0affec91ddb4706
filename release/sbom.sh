#!/usr/bin/env bash
# Lists what is in the image, as CycloneDX: the version of the model, npm packages, Debian packages,
# Node. Asks the image itself, so that it is also true for one that was built long ago.
. "$(dirname "$0")/common.sh"

require_image
mkdir -p "$(dirname "$sbom")"
docker run --rm --interactive --network none --env HOME=/tmp "$image" \
  node --input-type=module - <release/sbom.mjs >"$sbom.partial"
mv "$sbom.partial" "$sbom"
say "$sbom is written"
