#!/usr/bin/env bash
# Judges whether the version may follow the one in production; where nothing runs there yet, the one
# that the store has pinned.
. "$(dirname "$0")/common.sh"

running=$(production_image)
if [[ -n $running ]]; then
  against=${running##*:}
elif pinned=$(env --unset=MODEL_COMMIT node dist/main.js models verify --json 2>&1); then
  against=$(node -p 'JSON.parse(process.argv[1]).commit' "$pinned")
elif [[ $pinned == *'PINNED does not exist'* ]]; then
  against=
  say 'nothing is in production and nothing is pinned: there is no version to hold it against'
else
  die "$pinned"
fi
node dist/main.js models gate "$MODEL_COMMIT" ${against:+--against "$against"}
