#!/usr/bin/env bash
# Rolls versions out by the chart's Rollout on a real control plane with the controller of Argo Rollouts, which asks a
# real Prometheus about two real servers: bad versions have to be taken back, and good ones promoted, unattended. Pods
# are played by kwok; the servers stand for them, one for the stable version and one for the new one.
#
#   deploy/test/canary.sh [ROUNDS]      10 by default
#
#   TWEETS   folder of the data sets: v0.1.0, the baseline, is trained again and rolled out too; needs uv
#   PYTHON_WITH_ONNX   a Python with the package onnx; without it, uv installs one
#   KINDS    which versions: good shuffled slow baseline
#   RATE     texts per second that each server gets; 3 by default
cd "$(dirname "$0")/../.." || exit
. deploy/test/plane.sh
. deploy/test/canary/versions.sh
set -u

if [[ -z ${PYTHON_WITH_ONNX:-} ]] && ! command -v uv >/dev/null; then
  echo 'uv is needed to make the slow version, and is not on PATH; or PYTHON_WITH_ONNX names a Python with onnx' >&2
  exit 2
fi
rounds=${1:-10} rate=${RATE:-3}
work=$(mktemp -d)
export MODEL_STORE=$work/models
models() { node "$main" models "$@"; }
main=$PWD/dist/main.js
trap 'plane_stop; rm -rf "$work"' EXIT

# serve NAME COMMIT [VARIABLE=VALUE…]: a server; its port in `ports`.
declare -A ports pids
serve() {
  local name=$1 commit=$2
  shift 2
  read -r "ports[$name]" < <(plane_free_ports 1)
  # A busy machine is no fault of a version: a slow answer is one, not an error.
  env "$@" HOST=127.0.0.1 PORT="${ports[$name]}" MODEL_COMMIT="$commit" WORKERS=1 LOG_LEVEL=warn REQUEST_TIMEOUT_MS=60000 \
    node "$main" serve >"$work/server-$name.log" 2>&1 </dev/null &
  pids[$name]=$!
  plane_pids+=($!)
  plane_wait 300 "the server of $name is not ready" curl -sf --retry 100 --retry-delay 1 --retry-all-errors "http://127.0.0.1:${ports[$name]}/readyz"
}

# traffic NAME SEED: invented texts, until `end NAME`.
traffic() {
  node "$main" simulate --url "http://127.0.0.1:${ports[$1]}" --rate "$rate" --for 12h --seed "$2" --json \
    --feedback 0.2 >"$work/traffic-$1.json" 2>&1 </dev/null &
  pids[traffic-$1]=$!
  plane_pids+=($!)
}

end() {
  local name
  for name; do
    kill "${pids[$name]}" 2>/dev/null
    wait "${pids[$name]}" 2>/dev/null
  done
}

start_prometheus() {
  local port
  read -r port < <(plane_free_ports 1)
  prometheus=http://127.0.0.1:$port
  mkdir "$work/targets"
  cat >"$work/prometheus.yml" <<END
global: {scrape_interval: 5s, evaluation_interval: 5s}
rule_files: ['$PWD/deploy/prometheus/recording-rollout.yml']
scrape_configs:
  - job_name: canary
    file_sd_configs: [{files: ['$work/targets/*.json'], refresh_interval: 1s}]
END
  plane_run prometheus prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
    --web.listen-address="127.0.0.1:$port"
  plane_wait 60 'Prometheus is not ready' curl -sf "$prometheus/-/ready"
}

# apply RELEASE COMMIT [--set …]: as `helm upgrade` would.
apply() {
  local release=$1 commit=$2
  shift 2
  helm template "$release" deploy/helm/tweet-sentiment --kube-version 1.34.1 --no-hooks --set modelCommit="$commit" \
    --set model.store=https://models.example.com/tweets --set rollout.kind=Argo --set workers=1 \
    --set canary.prometheusAddress="$prometheus" --set canary.intervalSeconds=5 --set canary.waitSeconds=600 "$@" \
    2>>"$work/helm.log" >"$work/$release.yaml" &&
    kubectl apply --server-side -f "$work/$release.yaml" >/dev/null
}

