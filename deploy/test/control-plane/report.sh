# docs/control-plane.md.

# write_report FILE
write_report() {
  cat >"$1" <<EOF
# The chart and a real control plane

Written by \`deploy/test/control-plane.sh\`, which is run by hand and nightly: it starts etcd, the API server, the
controllers and the scheduler of Kubernetes on loopback. kwok plays the kubelets of six nodes in two zones, so that no
container runs; [release.md](release.md) says what runs containers. The script lists each check.

$(date -u +%F), on $(nproc) cores: **$checks checks, $failures failed**, $((SECONDS - started)) s, of which
$ready_after s until the control plane was ready. Its programs took $memory MB.

| section | checks | failed | time |
|---|---|---|---|
$(printf '%s\n' "${rows[@]}")

| program | version |
|---|---|
| etcd | $(etcd --version | sed -n 's/^etcd Version: //p') |
| kube-apiserver, kube-controller-manager, kube-scheduler | $(kube-apiserver --version | sed 's/^Kubernetes v//') |
| kubectl | $(kubectl version --client -o json | json .clientVersion.gitVersion | sed 's/^v//') |
| Helm | $(helm version --template '{{.Version}}' | sed 's/^v//') |
| kwok | $(kwok --version | sed 's/.*v//; s/ .*//') |
| custom resource definitions | $(sed -n 's/^\([^# ]*\) v\([^ ]*\) .*/\1 \2/p' deploy/test/crds.txt | sed 's/.*\/\([^/]* \)/\1/; s/^v[0-9] /keda /' | sort -u | paste -sd, | sed 's/,/, /g') |
EOF
}

# Of the programs of the control plane, in MB.
memory_of_programs() {
  ps -o rss= -p "$(IFS=,; echo "${plane_pids[*]}")" | awk '{ sum += $1 } END { printf "%d", sum / 1024 }'
}
