#!/usr/bin/env bash
# Builds the image by Compose, brings the server and Prometheus up, and checks what they promise.
# Takes the version that MODEL_COMMIT names, or PINNED; leaves nothing running.
. "$(dirname "$0")/lib.sh"

name=tweet-sentiment
MODEL_COMMIT=${MODEL_COMMIT:-$(cat "models/$name/PINNED")}
# Names and ports of its own: nothing that runs already is in the way, no image is overwritten.
COMPOSE_PROJECT_NAME=$name-e2e-$$
SERVER_IMAGE=$name-e2e
SERVER_PORT=0 PROMETHEUS_PORT=0
export MODEL_COMMIT COMPOSE_PROJECT_NAME SERVER_IMAGE SERVER_PORT PROMETHEUS_PORT
# Where no registry can be reached, an image of this tag replaces the one that Compose names.
if [[ -z ${PROM_TAG:-} ]] && docker image inspect prom/prometheus:latest >/dev/null 2>&1; then
  export PROM_TAG=latest
fi
loads=()

finish() {
  local status=$?
  if ((${#loads[@]})); then kill "${loads[@]}" 2>/dev/null || true; fi
  if ((status || failures)); then compose logs --tail=20 || true; fi
  compose down --volumes --timeout 5 >/dev/null 2>&1 || true
  docker image rm "$SERVER_IMAGE:$MODEL_COMMIT" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

# build_refused MODEL_COMMIT MESSAGE: the build fails, and says why.
build_refused() {
  ! MODEL_COMMIT=$1 compose build server >"$work/refused.log" 2>&1 &&
    grep -qF "$2" "$work/refused.log"
}

# predict BODY OPTION…: with options of curl.
predict() {
  curl -sS --max-time 30 -H 'content-type: application/json' --data "$1" "$server/predict" "${@:2}"
}

# metric PATTERN: the value of the one series in /metrics that begins so.
metric() { curl -sS "$server/metrics" | awk -v pattern="^$1" '$0 ~ pattern { print $2 }'; }

# prometheus_has QUERY VALUE
prometheus_has() {
  local found
  found=$(curl -s --get --data-urlencode "query=$1" "$prometheus/api/v1/query" |
    json '.data.result.map(({ value }) => value[1]).join()')
  [[ $found == "$2" ]]
}

# log_lines EXPRESSION: of the server's log lines, parsed; fails where one is no JSON.
log_lines() {
  docker logs "$id" 2>&1 | node -pe "
    const text = require('fs').readFileSync(0, 'utf8');
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line));
    $1"
}

echo "# version $MODEL_COMMIT"
start=$SECONDS
compose build server >"$work/build.log" 2>&1 || {
  tail -40 "$work/build.log"
  exit 1
}
image=$SERVER_IMAGE:$MODEL_COMMIT
echo "# built in $((SECONDS - start)) s: $(inspect "$image" '{{.Size}}') bytes"

check 'a branch name as MODEL_COMMIT ends the build' \
  build_refused main 'MODEL_COMMIT must be a full commit SHA'
check 'a SHA that is not in models/ ends the build' \
  build_refused "${MODEL_COMMIT//[0-9a-f]/0}" 'does not exist'

label() { inspect "$image" "{{index .Config.Labels \"$1\"}}"; }
is 'the label has the commit' "$MODEL_COMMIT" "$(label tweet-sentiment.model.commit)"
is 'the version of the image is that of the server' "$(node -p "require('./package.json').version")" \
  "$(label org.opencontainers.image.version)"

start=$SECONDS
compose up --detach --no-build >"$work/up.log" 2>&1 || {
  cat "$work/up.log"
  exit 1
}
id=$(compose ps --quiet server)
server=http://$(compose port server 8080)
prometheus=http://$(compose port prometheus 9090)
# Not only when the server is healthy.
is 'Prometheus runs' running "$(inspect "$(compose ps --quiet prometheus)" '{{.State.Status}}')"

is_healthy() { [[ $(inspect "$id" '{{.State.Health.Status}}') == healthy ]]; }
check 'the health check passes' within 60 is_healthy
echo "# healthy after $((SECONDS - start)) s"
is '/readyz answers' 200 "$(curl -s -o /dev/null -w '%{http_code}' "$server/readyz")"
is '/predict answers with the commit' "$MODEL_COMMIT" \
  "$(predict '{"inputs": "What a lovely morning"}' | json .model.commit)"
predictions=1
is '/model shows the commit' "$MODEL_COMMIT" "$(curl -s "$server/model" | json .commit)"

docker exec "$id" cat /proc/1/status >"$work/status"
process() { awk -v key="$1:" '$1 == key { print $2 }' "$work/status"; }
is 'it runs as user 1000' 1000 "$(process Uid)"
is 'without capabilities' 0000000000000000 "$(process CapBnd)"
is 'and no way to gain any' 1 "$(process NoNewPrivs)"
is 'on a read-only root' ro \
  "$(docker exec "$id" cat /proc/mounts | awk '$2 == "/" { print substr($4, 1, 2) }')"

content() { docker exec "$id" sh -c "$1" | paste -s -d ' ' -; }
is 'no other model is inside' "$name" "$(content 'ls -A models')"
is 'and no other version' "$MODEL_COMMIT" "$(content "ls -A -I PINNED -I '*.tag' -I '*.publication.json' models/$name")"
is 'PINNED names it' "$MODEL_COMMIT" "$(content "cat models/$name/PINNED")"
is 'ONNX Runtime is inside for one platform' 1 \
  "$(content 'ls -d node_modules/onnxruntime-node/bin/*/*/* | wc -l')"
is 'development dependencies are not' '' \
  "$(content 'ls -d node_modules/typescript node_modules/vitest 2>/dev/null')"

promtool() { compose exec -T prometheus promtool "$@" >"$work/promtool.log" 2>&1; }
check 'promtool accepts the configuration' promtool check config /etc/prometheus/prometheus.yml
check 'Prometheus has the server up' within 60 prometheus_has 'up{job="tweet-sentiment"}' 1
check 'and the commit that is served' within 60 prometheus_has \
  "classifier_model_info{name=\"$name\",commit=\"$MODEL_COMMIT\"}" 1
for i in {1..20}; do
  predict "{\"inputs\": [\"text of request $i\", \"Guten Morgen\", \"Awful\"]}" -o /dev/null
  predictions=$((predictions + 3))
done
check "it counts $predictions predictions" within 60 \
  prometheus_has 'sum(classifier_predictions_total)' "$predictions"
is 'every log line is JSON, one for each prediction' "$predictions" \
  "$(log_lines "lines.filter(({ event }) => event === 'prediction').length")"

settings=$(inspect "$id" '{{json .HostConfig}}')
is 'its log is bounded' '64m 11' \
  "$(json '.LogConfig.Config["max-size"]' <<<"$settings") $(json '.LogConfig.Config["max-file"]' <<<"$settings")"
is 'and the number of its threads' 512 "$(json .PidsLimit <<<"$settings")"

# Six clients that always have a request under way, until they are turned away. No text comes twice: it
# would be answered out of the cache.
body=$(node -p "JSON.stringify({ inputs: Array.from({ length: 64 }, (_, i) => 'load, text ' + i) })")
for _ in {1..6}; do
  while predict "${body//load/$RANDOM $RANDOM}" -f -o /dev/null 2>/dev/null; do :; done &
  loads+=($!)
done
busy() { [[ $(metric classifier_queue_length) -gt 0 ]]; }
check 'requests are waiting' within 60 busy
start=$SECONDS
docker stop "$id" >/dev/null
took=$((SECONDS - start))
is 'stopped under load, it ends with exit code 0' 0 "$(inspect "$id" '{{.State.ExitCode}}')"
check "within the 3 s of its delay and the 8 s it has to drain, found $took s" test "$took" -le 11
is 'having answered what it had accepted' 'true stopped 0' "$(log_lines "
  const drained = lines.slice(lines.findIndex(({ event }) => event === 'draining'));
  const { event, unanswered } = drained.at(-1);
  [drained.some((line) => line.event === 'prediction'), event, unanswered].join(' ')")"

summary
