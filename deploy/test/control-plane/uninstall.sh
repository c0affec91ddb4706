# What a release leaves behind.

test_uninstall() {
  local before
  before=$(objects)
  check 'a release with everything that needs no controller of others' deploy "$first" --values - <<EOF
autoscaling: {enabled: true}
ingress: {enabled: true, host: sentiment.example}
httpRoute: {enabled: true, parentRefs: [{name: gateway}]}
serviceMonitor: {enabled: true}
prometheusRule: {enabled: true}
dashboard: {enabled: true}
EOF
  check 'helm test succeeds' quietly helm test "$release" --timeout 60s
  check 'helm uninstall' quietly helm uninstall "$release" --wait --timeout 60s
  check 'leaves nothing' within 60 has_objects "$before"
  has_objects "$before" || diff <(echo "$before") <(objects)
}

# All objects of the namespace but events.
objects() {
  local kinds
  kinds=$(kubectl api-resources --namespaced --verbs=list -o name | grep -v '^events\|metrics.k8s.io$' | paste -sd,)
  kubectl get "$kinds" -o name 2>/dev/null | sort
}

has_objects() { [[ $(objects) == "$1" ]]; }
