# The HorizontalPodAutoscaler by CPU and by texts that wait.
# The metrics are of metrics-adapter.mjs.

# A pod of two workers requests two CPUs, of which 70 % are the target: 1.4.
test_scale() {
  local autoscaling=(--set autoscaling.enabled=true,autoscaling.maxReplicas=6)
  start_metrics
  load 2 0
  check 'a release with autoscaling' deploy "$first" "${autoscaling[@]}"
  check 'has metrics' within 30 is_scaling
  check 'and minReplicas' within 30 has_endpoints 2

  load 6.6 0
  check '6.6 CPUs of load: 5 pods' within 60 has_endpoints 5
  watch_endpoints
  check 'an upgrade to another SHA' deploy "$second" "${autoscaling[@]}"
  is 'keeps their number' "5 $second" "$(commits)"
  is 'all the time' '5 10' "$(end_watch)"
  load 30 0
  check '30 CPUs of load: no more than maxReplicas' within 60 has_endpoints 6
  check 'which the status reports' within 30 has_condition ScalingLimited TooManyReplicas
  load 0.2 0
  check 'no load: minReplicas' within 60 has_endpoints 2

  check 'autoscaling by texts that wait, too' deploy "$second" "${autoscaling[@]}" --set autoscaling.queueLength=8
  load 0.2 30
  check '30 texts that wait: 4 pods' within 60 has_endpoints 4
  kill "$adapter"
  check 'without metrics, the status says so' within 60 has_condition ScalingActive FailedGetResourceMetric
  is 'and the pods stay' 4 "$(ready_endpoints)"
  # No namespace ends while a group of the API can't be listed.
  kubectl delete apiservice v1beta1.metrics.k8s.io v1beta2.custom.metrics.k8s.io >/dev/null
}

# load CPUS TEXTS: of all pods together.
load() {
  echo "{\"cpu\": $1, \"metrics\": {\"classifier_queue_length\": $2}}" >"$plane/load.new"
  mv "$plane/load.new" "$plane/load.json"
}

has_condition() {
  [[ $(field horizontalpodautoscaler/"$release" "{.status.conditions[?(@.type==\"$1\")].reason}") == "$2" ]]
}

is_scaling() { has_condition ScalingActive ValidMetricFound; }

start_metrics() {
  local port api group
  load 0 0
  read -r port < <(plane_free_ports 1)
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=metrics -addext subjectAltName=DNS:metrics.kube-system.svc \
    -keyout "$plane/metrics.key" -out "$plane/metrics.crt" 2>/dev/null
  KUBE_SERVER=$plane_server KUBE_TOKEN=$plane_token NODE_EXTRA_CA_CERTS=$plane/apiserver/apiserver.crt \
    plane_run metrics node "$plane_here/metrics-adapter.mjs" "$port" "$plane/metrics.key" "$plane/metrics.crt" \
    "$plane/load.json"
  adapter=${plane_pids[-1]}
  kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Service
metadata: {name: metrics, namespace: kube-system}
spec: {type: ExternalName, externalName: localhost}
EOF
  for api in v1beta1.metrics.k8s.io v1beta2.custom.metrics.k8s.io; do
    group=${api#*.}
    kubectl apply -f - >/dev/null <<EOF
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: $api}
spec:
  group: $group
  version: ${api%%.*}
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: $(base64 -w 0 "$plane/metrics.crt")
  service: {name: metrics, namespace: kube-system, port: $port}
EOF
  done
  plane_wait 60 'the metrics are not available' kubectl wait --for condition=Available --timeout 1s \
    apiservice/v1beta1.metrics.k8s.io apiservice/v1beta2.custom.metrics.k8s.io
}
