#!/usr/bin/env bash
# Puts a tagged version of a model repository into models/: its files, the history that leads to it, and its SHA in the
# documents. Needs a build, and Helm for the manifests of deploy/kubernetes.
#
#   tools/ship-version.sh <clone> <tag> [--pin <reason>] [--replace <tag>]
#
#   --pin       servers without MODEL_COMMIT serve it from now on
#   --replace   the version that leaves models/, and stays in the history
set -euo pipefail
usage() {
  echo "ship-version.sh: expected <clone> <tag> [--pin <reason>] [--replace <tag>], found: $*" >&2
  exit 2
}
(($# == 2 || $# == 4 || $# == 6)) || usage "$@"
all=("$@")
clone=$(realpath "$1") tag=$2 reason='' replaced=''
shift 2
while (($#)); do
  case $1 in
  --pin) reason=$2 ;;
  --replace) replaced=$2 ;;
  *) usage "${all[@]}" ;;
  esac
  shift 2
done
cd "$(dirname "$0")/.."
name=tweet-sentiment store=models/tweet-sentiment
models() { node dist/main.js models "$1" "${@:2}" --repository "$clone" --model-store models; }
resolve() { git -C "$clone" rev-parse --verify --quiet "refs/tags/$1^{commit}"; }
die() {
  echo "ship-version.sh: $*" >&2
  exit 1
}

resolve "$tag" >/dev/null || die "$clone has no tag $tag"
old=
if [[ -n $replaced ]]; then
  old=$(resolve "$replaced") || die "$clone has no tag $replaced"
  [[ -d $store/$old ]] || die "$replaced is not in $store"
  [[ -n $reason || $old != "$(<$store/PINNED)" ]] || die "$replaced is pinned: --pin pins $tag"
  [[ $old != "$(resolve "$tag")" ]] || die "$replaced replaces itself"
fi
# The publication and the log of pins name the one who committed the version.
GIT_COMMITTER_NAME=$(git -C "$clone" log -1 --format=%cn "$tag")
GIT_COMMITTER_EMAIL=$(git -C "$clone" log -1 --format=%ce "$tag")
export GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --mirror "models/$name.bundle" "$work/history.git"
# Never with --force: what is published stays as it is. The weights are no part of the history.
git -C "$clone" push --quiet --no-verify "$work/history.git" --all
git -C "$clone" push --quiet --no-verify "$work/history.git" --tags
git -C "$work/history.git" bundle create --quiet "$work/bundle" --all
models publish "$tag"
mv "$work/bundle" "models/$name.bundle"
if [[ -n $reason ]]; then models pin "$tag" --reason "$reason"; fi
if [[ -n $old ]]; then rm -rf "$store/$old" "$store/$old".*; fi

node tools/renew-documents.mjs
if command -v helm >/dev/null; then
  deploy/kubernetes/render.sh
else
  echo 'Helm is not installed. Then: PATH=$(deploy/test/tools.sh helm):$PATH deploy/kubernetes/render.sh'
fi
