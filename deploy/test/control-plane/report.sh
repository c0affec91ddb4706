# Writes the report of a run.

# write_report FILE: from `rows` and the numbers of control-plane.sh.
write_report() {
  cat >"$1" <<EOF
# The chart and a real control plane

\`deploy/test/control-plane.sh\` has written this. It installs the chart in the control plane of a Kubernetes cluster,
on loopback: etcd, API server, controllers, scheduler, and the controller of Argo Rollouts. kwok plays the kubelets of
six nodes in two zones, so no container runs; the metrics for the autoscaler are of an adapter of the test.

$(date -u +%F), $(nproc) cores: **$checks checks, $failures failed**, in $((SECONDS - started)) s. The control plane was ready after
$ready_after s, and took $memory MB.

| section | what | checks | failed | time |
|---|---|---|---|---|
$(printf '%s\n' "${rows[@]}")

| program | version |
|---|---|
| etcd | $(etcd --version | sed -n 's/^etcd Version: //p') |
| Kubernetes | $(kube-apiserver --version | sed 's/^Kubernetes v//') |
| Helm | $(helm version --template '{{.Version}}' | sed 's/^v//') |
| kwok | $(kwok --version | sed 's/.* v//; s/ .*//') |
$(custom_resources)
EOF
}

# A row for each project of crds.txt.
custom_resources() {
  sed '/^#/d; s/\/v[0-9]* / /; s/^[^ ]*\/\([^ /]*\) v\([^ ]*\) .*/| definitions of \1 | \2 |/' "$plane_here/crds.txt" | sort -u
}

# row NAME CHECKS FAILED SECONDS: what the section is about is the first line of its file.
row() {
  local what
  what=$(sed -n '1s/^# \(.*\)\.$/\1/p' "$plane_here/control-plane/$1.sh")
  echo "| $1 | $what | $2 | $3 | $4 s |"
}

# Of the programs that run, in MB.
memory_of_programs() {
  ps -o rss= -p "$(IFS=, && echo "${plane_pids[*]}")" | awk '{ sum += $1 } END { printf "%d", sum / 1024 }'
}
