#!/usr/bin/env bash
# Puts the image into production, having noted which one ran before, for rollback.sh.
. "$(dirname "$0")/common.sh"

# A deploy that fails early must not leave the note of an earlier one.
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
# Compose leaves a container alone that is as it should be.
replace_production "$image"
