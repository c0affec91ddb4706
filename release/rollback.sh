#!/usr/bin/env bash
# After a failed deploy of MODEL_COMMIT: restores the image that ran before, and runs its smoke test.
. "$(dirname "$0")/common.sh"

if [[ ! -f $before ]]; then
  say 'the deploy had not begun: production is as it was'
  exit
fi
previous=$(<"$before")
rm "$before"
case $previous in
  '')
    stop_production
    say "nothing ran before $MODEL_COMMIT: it is taken down, and nothing runs now"
    ;;
  "$image")
    die "$MODEL_COMMIT ran before this deploy too: there is nothing to go back to, it is left running"
    ;;
  *)
    replace_production "$previous"
    SERVER_IMAGE=${previous%:*} MODEL_COMMIT=${previous##*:} release/smoke.sh production
    say "$image is out of production, $previous is back"
    ;;
esac
