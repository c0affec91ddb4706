#!/bin/sh
# Labels texts with curl: sh examples/predict.sh "What a wonderful day" "Guten Morgen"
#
#   SERVER    address of the server, http://localhost:8080
#   API_KEY   one of its API_KEYS, if it has any
#
# curl sends the request again where it is answered with 429 or 503, after Retry-After.
set -eu

# The texts as JSON: each character that JSON strings do not allow as it is, escaped.
texts=
for text in "$@"; do
  escaped=$(printf '%s' "$text" | sed 's/\\/\\\\/g; s/"/\\"/g; s/	/\\t/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')
  texts="$texts${texts:+, }\"$escaped\""
done

printf '{"inputs": [%s]}' "$texts" |
  curl --silent --show-error --fail-with-body --max-time 30 \
    --retry 3 --retry-max-time 30 \
    --header 'content-type: application/json' \
    ${API_KEY:+--header "authorization: Bearer $API_KEY"} \
    --data-binary @- "${SERVER:-http://localhost:8080}/predict"
echo
