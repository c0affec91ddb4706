#!/bin/sh
# Labels texts with curl: sh examples/predict.sh "What a wonderful day" "Guten Morgen"
#
#   SERVER    address of the server, http://localhost:8080
#   API_KEY   one of its API_KEYS, if it has any
#
# The request is sent once: curl's --retry would send it again after 504 too, when it may have been counted.
set -eu

# The texts as JSON: quotes, backslashes, tabs and line breaks escaped.
texts=
return=$(printf '\r')
for text in "$@"; do
  escaped=$(printf '%s' "$text" | sed 's/\\/\\\\/g; s/"/\\"/g; s/	/\\t/g; s/'"$return"'/\\r/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')
  texts="$texts${texts:+, }\"$escaped\""
done

printf '{"inputs": [%s]}' "$texts" |
  curl --silent --show-error --fail-with-body --max-time 30 \
    --header 'content-type: application/json' \
    ${API_KEY:+--header "authorization: Bearer $API_KEY"} \
    --data-binary @- "${SERVER:-http://localhost:8080}/predict"
echo