of_rollout() { kubectl get rollout "$1-tweet-sentiment" -o "jsonpath={$2}"; }

# seldom SECONDS COMMAND…: waits until COMMAND succeeds, without taking the servers' CPU.
seldom() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 2
  done
}
has_other_hash() {
  local hash
  hash=$(of_rollout "$1" .status.currentPodHash)
  [[ -n $hash && $hash != "$2" ]]
}

# What the rollout came to: promoted, aborted or paused.
decided() {
  local state
  state=$(of_rollout "$1" '.status.phase}/{.status.abort}/{.status.stableRS}/{.status.pauseConditions[0].reason')
  case $state in
    Healthy//"$2"/*) decision=promoted ;;
    */true/*) decision=aborted ;;
    */InconclusiveAnalysisRun) decision=paused ;;
    *) return 1 ;;
  esac
}

# The measurements that failed, with their last values.
reasons() {
  kubectl get analysisrun -o json | node -e '
    const { items } = JSON.parse(fs.readFileSync(0, "utf8"));
    const results = items.filter(({ metadata }) => metadata.name.startsWith(`${process.argv[1]}-`))
      .flatMap(({ status }) => status.metricResults ?? []);
    const last = new Map(results.filter(({ failed }) => failed).map(({ name, measurements }) =>
      [name, measurements.at(-1)?.value]));
    console.log([...last].map(([name, value]) => `${name} ${value}`).join(", ") || "none");' "$1-tweet-sentiment"
}

# round KIND NUMBER: one rollout; its line is the report.
round() {
  local kind=$1 name=$1-$2 release=$1-$2 old new start decision=undecided expected=aborted
  [[ $kind != good ]] || expected=promoted
  apply "$release" "$first" &&
    kubectl wait "rollout/$release-tweet-sentiment" --for 'jsonpath={.status.phase}=Healthy' --timeout 300s >/dev/null || return
  old=$(of_rollout "$release" .status.currentPodHash)
  serve "$name" "${version[$kind]}" SHADOW_COMMIT="$first"
  apply "$release" "${version[$kind]}" --set canary.compareWith="$first" &&
    seldom 120 has_other_hash "$release" "$old" || return
  new=$(of_rollout "$release" .status.currentPodHash)
  cat >"$work/targets/.$name" <<END
[{"targets": ["127.0.0.1:${ports[stable]}"], "labels": {"job": "$release-tweet-sentiment", "revision": "$old"}},
 {"targets": ["127.0.0.1:${ports[$name]}"], "labels": {"job": "$release-tweet-sentiment", "revision": "$new"}}]
END
  mv "$work/targets/.$name" "$work/targets/$name.json"
  start=$SECONDS
  traffic "$name" "$2"
  seldom 900 decided "$release" "$new"
  echo "$kind $2 $decision $((SECONDS - start)) s: $(reasons "$release")"
  end "traffic-$name" "$name"
  rm "$work/targets/$name.json"
  kubectl delete -f "$work/$release.yaml" --wait=false >/dev/null
  [[ $decision == "$expected" ]]
}

rounds_of() {
  local number failed=0
  pids=()
  trap 'end "${!pids[@]}"' EXIT
  trap exit TERM
  for ((number = 1; number <= rounds; number++)); do
    round "$1" "$number" || failed=$((failed + 1))
  done
  return $((failed > 0))
}

plane_start 8 && plane_crds || exit
versions_make
start_prometheus && plane_rollouts || exit
serve stable "$first"
traffic stable 1000

declare -A running
for kind in ${KINDS:-good shuffled slow baseline}; do
  [[ -n ${version[$kind]:-} ]] || continue
  rounds_of "$kind" &
  running[$kind]=$!
  plane_pids+=($!)
done
for kind in "${!running[@]}"; do
  check "$kind: $rounds of $rounds as expected" wait "${running[$kind]}"
done
summary
