# A zone whose nodes are drained, all at once.

test_drain() {
  check 'a release of four pods' deploy "$first" --set replicas=4
  is 'two in each zone' 'a a b b' "$(zones)"
  is 'each on a node of its own' 4 \
    "$(server_pods '{{.spec.nodeName}}' | uniq | grep -c .)"
  watch_endpoints
  check 'all nodes of a zone are drained at once' \
    drain $(kubectl get nodes -l topology.kubernetes.io/zone=a -o jsonpath='{.items[*].metadata.name}')
  check 'four pods serve' within 60 has_endpoints 4
  is 'all of them in the other zone' 'b b b b' "$(zones)"
  is 'three were ready at any time, and six in all' '3 6' "$(end_watch)"
  uncordon

  deploy "$never_ready" --set replicas=4 --wait=false
  check 'a pod that is not ready' within 60 has_unready
  check 'does not keep its node' drain $(unready_nodes)
  is 'and the ready ones stay' 4 "$(ready_endpoints)"
  uncordon
}

# drain NODE…: all at once, as somebody would who knows of no pods. None takes the pods of another.
drain() {
  local node drains=() failed=0
  kubectl cordon "$@" >"$plane/drain.log"
  for node in "$@"; do
    kubectl drain "$node" --delete-emptydir-data --timeout 100s >>"$plane/drain.log" 2>&1 &
    drains+=($!)
  done
  for node in "${drains[@]}"; do wait "$node" || failed=1; done
  ((failed == 0)) || cat "$plane/drain.log"
  return "$failed"
}

uncordon() { kubectl uncordon -l kubernetes.io/os=linux >/dev/null; }

# The nodes of pods that run, but are not ready.
unready_nodes() {
  server_pods '{{$node := .spec.nodeName}}{{range .status.containerStatuses}}{{if not .ready}}{{$node}}{{end}}{{end}}' | grep .
}

has_unready() { [[ -n $(unready_nodes) ]]; }
