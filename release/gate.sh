#!/usr/bin/env bash
# Decides whether the version may replace the one in production, or the pinned version of the store if
# nothing is in production yet.
. "$(dirname "$0")/common.sh"

# Without a SHA, `models verify` verifies the pinned version.
pinned() { (unset MODEL_COMMIT && node dist/main.js models verify --json) 2>"$errors"; }

errors=$(mktemp)
trap 'rm "$errors"' EXIT
running=$(production_now)
if [[ -n $running ]]; then
  against=${running##*:}
elif answer=$(pinned); then
  against=$(node -p 'JSON.parse(process.argv[1]).commit' "$answer")
elif grep -q 'PINNED does not exist' "$errors"; then
  against=
  say 'nothing is in production and nothing is pinned: there is no version to compare it with'
else
  die "$(<"$errors")"
fi
node dist/main.js models gate "$MODEL_COMMIT" ${against:+--against "$against"}
