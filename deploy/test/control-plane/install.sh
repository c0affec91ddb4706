# As a new user: a values file of five lines, into a namespace that enforces Pod Security "restricted".

test_install() {
  local refused
  refused=$(kubectl run root --image=busybox 2>&1)
  check 'the namespace refuses a pod that violates "restricted"' grep -q 'violates PodSecurity "restricted' <<<"$refused"

  cat >"$plane/values.yaml" <<EOF
modelCommit: $first
image:
  repository: registry.example.com/tweet-sentiment
settings:
  LOG_LEVEL: info
EOF
  check 'helm install --wait succeeds' \
    quietly helm install "$release" "$chart" --values "$plane/values.yaml" --wait --timeout 120s
  is 'two pods run the version' "2 $first" "$(commits)"
  is 'the Service sends requests to both' 2 "$(ready_endpoints)"
  is 'it reaches the port of the server' 8080 "$(field endpointslices '{.items[?(@.metadata.labels.kubernetes\.io/service-name=="tweet-sentiment")].ports[?(@.name=="http")].port}')"
  is 'the pods are of the class Guaranteed' 'Guaranteed Guaranteed' "$(server_pods '{{.status.qosClass}}' | paste -sd' ')"
  is 'no pod has a token of the API' '' "$(server_pods '{{range .spec.volumes}}{{.projected.sources}}{{end}}' | grep serviceAccountToken)"
  is 'one pod in each zone' 'a b' "$(zones)"
  is 'the PodDisruptionBudget counts both, and allows one to go' '2 1' \
    "$(field poddisruptionbudgets '{.items[*].status.expectedPods} {.items[*].status.disruptionsAllowed}')"
  is 'the NetworkPolicy selects the pods of the server, in both directions' 'server Ingress Egress' \
    "$(field networkpolicy/"$release" '{.spec.podSelector.matchLabels.app\.kubernetes\.io/component} {.spec.policyTypes[*]}')"
  check 'helm test succeeds' quietly helm test "$release" --timeout 60s
  test_two_releases
}

zones() {
  local node
  for node in $(server_pods '{{.spec.nodeName}}'); do
    field "node/$node" '{.metadata.labels.topology\.kubernetes\.io/zone}{"\n"}'
  done | sort | paste -sd' '
}

test_two_releases() {
  local before
  before=$(pod_names)
  check 'a second release in the namespace' \
    quietly helm install other "$chart" --values "$plane/values.yaml" --set modelCommit="$second" --wait --timeout 120s
  is 'each Service has the pods of its release: the first' 2 "$(ready_endpoints)"
  is 'and the second' 2 "$(ready_endpoints other-tweet-sentiment)"
  is 'each budget counts the pods of its release' '2 2' "$(field poddisruptionbudgets '{.items[*].status.expectedPods}')"
  check 'uninstall of the second' quietly helm uninstall other --wait --timeout 60s
  is 'leaves the pods of the first' "$before" "$(pod_names)"
}
