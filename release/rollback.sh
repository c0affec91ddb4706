#!/usr/bin/env bash
# After a failed deploy of MODEL_COMMIT: restores what ran before, and runs its smoke test.
. "$(dirname "$0")/common.sh"

if [[ ! -f $before ]]; then
  say 'the deploy had not begun: production is as it was'
  exit
fi
previous=$(<"$before")
if [[ -z $previous ]]; then
  stop_production
  say "nothing ran before $MODEL_COMMIT: it is taken down, and nothing runs now"
elif is_in_production "$previous"; then
  die "$MODEL_COMMIT ran before this deploy too: there is nothing to go back to, it is left running"
else
  restore_production "$previous"
  SERVER_IMAGE=${previous%:*} MODEL_COMMIT=${previous##*:} release/smoke.sh production
  say "$image is out of production, $previous is back"
fi
# Only now: a rollback that failed, such as without its cluster, is done by the next one.
rm "$before"
