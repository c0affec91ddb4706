#!/usr/bin/env bash
# The chart and the plain manifests against a real control plane: etcd, kube-apiserver, kube-controller-manager,
# kube-scheduler, Argo Rollouts. kwok plays the kubelets, so that no container runs. By hand and nightly: the programs
# are built once, which takes some 15 minutes on two cores.
#
#   deploy/test/control-plane.sh            all sections; writes docs/measurements/control-plane.md
#   deploy/test/control-plane.sh SECTION…   some of them; writes nothing
#
# Needs Node, Go, openssl and Debian's etcd-server.
set -uo pipefail
cd "$(dirname "$0")/../.."
. deploy/test/plane.sh
chart=deploy/helm/tweet-sentiment
# Versions: two that become ready, and one whose pods never do (kwok-pods.yaml).
first=$(<models/tweet-sentiment/PINNED) second=$(node tools/versions.mjs multilingual)
never_ready=bad0000000000000000000000000000000000000
namespace=sentiment release=tweet-sentiment

for file in deploy/test/control-plane/*.sh; do . "$file"; done
sections=(install upgrade scale drain variants batch rollout manifests uninstall)

for name in "$@"; do
  if [[ " ${sections[*]} " != *" $name "* ]]; then
    echo "There is no section '$name', only: ${sections[*]}" >&2
    exit 2
  fi
done

started=$SECONDS
trap plane_stop EXIT
plane_start 6 && plane_crds || exit
ready_after=$((SECONDS - started))
echo "# the control plane is ready after $ready_after s"

rows=()
for name in "${@:-${sections[@]}}"; do
  before=$checks failed_before=$failures start=$SECONDS
  echo "# $name"
  new_namespace "$namespace"
  "test_$name"
  check 'its namespace ends' remove_namespace "$namespace"
  rows+=("$(row "$name" $((checks - before)) $((failures - failed_before)) $((SECONDS - start)))")
done
memory=$(memory_of_programs)
echo "# $((SECONDS - started)) s, $memory MB"
(($#)) || write_report docs/measurements/control-plane.md
summary
