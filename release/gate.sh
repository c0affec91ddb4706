#!/usr/bin/env bash
# Judges whether the version may follow the one in production; where nothing runs there yet, the one
# that the store has pinned.
. "$(dirname "$0")/common.sh"

# Without a SHA, it is the pinned version that is proven.
pinned() { (unset MODEL_COMMIT && node dist/main.js models verify --json) 2>"$errors"; }

errors=$(mktemp)
trap 'rm "$errors"' EXIT
running=$(production_image)
if [[ -n $running ]]; then
  against=${running##*:}
elif answer=$(pinned); then
  against=$(node -p 'JSON.parse(process.argv[1]).commit' "$answer")
elif grep -q 'PINNED does not exist' "$errors"; then
  against=
  say 'nothing is in production and nothing is pinned: there is no version to hold it against'
else
  die "$(<"$errors")"
fi
node dist/main.js models gate "$MODEL_COMMIT" ${against:+--against "$against"}
