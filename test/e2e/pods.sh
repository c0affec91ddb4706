#!/usr/bin/env bash
# Runs pods of the chart as containers, with their security context, limits, volumes and probes
# (deploy/test/pods): a rollout under load, and a version that an init container fetches. Needs what lib.sh needs,
# Helm (or Go, to build it), and versitygw for the store; leaves nothing running.
. "$(dirname "$0")/lib.sh"
PATH=$(deploy/test/tools.sh helm):$PATH

name=tweet-sentiment
pinned=$(<"models/$name/PINNED")
# The image does not contain it.
fetched=$(node tools/versions.mjs multilingual)
COMPOSE_PROJECT_NAME=$name-pods-$$
SERVER_IMAGE=$name-pods-$$
MODEL_COMMIT=$pinned
export COMPOSE_PROJECT_NAME SERVER_IMAGE MODEL_COMMIT
pods=$SERVER_IMAGE store=$SERVER_IMAGE-store
programs=() loads=()

finish() {
  local status=$?
  if ((${#programs[@]})); then kill -KILL "${programs[@]}" 2>/dev/null || true; fi
  if ((status || failures)); then tail -n 20 "$work"/*.log || true; fi
  docker ps --all --quiet --filter "name=$pods" | xargs -r docker rm --force --volumes >/dev/null 2>&1 || true
  docker volume ls --quiet --filter "name=$pods" | xargs -r docker volume rm >/dev/null 2>&1 || true
  docker network rm "$pods" >/dev/null 2>&1 || true
  docker image rm "$SERVER_IMAGE:$pinned" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

# manifest OPTION…: the chart with values, as `helm template` has them.
manifest() {
  helm template "$pods" deploy/helm/tweet-sentiment --kube-version 1.34.1 --set "image.repository=$SERVER_IMAGE" "$@" \
    2>>"$work/helm.log"
}

# status FILE URL OPTION…: the status of an answer, whose body goes to a file; with options of curl.
status() { curl -sS --output "$1" --write-out '%{http_code}\n' --max-time 300 -H 'content-type: application/json' "${@:2}"; }

compose build server >"$work/build.log" 2>&1 || {
  tail -40 "$work/build.log"
  exit 1
}

start=$SECONDS
manifest --set "modelCommit=$pinned" --set replicas=1 >"$work/image.yaml"
check 'a pod takes over under load: no request fails, the other one ends by itself with 0' \
  node deploy/test/pods/rollout.mjs "$work/image.yaml" --engine --rollouts 1
echo "# rolled out in $((SECONDS - start)) s"

if ! command -v versitygw >/dev/null; then
  echo 'SKIPPED test/e2e/pods.sh > S3'
  summary
  exit
fi
start=$SECONDS
docker network create "$pods" >/dev/null
mkdir -p "$work/s3/models/production" "$work/aws" "$work/secrets"
cp -R "models/$name" "$work/s3/models/production/"
key=$(openssl rand -hex 16) token=$(openssl rand -hex 16)
printf '[default]\naws_access_key_id = pod\naws_secret_access_key = %s\n' "$key" >"$work/aws/credentials"
echo "shop:$key" >"$work/secrets/api-keys"
echo "alice:$token" >"$work/secrets/admin-token"
docker run --detach --name "$store" --network "$pods" --user 0 --volume "$work/s3:/s3" \
  --volume "$(command -v versitygw):/versitygw:ro" --env ROOT_ACCESS_KEY=pod --env "ROOT_SECRET_KEY=$key" \
  --entrypoint /versitygw "$SERVER_IMAGE:$pinned" --quiet --port :7070 posix /s3 >/dev/null

manifest --set "modelCommit=$fetched" --set "image.tag=$pinned" --set model.store=s3://models/production \
  --set model.credentialsSecret=aws --set model.env.AWS_REGION=us-east-1 \
  --set "model.env.AWS_ENDPOINT_URL_S3=http://$store:7070" \
  --set secrets.existingSecret=keys --set 'secrets.keys={api-keys,admin-token}' >"$work/store.yaml"
node deploy/test/pods/run-pod.mjs "$work/store.yaml" --name "$pods-a" --network "$pods" --secret "aws=$work/aws" \
  --secret "keys=$work/secrets" --after-init "docker kill $store >/dev/null" >"$work/pod.log" 2>&1 &
pod=$!
programs+=("$pod")
touch "$work/pod.log"
# event NAME: its lines.
event() { sed -n "/^{\"event\":\"$1\"/p" "$work/pod.log"; }
is_ready() { [[ -n $(event ready) ]] || ! kill -0 "$pod" 2>/dev/null; }
within 300 is_ready || true
url=$(event ready | json .url || true)
check 'an init container fetches the version, and the server starts with the store gone' test -n "$url"
echo "# ready after $((SECONDS - start)) s"

server=$pods-a-server
docker exec "$server" cat /proc/1/status >"$work/status"
process() { awk -v key="$1:" '$1 == key { print $2 }' "$work/status"; }
is 'it runs as user and group 1000' '1000 1000' "$(process Uid) $(process Gid)"
is 'without capabilities' 0000000000000000 "$(process CapBnd)"
is 'and no way to gain any' 1 "$(process NoNewPrivs)"
is 'with a filter of system calls' 2 "$(process Seccomp)"
is 'on a read-only root' ro \
  "$(docker exec "$server" cat /proc/mounts | awk '$2 == "/" { print substr($4, 1, 2) }')"
is 'its Secrets are files that only its group may read' '440 440' \
  "$(docker exec "$server" sh -c 'cd /etc/tweet-sentiment/secrets && stat --dereference --format %a *' | paste -s -d ' ')"

predict() { status "$work/answer" "$url/predict" --data '{"inputs": "Guten Morgen"}' "$@"; }
is 'without a key, a prediction is refused' 401 "$(predict)"
is 'with the key of the Secret, it is answered' 200 "$(predict -H "x-api-key: $key")"
is 'by the version that was fetched' "$fetched" "$(json .model.commit <"$work/answer")"

# Clients that always have a request under way while two versions are loaded, four times.
docker start "$store" >/dev/null
body=$(node -p "JSON.stringify({ inputs: Array.from({ length: 8 }, (_, i) => 'load, text ' + i) })")
for i in {1..4}; do
  while [[ ! -e $work/enough ]]; do
    status /dev/null "$url/predict" -H "x-api-key: $key" --data "${body//load/$RANDOM $RANDOM}"
  done >"$work/load-$i" &
  loads+=($!)
  programs+=($!)
done
swapped=()
swap() { status "$work/swap.log" "$url/admin/model" -X PUT -H "authorization: Bearer $token" --data "{\"commit\": \"$1\"}"; }
for commit in "$pinned" "$fetched" "$pinned" "$fetched"; do swapped+=("$(swap "$commit" || true)"); done
touch "$work/enough"
wait "${loads[@]}"
is 'four times, another version is swapped in under load' '200 200 200 200' "${swapped[*]}"
is 'and no request fails' 200 "$(sort -u "$work"/load-* | paste -s -d ' ')"
is 'nor does a probe of the busy server' '' "$(event probe | grep -v '"kind":"startup"')"
peak=$(docker exec "$server" sh -c \
  'cd /sys/fs/cgroup && cat memory.peak 2>/dev/null || cat memory/memory.max_usage_in_bytes')
limit=$(inspect "$server" '{{.HostConfig.Memory}}')
echo "# $(cat "$work"/load-* | wc -l) requests; memory: $((peak / 1024 ** 2)) MiB at most, limit $((limit / 1024 ** 2)) MiB"

kill -TERM "$pod"
check 'on SIGTERM it ends by itself with 0 within its grace period, and was never out of memory' wait "$pod"
event end
echo "# store and swaps: $((SECONDS - start)) s"
summary
