#!/usr/bin/env bash
# Makes the named programs available, in pinned versions, and prints their folder, to be put in front of
# PATH. One that is on PATH is used as it is; another is built once from its Go module, whose checksum Go
# verifies, and kept. On two idle cores, kubeconform takes 3 s, helm 2 minutes, the control plane 7.
#
#   PATH="$(deploy/test/tools.sh helm kubeconform):$PATH"
#
#   helm kubeconform                                              render the chart and validate it
#   kube-apiserver kube-controller-manager kube-scheduler kubectl kwok   a control plane without nodes
#   rollouts-controller                                           Argo Rollouts
set -euo pipefail

kubernetes=v1.34.1
minor=${kubernetes#v1.}
declare -A flags=()
declare -A module=(
  [helm]=helm.sh/helm/v3/cmd/helm@v3.22.0
  [kubeconform]=github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
  [kwok]=sigs.k8s.io/kwok/cmd/kwok@v0.7.0
)
# As Helm's own build: the version of Kubernetes that it assumes where it asks no cluster; else 1.20.
for package in chartutil lint/rules; do
  flags[helm]+=" -X helm.sh/helm/v3/pkg/$package.k8sVersionMajor=1"
  flags[helm]+=" -X helm.sh/helm/v3/pkg/$package.k8sVersionMinor=${minor%%.*}"
done
# Kubernetes can't be installed as a module of its own: its libraries have other versions. Argo Rollouts
# requires all of them in the right ones.
rollouts=github.com/argoproj/argo-rollouts@v1.9.0
declare -A package=(
  [kube-apiserver]=k8s.io/kubernetes/cmd/kube-apiserver
  [kube-controller-manager]=k8s.io/kubernetes/cmd/kube-controller-manager
  [kube-scheduler]=k8s.io/kubernetes/cmd/kube-scheduler
  [kubectl]=k8s.io/kubernetes/cmd/kubectl
  [rollouts-controller]=./cmd/rollouts-controller
)

folder=${XDG_CACHE_HOME:-$HOME/.cache}/tweet-sentiment-server/bin

# build NAME FILE
build() {
  local name=$1 file=$2
  if [[ -n ${module[$name]:-} ]]; then
    GOBIN=$work go install -trimpath -ldflags "-s -w ${flags[$name]:-}" "${module[$name]}"
    mv "$work/$name" "$file"
    return
  fi
  if [[ ! -d $work/rollouts ]]; then
    cp -r "$(go mod download -json "$rollouts" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')" "$work/rollouts"
    chmod -R u+w "$work/rollouts"
  fi
  (cd "$work/rollouts" && go build -mod=mod -trimpath -o "$file" \
    -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$kubernetes" "${package[$name]}")
}

# pin_of NAME: what it is built from.
pin_of() {
  [[ -n ${module[$1]:-} ]] && echo "${module[$1]}" || echo "$rollouts $kubernetes ${package[$1]}"
}

for name in "$@"; do
  if [[ -z ${module[$name]:-}${package[$name]:-} ]]; then
    echo "tools.sh builds no '$name', only: $(printf '%s\n' "${!module[@]}" "${!package[@]}" | sort | paste -sd' ')" >&2
    exit 2
  fi
done

mkdir -p "$folder"
# Two runs at once build nothing twice.
exec 9>"$folder/.lock"
flock 9
work=$(mktemp -d "$folder/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
for name in "$@"; do
  # A new pin replaces what an older one has built.
  if [[ -x $folder/$name && $(cat "$folder/.$name" 2>/dev/null) == "$(pin_of "$name")" ]]; then continue; fi
  rm -f "$folder/$name" "$folder/.$name"
  if command -v "$name" >/dev/null; then continue; fi
  if ! command -v go >/dev/null; then
    echo "'$name' is not on PATH, and Go is not here to build it." >&2
    exit 1
  fi
  echo "building $name" >&2
  build "$name" "$work/$name.new" >&2
  mv "$work/$name.new" "$folder/$name"
  pin_of "$name" >"$folder/.$name"
done
echo "$folder"
