# A Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager and kube-scheduler, with kwok
# in place of kubelets. No container runs. To be sourced; `plane_start` sets KUBECONFIG, PATH and `plane`, the folder
# with everything, which `plane_stop` removes: `trap plane_stop EXIT`.
plane_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$plane_here/../../test/support/checks.sh"
plane_pids=()

# plane_run NAME COMMAND…: starts a program whose output goes to NAME.log.
plane_run() {
  local name=$1
  shift
  "$@" >"$plane/$name.log" 2>&1 </dev/null &
  plane_pids+=($!)
}

# plane_wait SECONDS WHAT COMMAND…: waits until COMMAND succeeds. If it does not, prints the ends of all logs.
plane_wait() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      echo "The control plane: $what: not within its time" >&2
      tail -n 5 "$plane"/*.log >&2
      return 1
    fi
    sleep 0.2
  done
}

plane_free_ports() {
  node -e '
    const servers = Array.from({ length: Number(process.argv[1]) }, () => require("net").createServer().listen(0, "127.0.0.1"));
    setTimeout(() => { console.log(...servers.map((s) => s.address().port)); servers.forEach((s) => s.close()); }, 100);
  ' "$1"
}

# plane_start NODES: returns when the nodes are ready.
plane_start() {
  local program ports
  if [[ -x $plane_here/tools.sh ]]; then
    PATH=$("$plane_here/tools.sh" helm kube-apiserver kube-controller-manager kube-scheduler kubectl kwok):$PATH
  fi
  for program in etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kwok helm openssl; do
    command -v "$program" >/dev/null || {
      echo "$program is not here; etcd is Debian's etcd-server, deploy/test/tools.sh builds the others" >&2
      return 1
    }
  done
  plane=$(mktemp -d)
  read -r -a ports < <(plane_free_ports 3)
  plane_server=https://127.0.0.1:${ports[2]}
  plane_token=$(openssl rand -hex 16)
  echo "$plane_token,administrator,administrator,system:masters" >"$plane/tokens.csv"
  openssl genrsa -out "$plane/service-accounts.key" 2048 2>/dev/null
  plane_start_apiserver "${ports[@]}" && plane_start_controllers && plane_nodes "$1"
}

# plane_start_apiserver ETCD_PORT ETCD_PEER_PORT PORT
plane_start_apiserver() {
  local etcd=http://127.0.0.1:$1 peers=http://127.0.0.1:$2
  plane_run etcd etcd --data-dir "$plane/etcd" --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" --initial-cluster "default=$peers"
  # Its certificate is self-signed, and so its own authority. WatchList needs etcd 3.5: with Debian's, watches from
  # resource version 0, such as those of kwok, end at once.
  plane_run kube-apiserver kube-apiserver --etcd-servers "$etcd" --bind-address 127.0.0.1 --secure-port "$3" \
    --cert-dir "$plane/apiserver" --token-auth-file "$plane/tokens.csv" --authorization-mode Node,RBAC \
    --anonymous-auth=false --service-cluster-ip-range 10.96.0.0/16 --endpoint-reconciler-type none \
    --feature-gates WatchList=false \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$plane/service-accounts.key" \
    --service-account-signing-key-file "$plane/service-accounts.key"
  export KUBECONFIG=$plane/kubeconfig
  plane_wait 60 'kube-apiserver has no certificate' test -s "$plane/apiserver/apiserver.crt" || return
  kubectl config set-cluster plane --server "$plane_server" --embed-certs \
    --certificate-authority "$plane/apiserver/apiserver.crt" >/dev/null
  kubectl config set-credentials administrator --token "$plane_token" >/dev/null
  kubectl config set-context plane --cluster plane --user administrator >/dev/null
  kubectl config use-context plane >/dev/null
  plane_wait 120 'kube-apiserver is not ready' kubectl get --raw /readyz
}

# Metrics and nodes are looked at every second or so, so that a test need not wait for them.
plane_start_controllers() {
  plane_run kube-controller-manager kube-controller-manager --kubeconfig "$KUBECONFIG" --secure-port 0 \
    --leader-elect=false --use-service-account-credentials --root-ca-file "$plane/apiserver/apiserver.crt" \
    --service-account-private-key-file "$plane/service-accounts.key" \
    --horizontal-pod-autoscaler-sync-period 1s --horizontal-pod-autoscaler-cpu-initialization-period 1s \
    --horizontal-pod-autoscaler-initial-readiness-delay 1s --horizontal-pod-autoscaler-downscale-stabilization 5s
  cat >"$plane/scheduler.yaml" <<EOF
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: $KUBECONFIG}
leaderElection: {leaderElect: false}
EOF
  plane_run kube-scheduler kube-scheduler --config "$plane/scheduler.yaml" --secure-port 0
  plane_run kwok kwok --kubeconfig "$KUBECONFIG" --config "$plane_here/kwok-pods.yaml" --manage-all-nodes \
    --node-lease-duration-seconds 40 --server-address 127.0.0.1:0
  plane_wait 60 'there is no default service account' kubectl get serviceaccount default
}

# plane_nodes COUNT: nodes with 4 CPUs and 8 GiB each, in the zones a and b by turns.
plane_nodes() {
  local i zones=(a b) resources='{cpu: "4", memory: 8Gi, ephemeral-storage: 20Gi, pods: "30"}'
  for ((i = 1; i <= $1; i++)); do
    cat <<EOF
---
apiVersion: v1
kind: Node
metadata:
  name: node-$i
  labels:
    kubernetes.io/hostname: node-$i
    kubernetes.io/os: linux
    kubernetes.io/arch: amd64
    topology.kubernetes.io/zone: ${zones[i % 2]}
status: {allocatable: $resources, capacity: $resources}
EOF
  done | kubectl create -f - >/dev/null
  plane_wait 60 'the nodes are not ready' kubectl wait --for condition=Ready nodes --all --timeout 1s
}

# Installs the custom resource definitions of crds.txt.
plane_crds() {
  local module version file folder
  while read -r module version file; do
    [[ $module != '#' ]] || continue
    folder=$(cd / && go mod download -json "$module@$version" | json .Dir)
    kubectl apply --server-side -f "$folder/$file" >/dev/null 2>"$plane/crds.log" || {
      cat "$plane/crds.log" >&2
      return 1
    }
  done <"$plane_here/crds.txt"
  kubectl wait --for condition=Established crd --all --timeout 60s >/dev/null
}

# The controller of Argo Rollouts, which tools.sh builds.
plane_rollouts() {
  local metrics healthz
  if [[ -x $plane_here/tools.sh ]]; then PATH=$("$plane_here/tools.sh" rollouts-controller):$PATH; fi
  read -r metrics healthz < <(plane_free_ports 2)
  kubectl create namespace argo-rollouts >/dev/null
  plane_run rollouts rollouts-controller --kubeconfig "$KUBECONFIG" --leader-elect=false --namespace argo-rollouts \
    --metricsPort "$metrics" --healthzPort "$healthz"
  plane_wait 60 'the controller of the rollouts is not ready' curl -sf "http://127.0.0.1:$healthz/healthz"
}

# Ends every program, the last one started first, and removes the folder.
plane_stop() {
  local i pid
  for ((i = ${#plane_pids[@]} - 1; i >= 0; i--)); do
    pid=${plane_pids[i]}
    kill "$pid" 2>/dev/null || continue
    for _ in {1..50}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  plane_pids=()
  [[ -z ${plane:-} ]] || rm -rf "$plane"
}
