#!/usr/bin/env bash
# Records what is in production for rollback.sh, then replaces it.
. "$(dirname "$0")/common.sh"

# If this deploy fails early, the record of an earlier one must not be used.
rm -f "$before"
running=$(production_now)
[[ -z $running || $running =~ :([0-9a-f]{40}|[0-9a-f]{64})$ ]] ||
  die "production runs $running, whose tag is no SHA: it could not be rolled back to"
prepare_production "$running"
mkdir -p "$(dirname "$before")"
echo "$running" >"$before"

if is_in_production "$running"; then
  say "production runs $deployed already"
else
  say "${running:-nothing} -> $deployed"
fi
replace_production
