# A values file of five lines, a namespace that enforces Pod Security "restricted", two releases.

test_install() {
  local refused
  refused=$(kubectl run root --image=busybox 2>&1)
  check 'the namespace refuses a pod that violates "restricted"' grep -q 'violates PodSecurity "restricted' <<<"$refused"

  awk '/^```$/ && on { exit } on { print } /^```yaml$/ { on = 1 }' "$chart/README.md" >"$plane/values.yaml"
  is 'the first example of the README has five lines' 5 "$(grep -c . "$plane/values.yaml")"
  check 'helm install --wait succeeds' \
    quietly helm install "$release" "$chart" --values "$plane/values.yaml" --wait --timeout 120s
  is 'three pods run the version' "3 $first" "$(commits)"
  check 'the Service sends requests to all' within 30 has_endpoints 3
  is 'it reaches the port of the server' 8080 \
    "$(field "endpointslices -l kubernetes.io/service-name=$release" '{.items[0].ports[0].port}')"
  is 'the pods are of the class Guaranteed' Guaranteed "$(server_pods '{{.status.qosClass}}' | sort -u)"
  is 'none has a token of the API' 3 \
    "$(server_pods '{{.metadata.name}}{{range .spec.volumes}}{{.projected.sources}}{{end}}' | grep -vc serviceAccountToken)"
  is 'they are in both zones' 'a b' "$(zones | tr ' ' '\n' | sort -u | paste -sd' ')"
  is 'the PodDisruptionBudget counts all, and allows one to go' '3 1' \
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
    quietly helm install other "$chart" --values "$plane/values.yaml" --set-string modelCommit="$second" --wait --timeout 120s
  check 'each Service has the pods of its release: the first' within 30 has_endpoints 3
  check 'and the second' within 30 has_endpoints 3 other-tweet-sentiment
  is 'each budget counts the pods of its release' '3 3' "$(field poddisruptionbudgets '{.items[*].status.expectedPods}')"
  check 'uninstall of the second' quietly helm uninstall other --wait --timeout 60s
  is 'leaves the pods of the first' "$before" "$(pod_names)"
}
