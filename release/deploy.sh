#!/usr/bin/env bash
# Records the image in production for rollback.sh, then replaces it.
. "$(dirname "$0")/common.sh"

# If this deploy fails early, the record of an earlier one must not be used.
rm -f "$before"
running=$(production_image)
[[ -z $running || $running =~ :([0-9a-f]{40}|[0-9a-f]{64})$ ]] ||
  die "production runs $running, whose tag is no SHA: it could not be rolled back to"
require_image
mkdir -p "$(dirname "$before")"
echo "$running" >"$before"

if [[ $running == "$image" ]]; then
  say "production runs $image already"
else
  say "${running:-nothing} -> $image"
fi
# Compose does not touch a container that is up to date.
replace_production "$image"
