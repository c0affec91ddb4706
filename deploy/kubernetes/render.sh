#!/usr/bin/env bash
# Renders the manifests of this folder from the chart, with the pinned version. Needs Helm.
#
#   deploy/kubernetes/render.sh            writes them
#   deploy/kubernetes/render.sh --check    fails where one is not what the chart makes
set -euo pipefail
cd "$(dirname "$0")/../.."
chart=deploy/helm/tweet-sentiment
read -r commit <models/tweet-sentiment/PINNED

case ${1-} in
--check) folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT ;;
'') folder=deploy/kubernetes ;;
*) echo "render.sh: expected --check or nothing, found $1" >&2 && exit 2 ;;
esac

# manifest ARGUMENT…: without what is true of Helm's releases only.
manifest() {
  helm template tweet-sentiment "$chart" --namespace tweet-sentiment --kube-version 1.29.0 --skip-tests \
    --set-string "modelCommit=$commit" "$@" 2> >(grep -v 'found symbolic link in path' >&2) |
    sed -E '/^# Source: /d; /^ +helm\.sh\/chart: /d; /^ +app\.kubernetes\.io\/managed-by: Helm$/d'
}

{
  cat <<EOF
# The server without Helm: kubectl apply -f base.yaml
# Made by render.sh from the chart in deploy/helm/tweet-sentiment, with the pinned version. Set the image.
apiVersion: v1
kind: Namespace
metadata:
  name: tweet-sentiment
  labels:
    pod-security.kubernetes.io/enforce: restricted
EOF
  manifest
} >"$folder/base.yaml"

{
  cat <<EOF
# Scores a large file: an indexed Job, each of whose pods scores a shard. Afterwards
# \`cat part-0.csv part-1.csv part-2.csv part-3.csv\` is the output of the whole file. Needs base.yaml.
# Made by render.sh from the chart in deploy/helm/tweet-sentiment. Set the image, the claim, the file, and the number
# of shards: in \`completions\`, \`parallelism\` and \`--shard\`.
EOF
  manifest --show-only templates/batch.yaml --set batch.enabled=true,batch.claim=tweets,batch.input=tweets.csv
} >"$folder/predict-job.yml"

if [[ ${1-} == --check ]]; then
  for file in base.yaml predict-job.yml; do
    diff -u "deploy/kubernetes/$file" "$folder/$file" ||
      { echo "$file is not what the chart makes: run deploy/kubernetes/render.sh" >&2 && exit 1; }
  done
fi
