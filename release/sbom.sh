#!/usr/bin/env bash
# Writes the bill of materials of the image as CycloneDX: the model's version and its data sets, npm packages, Debian
# packages, Node. It is generated inside the image, so it is also right for an old image.
. "$(dirname "$0")/common.sh"

require_image
mkdir -p "$(dirname "$sbom")"
cat tools/bill-parts.mjs release/sbom.mjs |
  docker run --rm --interactive --network none --env HOME=/tmp "$image" node --input-type=module - >"$sbom.partial"
mv "$sbom.partial" "$sbom"
say "$sbom is written"
