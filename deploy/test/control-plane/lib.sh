# What the sections of control-plane.sh share.

# new_namespace NAME: with Pod Security "restricted", enforced and reported.
new_namespace() {
  kubectl create namespace "$1" >/dev/null
  kubectl label namespace "$1" pod-security.kubernetes.io/{enforce,warn}=restricted >/dev/null
  kubectl config set-context --current --namespace "$1" >/dev/null
  plane_wait 30 "namespace $1" kubectl get serviceaccount default
}

remove_namespace() {
  kubectl delete namespace "$1" --wait=false >/dev/null
  plane_wait 120 "namespace $1 does not end" has_no namespace "$1"
}

has_no() { ! kubectl get "$@" >/dev/null 2>&1; }

# field RESOURCE JSONPATH: a field of the objects. RESOURCE may have a selector.
field() { kubectl get $1 -o jsonpath="$2"; }

# quietly COMMAND…: prints its output only if it fails.
quietly() {
  "$@" >"$plane/output" 2>&1 || {
    cat "$plane/output"
    return 1
  }
}

fails() { ! "$@" >/dev/null; }

# deploy SHA [FLAG…]: the release in the version.
deploy() {
  local commit=$1
  shift
  quietly helm upgrade --install "$release" "$chart" --set-string modelCommit="$commit" --wait --timeout 120s "$@"
}

# server_pods TEMPLATE: of each pod of the release that serves or starts, not of those that end.
server_pods() {
  kubectl get pods -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=server" \
    -o go-template="{{range .items}}{{if not .metadata.deletionTimestamp}}$1{{\"\n\"}}{{end}}{{end}}" | sort
}

# commits: the versions of the pods, each once with its number of pods.
commits() {
  server_pods '{{index .metadata.annotations "tweet-sentiment/model-commit"}}' | uniq -c | awk '{print $1, $2}'
}

pod_names() { server_pods '{{.metadata.name}}'; }

# ready_endpoints [SERVICE]: how many pods get its requests.
ready_endpoints() {
  kubectl get endpointslices -l kubernetes.io/service-name="${1:-$release}" \
    -o go-template='{{range .items}}{{range .endpoints}}{{if .conditions.ready}}{{.targetRef.name}}{{"\n"}}{{end}}{{end}}{{end}}' |
    grep -c .
}

# has_endpoints N [SERVICE]: endpoints follow the pods a moment later.
has_endpoints() { [[ $(ready_endpoints "${@:2}") == "$1" ]]; }

# watch_endpoints: records which pods get requests, after each change.
watch_endpoints() {
  : >"$plane/endpoints"
  kubectl get endpointslices -l kubernetes.io/service-name="$release" --watch \
    -o go-template='{{range .endpoints}}{{if .conditions.ready}}{{.targetRef.name}} {{end}}{{end}}{{"\n"}}' \
    >"$plane/endpoints" &
  watcher=$!
  within 20 test -s "$plane/endpoints"
}

# end_watch: prints the least number of ready pods since watch_endpoints, and how many different ones there were.
end_watch() {
  if kill "$watcher" 2>/dev/null; then
    wait "$watcher" 2>/dev/null
    awk 'NR == 1 || NF < least { least = NF } { for (i = 1; i <= NF; i++) pods[$i] }
      END { for (pod in pods) n++; print least, n }' "$plane/endpoints"
  else
    echo 'the watch ended early'
  fi
}
